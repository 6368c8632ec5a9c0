import { expect, waitUntil } from '@open-wc/testing';
import { AttentionQueue } from '../../client/elements/attention-queue.ts';
import { LiveBoards } from '../../client/link/live-boards.ts';
import type { FormError } from '../../server/web/page.ts';
import { card, cell, goingOut, snapshotOf } from './board-rows.ts';
import { FakeConnection, refusal } from './fake-connection.ts';
import {
  all,
  button,
  drawn,
  expectFocusOn,
  expectSame,
  field,
  one,
  openPage,
  order,
  pageFor,
  press,
  show,
  takeOver,
  textOf,
  type,
  warned,
} from './harness.ts';

const NODES = 'attention-queue *, process-grid *';
const WORDS = '\nMy <b>kept</b> &amp; words</textarea>\nin two lines';
const EVIL = '<img src=x onerror="window.hacked = true"><script>window.hacked = true</script>';

const formError = (item: string, more: Partial<FormError> = {}): FormError => ({
  item,
  notice: { tone: 'wrong', message: 'The question has changed meanwhile.', field: 'text' },
  words: WORDS,
  chosen: [],
  ...more,
});

const rows = () => [
  card('a', 1),
  card('b', 2, { kind: 'stuck', unblocks: 'unblocks three', context: [{ label: 'Diff', text: '-x' }] }),
  card('c', 3, { multiple: true, run_ended: 'Run 1 ended well.' }),
  goingOut(card('d', 4)),
  cell(1, 'RUNNING'),
  cell(2, 'BLOCKED', { why: 'waits for unit-1', title: 'Second' }),
  cell(3, 'DONE'),
];

describe('hydration', () => {
  it('keeps every node of both elements, without a warning', async () => {
    await show({ rows: rows() });
    const before = all(NODES);
    await takeOver();
    expect(before.length).to.be.greaterThan(50);
    expect(all(NODES).every((node, at) => node === before[at])).to.equal(true);
    expect(all(NODES).length).to.equal(before.length);
    expect(warned()).to.eql([]);
  });

  it('follows from the number that the page was drawn with', async () => {
    const { wire } = await openPage({ rows: rows() });
    expect(wire.subscriptions.map(({ input }) => input)).to.eql([{ page: 1, from: 'e1:10' }]);
  });

  it('keeps text typed, focus and caret in a card that is not the first', async () => {
    await show({ rows: rows() });
    const area = type('b', 'typed before the script');
    area.setSelectionRange(5, 5);
    await takeOver();
    expectFocusOn(area);
    expectSame(field('b'), area);
    expect(area.value).to.equal('typed before the script');
    expect([area.selectionStart, area.selectionEnd]).to.eql([5, 5]);
    expect(one<HTMLDetailsElement>('#item-b > details').open).to.equal(true);
  });

  it('keeps the focus on a link of the grid', async () => {
    await show({ rows: rows() });
    const link = one('.cell-blocked a');
    link.focus();
    await takeOver();
    expectFocusOn(link);
  });

  it('leaves an answer that is going out where it is while its Undo has the focus', async () => {
    await show({ rows: rows() });
    const undo = one('form[name=undo-d] button');
    undo.focus();
    const { wire, ...page } = await takeOver();
    expect(warned()).to.eql([]);
    wire.put(cell(1, 'DONE'));
    await drawn(page);
    expectFocusOn(undo);
    expect(order()).to.eql(['a', 'b', 'c']);
  });

  it('keeps node, words and focus when the daemon begins a new board', async () => {
    const page = await openPage({ rows: rows() });
    const area = type('a', 'half a sentence');
    page.wire.begin(snapshotOf([card('a', 1), card('z', 2)], {}, { epoch: 'e2', seq: 3 }));
    await drawn(page);
    expect(order()).to.eql(['a', 'z']);
    expectSame(field('a'), area);
    expect(area.value).to.equal('half a sentence');
    expectFocusOn(area);
  });

  it('draws markup that does not match anew, and carries the words over', async () => {
    await show({ rows: rows() });
    type('a', 'not to be lost');
    // The page's data is of another moment than its markup.
    const data = one('#page-data');
    data.textContent = data.textContent.replace('"state":"going-out"', '"state":"open"');
    const { queue } = await takeOver();
    expect(warned().join()).to.contain('drawn anew');
    expect(order()).to.eql(['a', 'b', 'c', 'd']);
    expect(field('a').value).to.equal('not to be lost');
    expect(all('.queue', queue).length).to.equal(1);
  });

  it('on the page of one unit takes over an empty queue, in which a card arrives', async () => {
    const page = await openPage({ rows: [], query: { chunk: 'chunk-a' } });
    expect(warned()).to.eql([]);
    expect(page.queue.textContent?.trim()).to.equal('');
    page.wire.put(card('a', 1));
    await drawn(page);
    expect(order()).to.eql(['a']);
  });

  it('draws into itself where the server has drawn nothing', async () => {
    await show({ rows: [] });
    await takeOver();
    const live = new LiveBoards(new FakeConnection().asConnection());
    live.prime({}, snapshotOf(rows()));
    const queue = new AttentionQueue();
    queue.join(live, {}, 0);
    document.body.replaceChildren(queue);
    await queue.updateComplete;
    expect(order()).to.eql(['a', 'b', 'c']);
  });
});

