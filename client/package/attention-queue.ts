/** Registers `<attention-queue>`. */
import { register } from '../embed/surround.ts';
import { isBrowser, setUp } from './elements.ts';
import type { SignalboxElement } from './signalbox-element.ts';

export { AttentionQueue } from './elements.ts';

declare global {
  interface HTMLElementTagNameMap {
    'attention-queue': SignalboxElement;
  }
}

setUp();
if (isBrowser()) register('attention-queue');
