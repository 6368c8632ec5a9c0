/** Registers `<attention-badge>`, unless that name is taken. */
import { isBrowser, SignalboxBadge, setUp } from './elements.ts';
import type { SignalboxElement } from './signalbox-element.ts';

export { SignalboxBadge };

declare global {
  interface HTMLElementTagNameMap {
    'attention-badge': SignalboxElement;
  }
}

setUp();
if (isBrowser() && !customElements.get('attention-badge'))
  customElements.define('attention-badge', SignalboxBadge);
