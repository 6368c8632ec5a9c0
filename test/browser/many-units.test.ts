/** Many units: the first page is alive at once, the rest comes when there is time, and nothing moves. */
import { expect, waitUntil } from '@open-wc/testing';
import type { Cell } from '../../shared/board.ts';
import { PAGE_UNITS } from '../../shared/query.ts';
import { card, cell, snapshotOf, snapshotOfAll } from './board-rows.ts';
import { all, drawn, expectFocusOn, expectSame, one, openPage, type Page, warned } from './harness.ts';

const UNITS = 650;
/** The first are at work, the last are done, the others are ready. */
const statusOf = (id: number) => (id < 50 ? 'RUNNING' : id < 550 ? 'READY' : 'DONE');
const units = (): Cell[] => Array.from({ length: UNITS }, (_, id) => cell(id, statusOf(id)));

const cells = () => all('.cell');
const link = (id: number): HTMLElement => one(`.cell > a[href="/work-units/unit-${id}"]`);
const chunks = () => all('.cell > a').map(({ textContent }) => textContent);
const lotOf = (id: number): Element | null => link(id).closest('.lot');

/** The board that was asked for by HTTP arrives, and its stream says that nothing has happened since. */
async function arrive(page: Page, rows: readonly Cell[] = units(), seq = 10): Promise<void> {
  await waitUntil(() => page.wire.snapshots.length > 0, 'the rest is asked for');
  page.wire.snapshots.at(-1)?.resolve(snapshotOfAll(rows, {}, { seq }));
  await waitUntil(() => page.wire.subscriptions.length > 1, 'the rest is followed');
  hello(page, seq);
}

/** What the daemon says first to who follows from a number. */
function hello(page: Page, seq: number): void {
  const news = { seq, put: [], drop: [] };
  page.wire.subscriptions.at(-1)?.handlers.onData({ data: { build: 'b1', snapshot: null, news } });
}

async function openAll(): Promise<Page> {
  const page = await openPage({ rows: units() });
  await arrive(page);
  await waitUntil(() => cells().length === UNITS, 'all are mounted', { timeout: 5000 });
  return page;
}

describe('more units than one page', () => {
  it('come after the first page, which keeps every node, the focus and what stands open', async () => {
    const page = await openPage({ rows: [card('a', 1), ...units()] });
    expect(cells().length).to.equal(PAGE_UNITS);
    expect(one('.pages').textContent).to.contain('Page 1 of 4');
    const before = all('process-grid .cell, process-grid .cell *, .lot, .group, .filter, .find');
    one<HTMLInputElement>('#search').value = 'half a word';
    link(150).focus();
    await arrive(page);
    await waitUntil(() => cells().length === UNITS, 'all are mounted', { timeout: 5000 });
    expect(before.every((node) => node.isConnected)).to.equal(true);
    expectSame(
      cells()[150] ?? null,
      before.find((node) => node.contains(link(150)) && node.matches('.cell')) ?? null,
    );
    expectFocusOn(link(150));
    expect(one<HTMLInputElement>('#search').value).to.equal('half a word');
    expect(chunks()).to.eql(units().map(({ chunk }) => chunk));
    expect(all('.pages')).to.eql([]);
    expect(page.wire.subscriptions.map(({ input, stopped }) => [input, stopped])).to.eql([
      [{ page: 1, from: 'e1:10' }, true],
      [{ from: 'e1:10' }, false],
    ]);
    expect(warned()).to.eql([]);
  });

  it('come in lots, the first of them before the last', async () => {
    const page = await openPage({ rows: units() });
    const seen = new Set<number>();
    const observer = new MutationObserver(() => seen.add(cells().length));
    observer.observe(page.grid, { childList: true, subtree: true });
    await arrive(page);
    await waitUntil(() => cells().length === UNITS, 'all are mounted', { timeout: 5000 });
    observer.disconnect();
    expect(seen.size).to.be.greaterThan(1);
    expect(all('.lot').every(({ childElementCount }) => childElementCount <= 100)).to.equal(true);
  });

  it('that are older than what is shown wait for their news', async () => {
    const page = await openPage({ rows: units() });
    await waitUntil(() => page.wire.snapshots.length > 0);
    page.wire.put(cell(3, 'RUNNING', { title: 'Newer' }));
    await drawn(page);
    await arrive(page, units(), 10);
    await drawn(page);
    expect(link(3).closest('.cell')?.textContent).to.contain('Newer');
    expect(cells().length).to.equal(PAGE_UNITS);
    page.wire.put(cell(3, 'RUNNING', { title: 'Newer' }));
    await waitUntil(() => cells().length === UNITS, 'all are mounted', { timeout: 5000 });
    expect(link(3).closest('.cell')?.textContent).to.contain('Newer');
  });

  it('are asked for again when they could not be had', async () => {
    const page = await openPage({ rows: units() });
    await waitUntil(() => page.wire.snapshots.length > 0);
    page.wire.snapshots[0]?.reject(new Error('the board: 500'));
    await waitUntil(() => page.wire.snapshots.length === 2, 'asked again', { timeout: 3000 });
    await arrive(page);
    await waitUntil(() => cells().length === UNITS, 'all are mounted', { timeout: 5000 });
  });

  it('are not asked for where the address names a page, nor where there is but one', async () => {
    for (const order of [{ rows: units(), query: { page: 2 } }, { rows: units().slice(0, PAGE_UNITS) }]) {
      const page = await openPage(order);
      page.wire.put(cell(7, 'READY'));
      await drawn(page);
      await new Promise((resolve) => requestIdleCallback(resolve));
      expect(page.wire.snapshots).to.eql([]);
    }
  });

  it('are asked for once there are two pages', async () => {
    const page = await openPage({ rows: units().slice(0, PAGE_UNITS) });
    const row = { row: 'page', key: 'page', seq: 11, order: [], page: 1, pages: 2, total: 201 } as const;
    page.wire.put(row);
    await arrive(page, units().slice(0, PAGE_UNITS + 1), 11);
    await waitUntil(() => cells().length === PAGE_UNITS + 1);
  });

  it('take the focus of a link to another page, rather than let it fall', async () => {
    const page = await openPage({ rows: units() });
    one('.pages a').focus();
    await arrive(page);
    await waitUntil(() => cells().length === UNITS, 'all are mounted', { timeout: 5000 });
    expectFocusOn(link(PAGE_UNITS - 1));
  });

  it('belong to the filter: another one begins with its own first page', async () => {
    const page = await openAll();
    const ready = all<HTMLAnchorElement>('.filter a').find(({ textContent }) =>
      textContent?.includes('Ready'),
    );
    ready?.click();
    await drawn(page);
    const latest = page.wire.subscriptions.at(-1);
    expect(latest?.input).to.eql({ status: ['READY'], page: 1 });
    const snapshot = snapshotOf(units(), { status: ['READY'] });
    latest?.handlers.onData({ data: { build: 'b1', snapshot, news: null } });
    await drawn(page);
    expect(chunks()).to.eql(
      units()
        .slice(50, 50 + PAGE_UNITS)
        .map(({ chunk }) => chunk),
    );
    await waitUntil(() => page.wire.snapshots.length === 2, 'the rest is asked for');
    expect(page.wire.snapshots.at(-1)?.input).to.eql({ status: ['READY'] });
  });
});

