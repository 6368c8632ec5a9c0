/** Registers `<attention-badge>`. */
import { register } from '../embed/surround.ts';
import { setUp } from './elements.ts';
import type { SignalboxElement } from './signalbox-element.ts';

export { AttentionBadge } from './elements.ts';

declare global {
  interface HTMLElementTagNameMap {
    'attention-badge': SignalboxElement;
  }
}

setUp();
register('attention-badge');
