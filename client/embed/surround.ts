/** Our elements with what they need on pages that are not ours. They are registered elsewhere, or under other names. */
import { type Query, queryOf } from '../../shared/query.ts';
import { CHUNK } from '../../shared/words.ts';
import { AttentionBadge } from '../elements/attention-badge.ts';
import { AttentionQueue } from '../elements/attention-queue.ts';
import { BoardElement } from '../elements/board-element.ts';
import { ItemSubmissions } from '../elements/item-submissions.ts';
import { ProcessGrid } from '../elements/process-grid.ts';
import { WorkUnitElement } from '../elements/work-unit.ts';
import { ElementSurroundings } from './element-surroundings.ts';

/** `embed.css` with the sheets of the page that it imports, put in by the build. */
declare const EMBED_STYLE: string;

const addressed = (element: Element) => queryOf(new URLSearchParams(element.getAttribute('query') ?? ''));

/** Each element queries only what it shows; null: an attribute is missing. */
function queryOfElement(element: BoardElement): Query | null {
  if (element instanceof AttentionQueue) {
    const { kind, q } = addressed(element);
    return { ...(kind && { kind }), ...(q && { q }), only: 'items' };
  }
  if (element instanceof ProcessGrid) return { page: 1, ...addressed(element), only: 'units' };
  if (element instanceof AttentionBadge) return { only: 'counts' };
  const chunk = element.getAttribute('chunk') ?? '';
  return element instanceof WorkUnitElement && CHUNK.test(chunk) ? { chunk, only: 'units' } : null;
}

/** `home`: the origin of the daemon unless an element names another; null: each has to. */
export function surround(home: string | null): void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(EMBED_STYLE);
  AttentionQueue.submissions = (...given) => new ItemSubmissions(...given);
  BoardElement.abroad = (element) => new ElementSurroundings(element, home, sheet, queryOfElement);
}

/** By their usual names. */
export const ELEMENTS = {
  'attention-queue': AttentionQueue,
  'process-grid': ProcessGrid,
  'work-unit': WorkUnitElement,
  'attention-badge': AttentionBadge,
} as const;
