/** Registers `<work-unit>`. */
import { register } from '../embed/surround.ts';
import { isBrowser, setUp } from './elements.ts';
import type { SignalboxElement } from './signalbox-element.ts';

export { WorkUnit } from './elements.ts';

declare global {
  interface HTMLElementTagNameMap {
    'work-unit': SignalboxElement;
  }
}

setUp();
if (isBrowser()) register('work-unit');
