import { expect, waitUntil } from '@open-wc/testing';
import { card, cell } from './board-rows.ts';
import { drawn, expectSame, one, openPage, show, takeOver, warned } from './harness.ts';

const MINUTE = 60_000;
const ago = (ms: number): string => new Date(Date.now() - ms).toISOString();
const time = (within: string): HTMLTimeElement => one(`${within} time`);

describe('a time', () => {
  it('is a date where there is no script, and an age where there is', async () => {
    const since = ago(3 * MINUTE + 5000);
    await show({ rows: [card('a', 1, { asked_at: since }), cell(1, 'RUNNING', { since })] });
    const nodes = [time('#item-a'), time('.cell')];
    // This is the first page of the file: the browser does not know the elements yet.
    for (const { textContent } of nodes) expect(textContent).to.match(/^since (\d{4}-\d\d-\d\d )?\d\d:\d\d$/);
    await takeOver();
    await waitUntil(() => nodes[0]?.textContent === 'waits 3 min' && nodes[1]?.textContent === 'for 3 min');
    expectSame(time('#item-a'), nodes[0] ?? null);
    expectSame(time('.cell'), nodes[1] ?? null);
    expect(nodes.map(({ dateTime }) => dateTime)).to.eql([since, since]);
    expect(nodes.map(({ title }) => title)).to.eql(Array(2).fill(new Date(since).toLocaleString()));
    expect(warned()).to.eql([]);
  });

  it('that changes in a redraw is the new age, in the same text node', async () => {
    const page = await openPage({ rows: [cell(1, 'RUNNING', { since: ago(3 * MINUTE + 5000) })] });
    await waitUntil(() => time('.cell').textContent === 'for 3 min');
    const text = [...time('.cell').childNodes].find((node) => node.nodeType === Node.TEXT_NODE);
    const since = ago(2 * 60 * MINUTE + 5000);
    page.wire.put(cell(1, 'RUNNING', { since }));
    await drawn(page);
    await waitUntil(() => time('.cell').textContent === 'for 2 h 0 min');
    expect(time('.cell').dateTime).to.equal(since);
    expect(text?.isConnected).to.equal(true);
    expect(text?.nodeValue).to.equal('for 2 h 0 min');
  });

  it('that changes in a redraw names the new moment in its title', async () => {
    const page = await openPage({ rows: [cell(1, 'RUNNING', { since: ago(3 * MINUTE) })] });
    await waitUntil(() => time('.cell').title !== '');
    const since = ago(200 * MINUTE);
    page.wire.put(cell(1, 'RUNNING', { since }));
    await waitUntil(() => time('.cell').textContent === 'for 3 h 20 min');
    expect(time('.cell').title).to.equal(new Date(since).toLocaleString());
  });

  it('stays an age when something else is redrawn', async () => {
    const since = ago(3 * MINUTE + 5000);
    const page = await openPage({ rows: [cell(1, 'RUNNING', { since })] });
    page.wire.put(cell(1, 'RUNNING', { since, title: 'New title' }), cell(2, 'RUNNING', { since }));
    await drawn(page);
    await waitUntil(() =>
      [...page.grid.querySelectorAll('time')].every((each) => each.textContent === 'for 3 min'),
    );
    expect(page.grid.querySelectorAll('time').length).to.equal(2);
  });

  it('grows older by itself', async () => {
    await openPage({ rows: [cell(1, 'RUNNING', { since: ago(10_000) })] });
    const first = time('.cell').textContent;
    expect(first).to.match(/^for 1\d s$/);
    await waitUntil(() => time('.cell').textContent !== first, 'a second later', { timeout: 3000 });
  });
});
