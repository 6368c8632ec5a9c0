/** Registers `<process-grid>`, unless that name is taken. */
import { isBrowser, SignalboxGrid, setUp } from './elements.ts';
import type { SignalboxElement } from './signalbox-element.ts';

export { SignalboxGrid };

declare global {
  interface HTMLElementTagNameMap {
    'process-grid': SignalboxElement;
  }
}

setUp();
if (isBrowser() && !customElements.get('process-grid')) customElements.define('process-grid', SignalboxGrid);
