/** Registers `<work-unit>`. */
import { register } from '../embed/surround.ts';
import { setUp } from './elements.ts';
import type { SignalboxElement } from './signalbox-element.ts';

export { WorkUnit } from './elements.ts';

declare global {
  interface HTMLElementTagNameMap {
    'work-unit': SignalboxElement;
  }
}

setUp();
register('work-unit');