describe('one change among many units', () => {
  it('touches its own lot, and reads no other', async () => {
    const page = await openPage({ rows: units() });
    let reads = 0;
    const watched = units().map((each) => ({
      ...each,
      get title() {
        reads++;
        return '';
      },
    }));
    await arrive(page, watched);
    await waitUntil(() => cells().length === UNITS, 'all are mounted', { timeout: 5000 });
    const before = cells();
    const lot = lotOf(444);
    reads = 0;
    const records: MutationRecord[] = [];
    const observer = new MutationObserver((more) => records.push(...more));
    observer.observe(page.grid, { childList: true, subtree: true, characterData: true, attributes: true });
    page.wire.put(cell(444, 'READY', { title: 'Otherwise' }));
    await drawn(page);
    records.push(...observer.takeRecords());
    observer.disconnect();
    expect(link(444).closest('.cell')?.textContent).to.contain('Otherwise');
    expect(records.length).to.be.greaterThan(0);
    const isText = ({ target }: MutationRecord) => target.parentElement?.localName === 'time';
    expect(records.filter((each) => !isText(each)).every(({ target }) => lot?.contains(target))).to.equal(
      true,
    );
    expect(reads).to.be.within(1, 200);
    expect(cells().every((node, at) => node === before[at])).to.equal(true);
  });

  it('that moves a unit to another section moves nothing else, and keeps its focus', async () => {
    const page = await openAll();
    const before = new Map(cells().map((node) => [node.querySelector('a')?.textContent, node]));
    link(400).focus();
    page.wire.put(cell(400, 'RUNNING'));
    await drawn(page);
    expect(chunks().indexOf('unit-400')).to.equal(50);
    expect(chunks().filter((chunk) => chunk !== 'unit-400')).to.eql(
      units().flatMap(({ id, chunk }) => (id === 400 ? [] : chunk)),
    );
    const others = cells().filter((node) => !node.contains(link(400)));
    expect(others.every((node) => before.get(node.querySelector('a')?.textContent) === node)).to.equal(true);
    expectFocusOn(link(400));
  });

  it('that adds or takes away units is seen where they stand', async () => {
    const page = await openAll();
    page.wire.put(cell(UNITS, 'READY'));
    page.wire.drop('unit:60', 'unit:61');
    await drawn(page);
    expect(cells().length).to.equal(UNITS - 1);
    expect(chunks().indexOf(`unit-${UNITS}`)).to.equal(548);
  });
});

describe('times of many units', () => {
  const told = () =>
    cells().map((each) => /^(for|done) \d+ d/.test(each.querySelector('time')?.textContent ?? ''));

  it('are told where they can be seen, and when they come in sight', async () => {
    await openAll();
    await waitUntil(() => told()[0], 'the first is told');
    const done = one<HTMLDetailsElement>('details.group');
    expect(told().lastIndexOf(true)).to.be.lessThan(550);
    done.open = true;
    cells()[560]?.scrollIntoView();
    await waitUntil(() => told()[560], 'the rest is told', { timeout: 3000 });
  });
});
