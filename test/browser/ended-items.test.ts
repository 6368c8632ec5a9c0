/** Somebody else answers an item on which the operator is at work. */
import { expect, waitUntil } from '@open-wc/testing';
import { answered, card, cell, goingOut, snapshotOf } from './board-rows.ts';
import { type FakeConnection, lostConnection } from './fake-connection.ts';
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
const NOTE = 'Answered by ann (cli): Go left. Your text was not sent. Dismiss';

/** The daemon says how an item ended. */
async function tell(wire: FakeConnection, item: ReturnType<typeof card>): Promise<void> {
  await waitUntil(() => wire.questions.length === 1);
  expect(wire.questions[0]?.input).to.eql({ item: item.id });
  wire.questions[0]?.resolve(snapshotOf([item]));
}

describe('a card with words that somebody else answers', () => {
  it('stays where it is, says who answered, and keeps the words while the answer is going out', async () => {
    const page = await openPage({ rows: three() });
    const area = type('b', 'my words');
    page.wire.put(goingOut(card('b', 20)));
    await drawn(page);
    expect(order()).to.eql(['a', 'b', 'c']);
    expect(textOf('#item-b .notice-ended')).to.equal(NOTE);
    expectSame(field('b'), area);
    expect(area.value).to.equal('my words');
    expectFocusOn(area);
  });

  it('has nothing to press but what lets it go and copies the words', async () => {
    const rows = [card('b', 20), card('d', 40, { multiple: true })];
    const page = await openPage({ rows });
    type('b', 'my words');
    type('d', 'more words');
    one<HTMLInputElement>('#item-d input[value=left]').checked = true;
    page.wire.put(goingOut(card('b', 20)), goingOut(card('d', 40, { multiple: true })));
    await drawn(page);
    for (const item of ['b', 'd']) {
      const labels = all(`#item-${item} button`).map((each) => each.textContent);
      expect(labels).to.eql(['Dismiss', 'Copy my words']);
      expect(field(item).readOnly).to.equal(true);
      expect(all(`#item-${item} .later`).length).to.equal(0);
    }
    expect(one('#item-d fieldset').matches(':disabled')).to.equal(true);
    const area = field('b');
    area.focus();
    area.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', ctrlKey: true, bubbles: true }));
    await drawn(page);
    expect(page.wire.answers.length).to.equal(0);
    const copied: string[] = [];
    const copy = () => copied.push(String(getSelection()));
    document.addEventListener('copy', copy, { once: true });
    press(button('b', 'Copy my words'));
    document.removeEventListener('copy', copy);
    expect(area.selectionEnd - area.selectionStart).to.equal('my words'.length);
  });

  it('stays after the answer has gone out', async () => {
    const page = await openPage({ rows: three() });
    const area = type('b', 'my words');
    page.wire.put(goingOut(card('b', 20)));
    await drawn(page);
    page.wire.drop('item:b');
    await drawn(page);
    await tell(page.wire, answered(card('b', 20)));
    await drawn(page);
    expect(order()).to.eql(['a', 'b', 'c']);
    expect(textOf('#item-b .notice-ended')).to.equal(NOTE);
    expectSame(field('b'), area);
    expect(area.value).to.equal('my words');
  });

  it('stays when it goes at once, and asks who answered', async () => {
    const page = await openPage({ rows: three() });
    type('b', 'my words');
    page.wire.drop('item:b');
    await drawn(page);
    expect(field('b').value).to.equal('my words');
    await tell(page.wire, answered(card('b', 20)));
    await waitUntil(() => all('#item-b .notice-ended').length === 1);
    expect(textOf('#item-b .notice-ended')).to.equal(NOTE);
    page.wire.put(cell(1, 'RUNNING'));
    await drawn(page);
    expect(page.wire.questions.length).to.equal(1);
    expect(field('b').value).to.equal('my words');
  });

  it('says why when the item was withdrawn', async () => {
    const page = await openPage({ rows: three() });
    type('b', 'my words');
    page.wire.drop('item:b');
    await drawn(page);
    await tell(page.wire, card('b', 20, { state: 'withdrawn', withdrawn_why: 'the unit was closed' }));
    await waitUntil(() => all('#item-b .notice-ended').length === 1);
    expect(textOf('#item-b .notice-ended')).to.contain('Withdrawn: the unit was closed.');
  });

  it('asks again who ended it when the question was lost', async () => {
    const page = await openPage({ rows: three() });
    type('b', 'my words');
    page.wire.drop('item:b');
    await drawn(page);
    await waitUntil(() => page.wire.questions.length === 1);
    page.wire.questions[0]?.reject(lostConnection());
    await drawn(page);
    page.wire.put(cell(1, 'RUNNING'));
    await waitUntil(() => page.wire.questions.length === 2, 'asked again', { timeout: 3000 });
  });

  it('is let go on request after the answer has gone out, and the focus does not fall to the body', async () => {
    const page = await openPage({ rows: three() });
    type('b', 'my words');
    page.wire.drop('item:b');
    await drawn(page);
    await tell(page.wire, answered(card('b', 20)));
    await waitUntil(() => all('#item-b .notice-ended').length === 1);
    press(button('b', 'Dismiss'));
    await drawn(page);
    expect(order()).to.eql(['a', 'c']);
    expectFocusOn(page.queue);
    page.wire.put(cell(1, 'RUNNING'));
    await drawn(page);
    expect(order()).to.eql(['a', 'c']);
  });

  it('is let go on request while the answer is still going out', async () => {
    const page = await openPage({ rows: three() });
    type('b', 'my words');
    page.wire.put(goingOut(card('b', 20)));
    await drawn(page);
    press(button('b', 'Dismiss'));
    await drawn(page);
    expect(order()).to.eql(['a', 'c']);
    expect(all('form[name=undo-b]').length).to.equal(1);
    expectFocusOn(page.queue);
  });

  it('is open as before, with its words, when that answer is taken back', async () => {
    const page = await openPage({ rows: three() });
    type('b', 'my words');
    page.wire.put(goingOut(card('b', 20)));
    await drawn(page);
    page.wire.put(card('b', 20, { version: 2 }));
    await drawn(page);
    expect(all('.notice-ended').length).to.equal(0);
    expect(field('b').value).to.equal('my words');
  });
});

describe('a card without words that somebody else answers', () => {
  it('leaves', async () => {
    const page = await openPage({ rows: three() });
    page.wire.put(goingOut(card('b', 20)));
    await drawn(page);
    expect(order()).to.eql(['a', 'c']);
    expect(textOf('.going-out')).to.contain('Sending “Go left” to chunk-b');
    page.wire.drop('item:b');
    await drawn(page);
    expect(all('.going-out').length).to.equal(0);
  });

  it('speaks of no words that were not sent while it only holds the focus', async () => {
    const page = await openPage({ rows: three() });
    one('#item-b > details > summary').focus();
    page.wire.put(goingOut(card('b', 20)));
    await drawn(page);
    expect(page.queue.textContent?.includes('Your text was not sent')).to.equal(false);
    expectFocusOn(page.queue);
  });
});
