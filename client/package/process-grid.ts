/** Registers `<process-grid>`. */
import { register } from '../embed/surround.ts';
import { setUp } from './elements.ts';
import type { SignalboxElement } from './signalbox-element.ts';

export { ProcessGrid } from './elements.ts';

declare global {
  interface HTMLElementTagNameMap {
    'process-grid': SignalboxElement;
  }
}

setUp();
register('process-grid');
