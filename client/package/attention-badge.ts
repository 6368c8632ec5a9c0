/** Registers `<attention-badge>`. */
import { register } from '../embed/surround.ts';
import { isBrowser, setUp } from './elements.ts';
import type { SignalboxElement } from './signalbox-element.ts';

export { AttentionBadge } from './elements.ts';

declare global {
  interface HTMLElementTagNameMap {
    'attention-badge': SignalboxElement;
  }
}

setUp();
if (isBrowser()) register('attention-badge');
