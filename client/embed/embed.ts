/** Our elements on other people's pages: `<script type="module" src="http://HOST:7845/embed.js"></script>`. */
import { queryOf } from '../../shared/query.ts';
import { CHUNK } from '../../shared/words.ts';
import { AttentionBadge } from '../elements/attention-badge.ts';
import { AttentionQueue } from '../elements/attention-queue.ts';
import { BoardElement } from '../elements/board-element.ts';
import { ProcessGrid } from '../elements/process-grid.ts';
import { WorkUnitElement } from '../elements/work-unit.ts';
import { ElementSurroundings, type QueryOfElement } from './element-surroundings.ts';

/** `embed.css` with the sheets of the page that it imports, put in by the build. */
declare const EMBED_STYLE: string;

const addressed = (element: Element) => queryOf(new URLSearchParams(element.getAttribute('query') ?? ''));

/** Each element queries only what it shows. */
const ELEMENTS: Readonly<Record<string, readonly [CustomElementConstructor, QueryOfElement]>> = {
  'attention-queue': [
    AttentionQueue,
    (element) => {
      const { kind, q } = addressed(element);
      return { ...(kind && { kind }), ...(q && { q }), only: 'items' };
    },
  ],
  'process-grid': [ProcessGrid, (element) => ({ page: 1, ...addressed(element), only: 'units' })],
  'work-unit': [
    WorkUnitElement,
    (element) => {
      const chunk = element.getAttribute('chunk') ?? '';
      return CHUNK.test(chunk) ? { chunk, only: 'units' } : null;
    },
  ],
  'attention-badge': [AttentionBadge, () => ({ only: 'counts' })],
};

const sheet = new CSSStyleSheet();
sheet.replaceSync(EMBED_STYLE);
const { origin } = new URL(import.meta.url);

BoardElement.abroad = (element) => {
  const [, queryOfElement] = ELEMENTS[element.localName] ?? [];
  return new ElementSurroundings(element, origin, sheet, queryOfElement ?? (() => null));
};
for (const [name, [element]] of Object.entries(ELEMENTS))
  if (!customElements.get(name)) customElements.define(name, element);
