/** The elements without registering them, for other names: `customElements.define('my-queue', class extends SignalboxQueue {})`. */
import { ELEMENTS, surround } from '../embed/surround.ts';
import type { SignalboxElementClass } from './signalbox-element.ts';

export type { SignalboxElement, SignalboxElementClass, SignalboxEventMap } from './signalbox-element.ts';

const Queue: SignalboxElementClass = ELEMENTS['attention-queue'];
const Grid: SignalboxElementClass = ELEMENTS['process-grid'];
const Unit: SignalboxElementClass = ELEMENTS['work-unit'];
const Badge: SignalboxElementClass = ELEMENTS['attention-badge'];

/**
 * What needs the operator, first things first; answers with a token that may.
 *
 * @tag attention-queue
 * @attr {string} query - What to show, as in the address of the dashboard: `kind=review`, `q=auth`.
 * @fires {CustomEvent<{item: string, chunk: string, options: string[], text: string}>} before-answer - An answer is about to be sent; `preventDefault()` keeps it in its field.
 * @csspart card - An item.
 * @csspart kind - What is wanted: a question, a decision, …
 * @csspart prompt - What is asked.
 * @csspart options - The list of options.
 * @csspart option - One of them.
 */
export class SignalboxQueue extends Queue {}

/**
 * The units by status, 200 at most, with the last lines that they print.
 *
 * @tag process-grid
 * @attr {string} query - What to show, as in the address of the dashboard: `status=running,blocked`, `q=auth`, `page=2`.
 * @csspart cells - The units of a status.
 * @csspart cell - One of them.
 */
export class SignalboxGrid extends Grid {}

/**
 * Everything about one unit.
 *
 * @tag work-unit
 * @attr {string} chunk - Which unit.
 */
export class SignalboxUnit extends Unit {}

/**
 * How many items need the operator, in a line of text.
 *
 * @tag attention-badge
 */
export class SignalboxBadge extends Badge {}

/** Gives them their look and their connection. Call it once, before the first of them is made. */
export function setUp(): void {
  // A server that draws a page may import them, too.
  if (isBrowser()) surround(null);
}

export const isBrowser = (): boolean => typeof document !== 'undefined';
