import { expect } from '@open-wc/testing';
import { sendKeys, sendMouse } from '@web/test-runner-commands';
import { card, cell } from './board-rows.ts';
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
  press,
  textOf,
  type,
} from './harness.ts';

const three = () => [card('a', 10), card('b', 20), card('c', 30)];
const isOpen = (item: string): boolean => one<HTMLDetailsElement>(`#item-${item} > details`).open;
const summary = (item: string): HTMLElement => one(`#item-${item} > details > summary`);
const reorder = (): HTMLButtonElement => one('[data-do=reorder]');

/** A click of a real mouse, which also moves the focus. */
async function clickOn(target: Element): Promise<void> {
  target.scrollIntoView({ block: 'center' });
  const { x, y, width, height } = target.getBoundingClientRect();
  const position: [number, number] = [Math.round(x + width / 2), Math.round(y + height / 2)];
  await sendMouse({ type: 'click', position });
}

describe('the queue', () => {
  it('shows cards that arrive, move and go, in the order of the board', async () => {
    const page = await openPage({ rows: three() });
    page.wire.put(card('d', 15));
    await drawn(page);
    expect(order()).to.eql(['a', 'd', 'b', 'c']);
    page.wire.put(card('c', 5));
    await drawn(page);
    expect(order()).to.eql(['c', 'a', 'd', 'b']);
    page.wire.drop('item:a');
    await drawn(page);
    expect(order()).to.eql(['c', 'd', 'b']);
    expect(textOf('#queue-heading .count')).to.equal('3');
  });

  it('keeps the node of every card that did not change', async () => {
    const page = await openPage({ rows: three() });
    const nodes = all('#item-b, #item-b *');
    const expectKept = () =>
      expect(all('#item-b, #item-b *').every((node, at) => node === nodes[at])).to.equal(true);
    page.wire.put(card('d', 5));
    await drawn(page);
    expectKept();
    page.wire.put(card('a', 40));
    await drawn(page);
    expectKept();
    page.wire.drop('item:c');
    await drawn(page);
    expectKept();
  });

  it('changes a card in its place', async () => {
    const page = await openPage({ rows: three() });
    const area = type('b', 'still here');
    page.wire.put(card('b', 20, { version: 2, prompt: 'Which way now?' }));
    await drawn(page);
    expect(textOf('#item-b .prompt')).to.equal('Which way now?');
    expect(one<HTMLInputElement>('#item-b .answer input[name=version]').value).to.equal('2');
    expectSame(field('b'), area);
    expect(area.value).to.equal('still here');
  });

  it('says that nothing needs the operator when the last card has gone', async () => {
    const page = await openPage({ rows: [card('a', 1)] });
    page.wire.drop('item:a');
    await drawn(page);
    expect(textOf('.queue .empty')).to.contain('Nothing needs you');
  });
});

