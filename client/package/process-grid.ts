/** Registers `<process-grid>`. */
import { register } from '../embed/surround.ts';
import { isBrowser, setUp } from './elements.ts';
import type { SignalboxElement } from './signalbox-element.ts';

export { ProcessGrid } from './elements.ts';

declare global {
  interface HTMLElementTagNameMap {
    'process-grid': SignalboxElement;
  }
}

setUp();
if (isBrowser()) register('process-grid');
