/** Puts a page that the server drew into the document, and lets the real elements take it over. */
import { expect } from '@open-wc/testing';
import { executeServerCommand } from '@web/test-runner-commands';
import { ARMING_MS } from '../../client/elements/arming.ts';
import { AttentionQueue } from '../../client/elements/attention-queue.ts';
import type { BoardFilter } from '../../client/elements/board-filter.ts';
import { defineConnected, joinUnits } from '../../client/elements/connected-parts.ts';
import { defineQueue, joinQueue } from '../../client/elements/join-queue.ts';
import type { ProcessGrid } from '../../client/elements/process-grid.ts';
import { LiveBoards } from '../../client/link/live-boards.ts';
import type { PageData } from '../../shared/page-data.ts';
import { snapshotOf } from './board-rows.ts';
import { FakeConnection } from './fake-connection.ts';
import type { PageOrder } from './server-markup.ts';

const ADDRESS = location.href;
const warnings: string[] = [];
for (const name of ['warn', 'error'] as const) {
  const original = console[name];
  console[name] = (...said: unknown[]) => {
    warnings.push(said.map(String).join(' '));
    original(...said);
  };
}

export type Order = Partial<Omit<PageOrder, 'snapshot'>> & Pick<PageOrder['snapshot'], 'rows'>;

/** What the console was told since the page was drawn. */
export const warned = (): readonly string[] => warnings;

/** The HTML of a page, from the daemon's code. */
export async function pageFor({ rows, query = {}, pulses = {}, formError }: Order): Promise<string> {
  const order: PageOrder = {
    snapshot: snapshotOf(rows, query),
    query,
    pulses,
    formError,
    project: 'shop',
    waits: { at: '', waited_ms: 0, waiting: 0, oldest: null },
  };
  const { html } = await executeServerCommand<{ html: string }, PageOrder>('render', order);
  return html;
}

/** Shows a page as the browser does before any script: what was there before is gone. */
export async function show(order: Order): Promise<void> {
  const page = new DOMParser().parseFromString(await pageFor(order), 'text/html');
  history.replaceState(null, '', ADDRESS);
  warnings.length = 0;
  document.body.replaceChildren(...page.body.childNodes);
}

export interface Page {
  readonly wire: FakeConnection;
  readonly queue: AttentionQueue;
  readonly grid: ProcessGrid;
  readonly live: LiveBoards;
}

/** Lets the elements take over what is shown, as `client/page/dashboard.ts` does. */
export async function takeOver(wire = new FakeConnection()): Promise<Page> {
  define();
  const data = JSON.parse(one('#page-data').textContent ?? '') as PageData;
  const live = new LiveBoards(wire.asConnection());
  live.prime(data.query, data.snapshot);
  const queue = one<AttentionQueue>('attention-queue');
  const grid = one<ProcessGrid>('process-grid');
  joinQueue(document, live, data);
  joinUnits(document, live, data);
  await drawn({ queue, grid });
  return { wire, queue, grid, live };
}

/** Not before the page is shown: until then the browser knows no such elements. */
function define(): void {
  if (customElements.get('attention-queue')) return;
  defineQueue();
  defineConnected(() => import('../../client/elements/act-on-all.ts'));
}

export async function openPage(order: Order): Promise<Page> {
  await show(order);
  return takeOver();
}

/** Until everything that the page knows is drawn: an update may ask for another one, but not for ever. */
export async function drawn({ queue, grid }: Pick<Page, 'queue' | 'grid'>): Promise<void> {
  for (let updates = 0; updates < 20; updates++)
    if ((await queue.updateComplete) && (await grid.updateComplete) && (await filterDrawn())) return;
  throw new Error('the elements update for ever');
}

const filterDrawn = async (): Promise<boolean> =>
  (await document.querySelector<BoardFilter>('board-filter')?.updateComplete) ?? true;

/** The one element that a selector finds. */
export function one<E extends Element = HTMLElement>(selector: string, within: ParentNode = document): E {
  const found = within.querySelectorAll<E>(selector);
  if (found.length !== 1) throw new Error(`${found.length} elements are ${selector}`);
  return found[0] as E;
}

export const all = <E extends Element = HTMLElement>(
  selector: string,
  within: ParentNode = document,
): E[] => [...within.querySelectorAll<E>(selector)];

/** Whether two nodes are one. Chai would print whole documents. */
export function expectSame(actual: Element | null, wanted: Element | null): void {
  expect(actual === wanted, `${nameOf(actual)} is ${nameOf(wanted)}`).to.equal(true);
}

/** Whether the focus is on this element, or within it; the body never counts. */
export function expectFocusOn(wanted: Element): void {
  const { activeElement } = document;
  const inside = wanted.contains(activeElement);
  expect(inside, `the focus is on ${nameOf(activeElement)}, not on ${nameOf(wanted)}`).to.equal(true);
}

const nameOf = (node: Element | null): string =>
  node
    ? `<${node.localName} ${node.id || node.className}${node.isConnected ? '' : ', detached'}>`
    : 'nothing';

export const textOf = (selector: string): string =>
  one(selector).textContent?.replace(/\s+/g, ' ').trim() ?? '';

/** Items in the order in which they stand. */
export const order = (): string[] => all('.card').map(({ id }) => id.replace('item-', ''));

export const field = (item: string): HTMLTextAreaElement => one(`#text-${item}`);

/** Types like a person: opens the card, then writes at the caret. */
export function type(item: string, words: string): HTMLTextAreaElement {
  const area = field(item);
  unfold(item);
  area.focus();
  area.setRangeText(words, area.selectionStart, area.selectionEnd, 'end');
  area.dispatchEvent(new InputEvent('input', { bubbles: true }));
  return area;
}

/** What is in a closed card can be neither focused nor pressed. */
export function unfold(item: string): void {
  one<HTMLDetailsElement>(`#item-${item} > details`).open = true;
}

/** The button of an item that says this, in reach. */
export function button(item: string, label: string): HTMLButtonElement {
  unfold(item);
  const found = all<HTMLButtonElement>(`#item-${item} button`).find((each) =>
    each.textContent?.includes(label),
  );
  if (!found) throw new Error(`${item} has no button ${label}`);
  return found;
}

/** Presses a button as the keyboard does: it has the focus then. */
export function press(target: HTMLElement): void {
  target.focus();
  expectFocusOn(target);
  arm(target);
  target.click();
}

const realNow = performance.now.bind(performance);
let ahead = 0;
performance.now = () => realNow() + ahead;

/** Lets the moment go by for which a card must have been in sight and still before it takes an answer. */
export function arm(within: Element): void {
  const root = within.getRootNode();
  const queue = root instanceof ShadowRoot ? root.host : within.closest('attention-queue');
  if (!(queue instanceof AttentionQueue)) return;
  queue.isArmed(within);
  ahead += ARMING_MS;
}
