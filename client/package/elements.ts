/** The elements without registering them, for other names: `customElements.define('my-queue', class extends AttentionQueue {})`. */
import { ELEMENTS, surround } from '../embed/surround.ts';
import type { SignalboxElementClass } from './signalbox-element.ts';

export type { SignalboxElement, SignalboxElementClass } from './signalbox-element.ts';

export const AttentionQueue: SignalboxElementClass = ELEMENTS['attention-queue'];
export const ProcessGrid: SignalboxElementClass = ELEMENTS['process-grid'];
export const WorkUnit: SignalboxElementClass = ELEMENTS['work-unit'];
export const AttentionBadge: SignalboxElementClass = ELEMENTS['attention-badge'];

/** Gives them their look and their connection. Call it once, before the first of them is made. */
export function setUp(): void {
  // A server that draws a page may import them, too.
  if (isBrowser()) surround(null);
}

export const isBrowser = (): boolean => typeof customElements !== 'undefined';
