/** Registers `<work-unit>`, unless that name is taken. */
import { isBrowser, SignalboxUnit, setUp } from './elements.ts';
import type { SignalboxElement } from './signalbox-element.ts';

export { SignalboxUnit };

declare global {
  interface HTMLElementTagNameMap {
    'work-unit': SignalboxElement;
  }
}

setUp();
if (isBrowser() && !customElements.get('work-unit')) customElements.define('work-unit', SignalboxUnit);
