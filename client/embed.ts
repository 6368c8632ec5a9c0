/** Our elements on other people's pages: `<script type="module" src="http://HOST:7845/embed.js"></script>`. */
import { queryOf } from '../shared/query.ts';
import { CHUNK } from '../shared/words.ts';
import { AttentionBadge } from './attention-badge.ts';
import { AttentionQueue } from './attention-queue.ts';
import { ElementSurroundings, type QueryOfElement } from './element-surroundings.ts';
import { Panel } from './panel.ts';
import { ProcessGrid } from './process-grid.ts';
import { WorkUnitPanel } from './work-unit.ts';

/** The style of the page and of `embed.css` in one text, put in by the build. */
declare const EMBED_STYLE: string;

const addressed = (element: Element) => queryOf(new URLSearchParams(element.getAttribute('query') ?? ''));

/** Each asks for no more than it shows. */
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
    WorkUnitPanel,
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

Panel.abroad = (panel) => {
  const [, queryOfElement] = ELEMENTS[panel.localName] ?? [];
  return new ElementSurroundings(panel, origin, sheet, queryOfElement ?? (() => null));
};
for (const [name, [element]] of Object.entries(ELEMENTS))
  if (!customElements.get(name)) customElements.define(name, element);
