/** Many units: the page holds one page of them, alive, and one change touches what it is about. */
import { expect } from '@open-wc/testing';
import type { Cell } from '../../shared/board.ts';
import { PAGE_UNITS } from '../../shared/query.ts';
import { card, cell, snapshotOf } from './board-rows.ts';
import { all, drawn, expectFocusOn, one, openPage, warned } from './harness.ts';

const UNITS = 650;
/** The first are at work, the last are done, the others are ready. */
const statusOf = (id: number) => (id < 50 ? 'RUNNING' : id < 550 ? 'READY' : 'DONE');
const units = (count = UNITS): Cell[] => Array.from({ length: count }, (_, id) => cell(id, statusOf(id)));

const cells = () => all('.cell');
const link = (id: number): HTMLElement => one(`.cell > a[href="/work-units/unit-${id}"]`);
const chunks = () => all('.cell > a').map(({ textContent }) => textContent);
const lotOf = (id: number): Element | null => link(id).closest('.lot');

describe('more units than one page', () => {
  it('are not asked for: the page stays the one that the server drew, alive', async () => {
    const page = await openPage({ rows: [card('a', 1), ...units()] });
    expect(cells().length).to.equal(PAGE_UNITS);
    expect(one('.pages').textContent).to.contain('Page 1 of 4');
    const before = cells();
    page.wire.put(cell(7, 'RUNNING', { title: 'Otherwise' }));
    await drawn(page);
    expect(link(7).closest('.cell')?.textContent).to.contain('Otherwise');
    expect(cells().every((node, at) => node === before[at])).to.equal(true);
    expect(page.wire.subscriptions.map(({ input, stopped }) => [input, stopped])).to.eql([
      [{ page: 1, from: 'e1:10' }, false],
    ]);
    expect(warned()).to.eql([]);
  });

  it('are there by an address that names another page', async () => {
    const page = await openPage({ rows: units(), query: { page: 2 } });
    expect(one('.pages').textContent).to.contain('Page 2 of 4');
    expect(chunks()[0]).to.equal(`unit-${PAGE_UNITS}`);
    expect(page.wire.subscriptions[0]?.input).to.eql({ page: 2, from: 'e1:10' });
  });

  it('that fit on one page again take the focus of a link to another page, rather than let it fall', async () => {
    const page = await openPage({ rows: units() });
    one('.pages a').focus();
    const row = {
      row: 'page',
      key: 'page',
      seq: 11,
      order: [],
      page: 1,
      pages: 1,
      total: PAGE_UNITS,
    } as const;
    page.wire.put(row);
    await drawn(page);
    expect(all('.pages')).to.eql([]);
    expectFocusOn(link(PAGE_UNITS - 1));
  });

  it('belong to the filter: another one begins with its own first page', async () => {
    const page = await openPage({ rows: units() });
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
  });
});

describe('one change among many units', () => {
  it('touches its own lot, and reads no other', async () => {
    let reads = 0;
    const watched = units(PAGE_UNITS).map((each) => ({
      ...each,
      get title() {
        reads++;
        return '';
      },
    }));
    const page = await openPage({ rows: [] });
    page.wire.put(...watched);
    await drawn(page);
    const before = cells();
    const lot = lotOf(144);
    reads = 0;
    const records: MutationRecord[] = [];
    const observer = new MutationObserver((more) => records.push(...more));
    observer.observe(page.grid, { childList: true, subtree: true, characterData: true, attributes: true });
    page.wire.put(cell(144, 'READY', { title: 'Otherwise' }));
    await drawn(page);
    records.push(...observer.takeRecords());
    observer.disconnect();
    expect(link(144).closest('.cell')?.textContent).to.contain('Otherwise');
    expect(records.length).to.be.greaterThan(0);
    const isText = ({ target }: MutationRecord) => target.parentElement?.localName === 'time';
    expect(records.filter((each) => !isText(each)).every(({ target }) => lot?.contains(target))).to.equal(
      true,
    );
    expect(reads).to.be.within(1, 200);
    expect(cells().every((node, at) => node === before[at])).to.equal(true);
  });

  it('that moves a unit to another section moves nothing else, and keeps its focus', async () => {
    const page = await openPage({ rows: units(PAGE_UNITS) });
    const before = new Map(cells().map((node) => [node.querySelector('a')?.textContent, node]));
    link(140).focus();
    page.wire.put(cell(140, 'RUNNING'));
    await drawn(page);
    expect(chunks().indexOf('unit-140')).to.equal(50);
    expect(chunks().filter((chunk) => chunk !== 'unit-140')).to.eql(
      units(PAGE_UNITS).flatMap(({ id, chunk }) => (id === 140 ? [] : chunk)),
    );
    const others = cells().filter((node) => !node.contains(link(140)));
    expect(others.every((node) => before.get(node.querySelector('a')?.textContent) === node)).to.equal(true);
    expectFocusOn(link(140));
  });

  it('that adds or takes away units is seen where they stand', async () => {
    const page = await openPage({ rows: units(PAGE_UNITS) });
    page.wire.put(cell(PAGE_UNITS, 'READY'));
    page.wire.drop('unit:60', 'unit:61');
    await drawn(page);
    expect(cells().length).to.equal(PAGE_UNITS - 1);
    expect(chunks().indexOf(`unit-${PAGE_UNITS}`)).to.equal(PAGE_UNITS - 2);
  });
});
