/** Registers `<attention-queue>`, unless that name is taken. */
import { isBrowser, SignalboxQueue, setUp } from './elements.ts';
import type { SignalboxElement } from './signalbox-element.ts';

export { SignalboxQueue };

declare global {
  interface HTMLElementTagNameMap {
    'attention-queue': SignalboxElement;
  }
}

setUp();
if (isBrowser() && !customElements.get('attention-queue'))
  customElements.define('attention-queue', SignalboxQueue);
