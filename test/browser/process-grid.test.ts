import { expect, waitUntil } from '@open-wc/testing';
import { card, cell, snapshotOf } from './board-rows.ts';
import {
  all,
  drawn,
  expectFocusOn,
  expectSame,
  field,
  one,
  openPage,
  type Page,
  press,
  textOf,
  type,
  warned,
} from './harness.ts';

const units = () => [
  cell(1, 'RUNNING'),
  cell(2, 'RUNNING'),
  cell(3, 'READY'),
  cell(4, 'BLOCKED', { why: 'waits for unit-3' }),
  cell(5, 'DONE'),
];

/** The chunks in each section, in the order in which they stand. */
const sections = (): Record<string, string[]> =>
  Object.fromEntries(
    all('.grid .group').map((group) => [
      one('h3', group)
        .textContent?.replace(/[^A-Za-z ]/g, '')
        .trim(),
      all('.cell > a', group).map(({ textContent }) => textContent ?? ''),
    ]),
  );

const link = (chunk: string): HTMLElement => one(`.cell > a[href="/work-units/${chunk}"]`);
const filterLink = (name: string): HTMLAnchorElement => {
  const found = all<HTMLAnchorElement>('.filter a').find((each) => each.textContent?.includes(name));
  if (!found) throw new Error(`no filter ${name}`);
  return found;
};

/** The daemon sends what the latest query shows. */
async function serve(page: Page, rows: ReturnType<typeof units>): Promise<void> {
  const latest = page.wire.subscriptions.at(-1);
  const status = latest?.input.status as ['RUNNING'] | undefined;
  latest?.handlers.onData({ data: { build: 'b1', snapshot: snapshotOf(rows, { status }), news: null } });
  await drawn(page);
}

describe('the grid', () => {
  it('shows units that arrive, move between sections and go', async () => {
    const page = await openPage({ rows: units() });
    expect(sections()).to.eql({
      Running: ['unit-1', 'unit-2'],
      Ready: ['unit-3'],
      Blocked: ['unit-4'],
      Done: ['unit-5'],
    });
    page.wire.put(cell(1, 'NEEDS_ATTENTION'), cell(6, 'READY'));
    await drawn(page);
    expect(sections()).to.eql({
      Running: ['unit-2'],
      'Needs attention': ['unit-1'],
      Ready: ['unit-3', 'unit-6'],
      Blocked: ['unit-4'],
      Done: ['unit-5'],
    });
    page.wire.drop('unit:2', 'unit:5');
    await drawn(page);
    expect(sections()).to.eql({
      'Needs attention': ['unit-1'],
      Ready: ['unit-3', 'unit-6'],
      Blocked: ['unit-4'],
    });
  });

  it('keeps the node of every unit that did not change', async () => {
    const page = await openPage({ rows: units() });
    const before = [link('unit-2'), link('unit-3'), link('unit-5')];
    page.wire.put(cell(1, 'DONE'), cell(4, 'READY'), cell(6, 'NEEDS_ATTENTION'));
    await drawn(page);
    page.wire.drop('unit:6');
    await drawn(page);
    expect([link('unit-2'), link('unit-3'), link('unit-5')].map((node, at) => node === before[at])).to.eql([
      true,
      true,
      true,
    ]);
  });

  it('counts each section', async () => {
    const page = await openPage({ rows: units() });
    page.wire.put(cell(3, 'RUNNING'));
    await drawn(page);
    expect(all('.group h3 .count').map(({ textContent }) => textContent)).to.eql(['3', '1', '1']);
  });

  it('keeps the section of what is done closed, and open once it was opened', async () => {
    const page = await openPage({ rows: units() });
    const done = one<HTMLDetailsElement>('details.group');
    expect(done.open).to.equal(false);
    expect(done.textContent).to.contain('unit-5');
    done.open = true;
    page.wire.put(cell(1, 'DONE'));
    await drawn(page);
    expectSame(one('details.group'), done);
    expect(done.open).to.equal(true);
  });

  it('keeps the focus on a unit that moves to another section', async () => {
    const page = await openPage({ rows: units() });
    link('unit-1').focus();
    page.wire.put(cell(1, 'READY'));
    await drawn(page);
    expectFocusOn(link('unit-1'));
  });

  it('gives the focus of a unit that moves to a folded section to that section', async () => {
    const page = await openPage({ rows: units() });
    link('unit-1').focus();
    page.wire.put(cell(1, 'NEEDS_ATTENTION'));
    await drawn(page);
    expectFocusOn(one('.group-needs_attention > summary'));
  });

  it('does not let the focus fall to the body when the unit is done, and its section closed', async () => {
    const page = await openPage({ rows: units() });
    link('unit-1').focus();
    page.wire.put(cell(1, 'DONE'));
    await drawn(page);
    expectFocusOn(page.grid);
  });

  it('keeps the focus on a unit while others come before it and go', async () => {
    const page = await openPage({ rows: units() });
    link('unit-2').focus();
    page.wire.put(cell(0, 'RUNNING'));
    await drawn(page);
    page.wire.drop('unit:1');
    await drawn(page);
    expectFocusOn(link('unit-2'));
  });

  it('does not let the focus fall to the body when the unit has gone', async () => {
    const page = await openPage({ rows: units() });
    link('unit-1').focus();
    page.wire.drop('unit:1');
    await drawn(page);
    expectFocusOn(page.grid);
  });
});