describe('the order of the queue', () => {
  it('stands still while a text area holds words, and what is new goes to the end', async () => {
    const page = await openPage({ rows: three() });
    type('b', 'thinking').blur();
    page.wire.put(card('d', 5), card('c', 1));
    await drawn(page);
    expect(order()).to.eql(['a', 'b', 'c', 'd']);
    expect(textOf('[data-do=reorder]')).to.equal('1 new: show in order');
    expect(field('b').value).to.equal('thinking');
  });

  it('stands still while the focus is inside', async () => {
    const page = await openPage({ rows: three() });
    summary('b').focus();
    page.wire.put(card('d', 5), card('c', 1));
    await drawn(page);
    expect(order()).to.eql(['a', 'b', 'c', 'd']);
    expectFocusOn(summary('b'));
  });

  it('stands still while a box is ticked', async () => {
    const page = await openPage({ rows: [card('a', 10), card('b', 20, { multiple: true })] });
    one<HTMLInputElement>('#item-b input[value=left]').checked = true;
    page.wire.put(card('d', 5));
    await drawn(page);
    expect(order()).to.eql(['a', 'b', 'd']);
  });

  it('is the order of the board again once the focus has left and nothing is typed', async () => {
    const page = await openPage({ rows: three() });
    summary('b').focus();
    page.wire.put(card('d', 5));
    await drawn(page);
    one('header .links a:first-child').focus();
    await drawn(page);
    expect(order()).to.eql(['d', 'a', 'b', 'c']);
    expect(all('[data-do=reorder]').length).to.equal(0);
  });

  it('still stands after the Tab key has moved the focus within the list', async () => {
    const page = await openPage({ rows: three() });
    summary('b').focus();
    page.wire.put(card('d', 5));
    await drawn(page);
    await sendKeys({ press: 'Tab' });
    await drawn(page);
    expectFocusOn(summary('c'));
    expect(order()).to.eql(['a', 'b', 'c', 'd']);
  });

  it('goes on telling how many are new when more happens', async () => {
    const page = await openPage({ rows: three() });
    type('b', 'thinking');
    page.wire.put(card('d', 5));
    await drawn(page);
    page.wire.put(cell(1, 'RUNNING'));
    await drawn(page);
    expect(textOf('[data-do=reorder]')).to.equal('1 new: show in order');
    page.wire.put(card('e', 6));
    await drawn(page);
    expect(textOf('[data-do=reorder]')).to.equal('2 new: show in order');
    expect(order()).to.eql(['a', 'b', 'c', 'd', 'e']);
  });

  it('is applied when asked for; words stay', async () => {
    const page = await openPage({ rows: three() });
    const area = type('b', 'thinking');
    page.wire.put(card('d', 5), card('c', 1));
    await drawn(page);
    reorder().click();
    await drawn(page);
    expect(order()).to.eql(['c', 'd', 'a', 'b']);
    expect(all('[data-do=reorder]').length).to.equal(0);
    expectSame(field('b'), area);
    expect(area.value).to.equal('thinking');
  });

  it('is applied when asked for; the focus and the caret stay in the words', async () => {
    const page = await openPage({ rows: three() });
    const area = type('b', 'thinking');
    area.setSelectionRange(2, 2);
    page.wire.put(card('d', 5), card('c', 25));
    await drawn(page);
    // A click that does not take the focus, as in Safari.
    reorder().click();
    await drawn(page);
    expect(order()).to.eql(['d', 'a', 'b', 'c']);
    expectFocusOn(area);
    expect([area.selectionStart, area.selectionEnd]).to.eql([2, 2]);
  });

  it('is applied when asked for; the focus stays in the words also when their own card moves', async () => {
    const page = await openPage({ rows: three() });
    const area = type('c', 'thinking');
    area.setSelectionRange(2, 4);
    page.wire.put(card('c', 5), card('d', 40));
    await drawn(page);
    expect(order()).to.eql(['a', 'b', 'c', 'd']);
    reorder().click();
    await drawn(page);
    expect(order()).to.eql(['c', 'a', 'b', 'd']);
    expectSame(field('c'), area);
    expect(area.value).to.equal('thinking');
    expectFocusOn(area);
    expect([area.selectionStart, area.selectionEnd]).to.eql([2, 4]);
  });

  it('is applied by keyboard, and the focus does not fall to the body', async () => {
    const page = await openPage({ rows: three() });
    type('b', 'thinking');
    page.wire.put(card('d', 5));
    await drawn(page);
    press(reorder());
    await drawn(page);
    expect(order()).to.eql(['d', 'a', 'b', 'c']);
    expectFocusOn(page.queue);
  });

  it('is applied by mouse while only the focus stands inside, and the focus does not fall to the body', async () => {
    const page = await openPage({ rows: three() });
    summary('b').focus();
    page.wire.put(card('d', 5));
    await drawn(page);
    await clickOn(reorder());
    await drawn(page);
    expect(order()).to.eql(['d', 'a', 'b', 'c']);
    expect(all('[data-do=reorder]').length).to.equal(0);
    expectFocusOn(page.queue);
  });
});

describe('a card', () => {
  it('stands open once it was the first, and is not closed when another comes first', async () => {
    const page = await openPage({ rows: three() });
    expect([isOpen('a'), isOpen('b')]).to.eql([true, false]);
    page.wire.put(card('d', 5));
    await drawn(page);
    expect(order()[0]).to.equal('d');
    expect([isOpen('d'), isOpen('a'), isOpen('b')]).to.eql([true, true, false]);
  });

  it('opens when it becomes the first', async () => {
    const page = await openPage({ rows: three() });
    page.wire.drop('item:a');
    await drawn(page);
    expect([isOpen('b'), isOpen('c')]).to.eql([true, false]);
  });

  it('stays as the operator left it, open or closed', async () => {
    const page = await openPage({ rows: three() });
    await clickOn(one('#item-a > details > summary .prompt'));
    await clickOn(one('#item-b > details > summary .prompt'));
    expect([isOpen('a'), isOpen('b')]).to.eql([false, true]);
    page.wire.put(card('d', 40), card('a', 10, { prompt: 'Changed' }));
    await drawn(page);
    expect([isOpen('a'), isOpen('b')]).to.eql([false, true]);
  });

  it('is not left by the focus when its options are pressed and others arrive', async () => {
    const page = await openPage({ rows: three() });
    const option = button('a', 'Go left');
    option.focus();
    page.wire.put(card('d', 1), card('e', 2));
    await drawn(page);
    expectFocusOn(option);
  });
});