describe('a page drawn again after a refusal', () => {
  it('keeps the words, the notice and every node when the script takes over', async () => {
    await show({ rows: rows(), formError: formError('b') });
    const before = all(NODES);
    const page = await takeOver();
    expect(all(NODES).every((node, at) => node === before[at])).to.equal(true);
    expect(warned()).to.eql([]);
    expect(field('b').value).to.equal(WORDS);
    expect(textOf('#notice-b')).to.equal('The question has changed meanwhile.');
    expect(field('b').getAttribute('aria-describedby')).to.equal('notice-b');
    page.wire.put(card('new', 0));
    await drawn(page);
    expect(field('b').value).to.equal(WORDS);
    expect(textOf('#notice-b')).to.equal('The question has changed meanwhile.');
  });

  it('keeps the text area that the server filled when its words are sent again', async () => {
    const page = await openPage({ rows: rows(), formError: formError('a') });
    const area = field('a');
    expect(area.getAttribute('aria-invalid')).to.equal('true');
    press(button('a', 'Send'));
    await waitUntil(() => area.readOnly);
    expectSame(field('a'), area);
    expect(page.wire.answers[0]?.input.text).to.equal(WORDS);
    expect(area.getAttribute('aria-invalid')).to.equal(null);
    page.wire.answers[0]?.reject(refusal('text: say more than that', 'text'));
    await waitUntil(() => !area.readOnly);
    expect(area.value).to.equal(WORDS);
    expect(warned()).to.eql([]);
  });

  it('opens the card that was refused', async () => {
    await openPage({ rows: rows(), formError: formError('b') });
    expect(one<HTMLDetailsElement>('#item-b > details').open).to.equal(true);
    expect(one<HTMLDetailsElement>('#item-c > details').open).to.equal(false);
  });

  it('keeps the boxes that were ticked', async () => {
    await openPage({ rows: rows(), formError: formError('c', { chosen: ['right'] }) });
    const ticked = all<HTMLInputElement>('#item-c input[type=checkbox]').filter(({ checked }) => checked);
    expect(ticked.map(({ value }) => value)).to.eql(['right']);
    expect(warned()).to.eql([]);
  });

  it('shows the words on top of the page where the card itself has gone', async () => {
    await openPage({ rows: rows(), formError: formError('gone') });
    expect(one<HTMLTextAreaElement>('#kept').value).to.equal(WORDS);
    expect(warned()).to.eql([]);
  });
});

describe('text of an agent', () => {
  const evil = card('evil', 1, {
    prompt: EVIL,
    context: [{ label: EVIL, text: EVIL }],
    options: [{ id: 'x"><img src=x>', label: EVIL, description: EVIL }],
    unblocks: EVIL,
    asked_by: EVIL,
    run_ended: EVIL,
  });
  const unit = cell(1, 'BLOCKED', { why: EVIL, title: EVIL, phase: EVIL });

  const expectText = () => {
    expect(all('img, main script').length).to.equal(0);
    expect('hacked' in window).to.equal(false);
    expect(textOf('#item-evil .prompt')).to.equal(EVIL);
    expect(one('#item-evil button[name=option] small').textContent).to.equal(EVIL);
    expect(textOf('.cell .why')).to.equal(EVIL);
    expect(one('#item-evil .context-line code').textContent).to.equal(EVIL);
  };

  it('never becomes markup on the page that the server draws', async () => {
    const html = await pageFor({ rows: [evil, unit] });
    expect(html).not.to.contain('<img');
    await openPage({ rows: [evil, unit] });
    expectText();
    expect(warned()).to.eql([]);
  });

  it('never becomes markup when it arrives as news', async () => {
    const page = await openPage({ rows: [] });
    page.wire.put(evil, unit);
    await waitUntil(() => all('#item-evil').length === 1);
    await drawn(page);
    expectText();
  });

  it('never becomes markup in what somebody answered', async () => {
    const page = await openPage({ rows: [evil] });
    type('evil', 'mine');
    page.wire.put({ ...goingOut(evil, EVIL), answer: { options: [], text: EVIL } });
    await drawn(page);
    expect(textOf('.notice-ended')).to.contain(EVIL);
    expect(all('img, main script').length).to.equal(0);
    expect('hacked' in window).to.equal(false);
  });
});