describe('a filter of the grid', () => {
  it('changes the address and the query, and no page is loaded', async () => {
    const page = await openPage({ rows: units() });
    const main = one('main');
    press(filterLink('Running'));
    await drawn(page);
    expect(location.pathname + location.search).to.equal('/?status=running');
    expect(page.wire.subscriptions.map(({ input }) => input.status)).to.eql([undefined, ['RUNNING']]);
    await serve(page, units());
    expect(sections()).to.eql({ Running: ['unit-1', 'unit-2'] });
    expect(filterLink('Running').getAttribute('aria-current')).to.equal('true');
    expect(filterLink('All').getAttribute('aria-current')).to.equal('false');
    expectSame(one('main'), main);
    expectFocusOn(filterLink('Running'));
  });

  it('takes nothing from what is typed in the queue', async () => {
    const page = await openPage({ rows: [card('a', 1), ...units()] });
    const area = type('a', 'half a sentence');
    filterLink('Ready').click();
    await drawn(page);
    await serve(page, units());
    expectSame(field('a'), area);
    expect(area.value).to.equal('half a sentence');
  });

  it('is undone by the Back button', async () => {
    const page = await openPage({ rows: units() });
    filterLink('Ready').click();
    await serve(page, units());
    expect(sections()).to.eql({ Ready: ['unit-3'] });
    history.back();
    await waitUntil(() => 'Running' in sections());
    expect(sections()).to.have.all.keys('Running', 'Ready', 'Blocked', 'Done');
    expect(filterLink('All').getAttribute('aria-current')).to.equal('true');
  });

  it('of the page that the server drew is kept by the script', async () => {
    const page = await openPage({ rows: units(), query: { status: ['DONE', 'BLOCKED'] } });
    expect(warned()).to.eql([]);
    expect(sections()).to.eql({ Blocked: ['unit-4'], Done: ['unit-5'] });
    expect(one<HTMLDetailsElement>('details.group').open).to.equal(true);
    expect(page.wire.subscriptions[0]?.input.status).to.eql(['DONE', 'BLOCKED']);
    expect(textOf('.filter li:first-child .count')).to.equal('5');
  });

  it('without a unit says so, and its way back keeps the focus off the body', async () => {
    const page = await openPage({ rows: units() });
    press(filterLink('Needs attention'));
    await serve(page, units());
    expect(textOf('.grid .empty')).to.contain('No unit matches this filter.');
    press(one('.grid .empty a'));
    await drawn(page);
    expect(sections()).to.have.all.keys('Running', 'Ready', 'Blocked', 'Done');
    expectFocusOn(page.grid);
  });

  it('opened in a new tab is left to the browser', async () => {
    const page = await openPage({ rows: units() });
    const click = new MouseEvent('click', { bubbles: true, cancelable: true, ctrlKey: true });
    // No tab is opened in a test.
    document.addEventListener('click', (event) => event.preventDefault(), { once: true });
    let prevented = true;
    one('board-filter').parentElement?.addEventListener('click', (event) => {
      prevented = event.defaultPrevented;
    });
    filterLink('Ready').dispatchEvent(click);
    expect(prevented).to.equal(false);
    expect(page.wire.subscriptions.length).to.equal(1);
  });
});

it('words that were empty when the server drew them come when there are some', async () => {
  const page = await openPage({ rows: [cell(1, 'RUNNING', { phases: 1, run: 1, agent: '' })] });
  expect(textOf('.cell .phase')).to.equal('');
  page.wire.put(cell(1, 'RUNNING', { phases: 2, run: 2, agent: 'claude' }));
  await drawn(page);
  expect(textOf('.cell .phase')).to.equal('BUILD 1 of 2 · run 2 · claude');
});

describe('finding units', () => {
  const search = () => one<HTMLFormElement>('form[role=search]');

  it('is an address, and takes nothing from what is typed in the queue', async () => {
    const page = await openPage({ rows: [card('a', 1), ...units()] });
    const area = type('a', 'half a sentence');
    one<HTMLInputElement>('#search').value = ' auth & more ';
    one<HTMLSelectElement>('#search-kind').value = 'review';
    search().requestSubmit();
    expect(location.pathname + location.search).to.equal('/?kind=review&q=auth%20%26%20more');
    const query = { kind: ['review'], q: 'auth & more' };
    expect(page.wire.subscriptions.at(-1)?.input).to.eql({ ...query, page: 1 });
    expectSame(field('a'), area);
  });

  it('is drawn by the server with its words, and keeps the status beside them', async () => {
    await openPage({ rows: units(), query: { q: 'unit', status: ['READY'] } });
    expect(warned()).to.eql([]);
    expect(one<HTMLInputElement>('#search').value).to.equal('unit');
    expect(filterLink('Blocked').getAttribute('href')).to.equal('/?status=blocked&q=unit');
    expect(new FormData(search()).get('status')).to.equal('ready');
  });

  it('leaves nobody in the belief that nothing needs them', async () => {
    const page = await openPage({ rows: [card('a', 1), ...units()], query: { q: 'nothing' } });
    page.wire.drop('item:a');
    await drawn(page);
    expect(textOf('.queue .narrowed')).to.contain('This filter hides 1 item.');
  });
});

describe('pulses', () => {
  const printed = (line: string) => ({ lines: [line], at: new Date().toISOString() });
  const pulse = (chunk: string): string | undefined =>
    link(chunk).closest('.cell')?.querySelector('.pulse > .line')?.textContent ?? undefined;

  it('are in what the server drew, and change by themselves without touching anything else', async () => {
    const page = await openPage({ rows: units(), pulses: { 'unit:1': printed('compiling') } });
    expect(warned()).to.eql([]);
    expect([pulse('unit-1'), pulse('unit-2'), pulse('unit-3')]).to.eql(['compiling', '', undefined]);
    const [first] = all('.cell');
    page.wire.pulses.at(-1)?.beat({ 'unit:2': printed('<b>linking</b>') });
    await drawn(page);
    expect([pulse('unit-1'), pulse('unit-2')]).to.eql(['compiling', '<b>linking</b>']);
    expectSame(all('.cell')[0] ?? null, first ?? null);
  });

  it('are asked for what the filter shows, and no longer for what it showed', async () => {
    const page = await openPage({ rows: units() });
    expect(page.wire.pulses.map(({ input }) => input)).to.eql([{}]);
    filterLink('Running').click();
    expect(page.wire.pulses.map(({ input, stopped }) => [input, stopped])).to.eql([
      [{}, true],
      [{ status: ['RUNNING'] }, false],
    ]);
    page.grid.remove();
    expect(page.wire.pulses.every(({ stopped }) => stopped)).to.equal(true);
  });
});
