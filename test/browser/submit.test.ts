import { expect, waitUntil } from '@open-wc/testing';
import { answered, card, goingOut, reopened, snapshotOf } from './board-rows.ts';
import { lostConnection, refusal } from './fake-connection.ts';
import {
  all,
  arm,
  button,
  drawn,
  expectFocusOn,
  expectSame,
  field,
  one,
  openPage,
  order,
  type Page,
  press,
  textOf,
  type,
} from './harness.ts';

const three = () => [card('a', 10), card('b', 20), card('c', 30)];

/** Whether the element kept the form from being posted by the browser; here it never is. */
function watchSubmits(): boolean[] {
  const prevented: boolean[] = [];
  stopWatching();
  watch = (event) => {
    prevented.push(event.defaultPrevented);
    event.preventDefault();
  };
  document.addEventListener('submit', watch);
  return prevented;
}

let watch: ((event: Event) => void) | null = null;
function stopWatching(): void {
  if (watch) document.removeEventListener('submit', watch);
  watch = null;
}

/** The operator answers a card with words; the daemon takes the answer. */
async function answer(page: Page, item: ReturnType<typeof card>, words: string): Promise<void> {
  const calls = page.wire.answers.length;
  if (words !== '') type(item.id, words);
  press(button(item.id, 'Go left'));
  await waitUntil(() => page.wire.answers.length === calls + 1);
  page.wire.answers[calls]?.resolve({});
  page.wire.put({ ...goingOut(item, 'you'), answer: { options: ['left'], text: words } });
  await drawn(page);
}

describe('an answer over the connection', () => {
  afterEach(stopWatching);

  it('is not posted by the browser, and carries item, version, option, words and a key', async () => {
    const page = await openPage({ rows: [card('a', 10), card('b', 20, { version: 3 })] });
    const prevented = watchSubmits();
    type('b', 'because it is shorter');
    press(button('b', 'Go right'));
    expect(prevented).to.eql([true]);
    await waitUntil(() => page.wire.answers.length === 1);
    const { key, ...rest } = page.wire.answers[0]!.input;
    expect(key).to.match(/^[0-9a-f]{32}$/);
    expect(rest).to.eql({
      chunk: 'chunk-b',
      item: 'b',
      version: 3,
      options: ['right'],
      text: 'because it is shorter',
    });
  });

  it('carries all boxes that are ticked', async () => {
    const page = await openPage({ rows: [card('a', 10, { multiple: true })] });
    for (const box of all<HTMLInputElement>('#item-a input[type=checkbox]')) box.checked = true;
    press(button('a', 'Send'));
    await waitUntil(() => page.wire.answers.length === 1);
    expect(page.wire.answers[0]?.input.options).to.eql(['left', 'right']);
    expect(page.wire.answers[0]?.input.text).to.equal('');
  });

  it('without a choice carries the words alone', async () => {
    const page = await openPage({ rows: three() });
    type('a', 'neither');
    press(button('a', 'Send'));
    await waitUntil(() => page.wire.answers.length === 1);
    expect(page.wire.answers[0]?.input.options ?? []).to.eql([]);
    expect(page.wire.answers[0]?.input.text).to.equal('neither');
  });

  it('says that it is being sent', async () => {
    const page = await openPage({ rows: three() });
    press(button('a', 'Go left'));
    await drawn(page);
    expect(textOf('#notice-a')).to.equal('Sending …');
    page.wire.answers[0]?.resolve({});
    await waitUntil(() => all('#notice-a').length === 0);
  });

  it('is sent once, however often the button is pressed meanwhile', async () => {
    const page = await openPage({ rows: three() });
    press(button('a', 'Go left'));
    press(button('a', 'Go left'));
    await drawn(page);
    expect(new Set(page.wire.answers.map(({ input }) => input.key)).size).to.equal(1);
  });

  it('that is refused says why beside the form and keeps the words', async () => {
    const page = await openPage({ rows: three() });
    const area = type('b', 'kept words');
    press(button('b', 'Send'));
    await waitUntil(() => page.wire.answers.length === 1);
    page.wire.answers[0]?.reject(refusal('text: say more than that', 'text'));
    await waitUntil(() => textOf('#notice-b') === 'text: say more than that');
    expect(one('#item-b form.answer').contains(one('#notice-b'))).to.equal(true);
    expectSame(field('b'), area);
    expect(area.value).to.equal('kept words');
    expect(area.getAttribute('aria-invalid')).to.equal('true');
    expect(area.getAttribute('aria-describedby')).to.equal('notice-b');
    expect(order()).to.eql(['a', 'b', 'c']);
  });

  it('can be given again after a refusal, under a new key', async () => {
    const page = await openPage({ rows: three() });
    type('b', 'kept words');
    press(button('b', 'Send'));
    await waitUntil(() => page.wire.answers.length === 1);
    page.wire.answers[0]?.reject(refusal('No.'));
    await waitUntil(() => textOf('#notice-b') === 'No.');
    press(button('b', 'Send'));
    await waitUntil(() => page.wire.answers.length === 2);
    const [first, second] = page.wire.answers.map(({ input }) => input);
    expect(second?.text).to.equal('kept words');
    expect(second?.key).not.to.equal(first?.key);
  });

  it('that was lost on the way is sent again under the same key', async () => {
    const page = await openPage({ rows: three() });
    type('a', 'on its way');
    press(button('a', 'Go left'));
    await waitUntil(() => page.wire.answers.length === 1);
    page.wire.answers[0]?.reject(lostConnection());
    await waitUntil(() => page.wire.answers.length === 2);
    expect(page.wire.answers[1]?.input).to.eql(page.wire.answers[0]?.input);
    expect(textOf('#notice-a')).to.equal('Sending …');
    expect(field('a').value).to.equal('on its way');
    page.wire.answers[1]?.resolve({});
    await waitUntil(() => all('#notice-a').length === 0);
    expect(page.wire.answers.length).to.equal(2);
  });

  it('pressed before it could be meant is not sent, and says so; pressed again it is', async () => {
    const page = await openPage({ rows: three() });
    const area = type('a', 'too quick');
    button('a', 'Send').click();
    await waitUntil(() => all('#notice-a').length > 0);
    expect(textOf('#notice-a')).to.contain('only just appeared');
    expect(page.wire.answers.length).to.equal(0);
    expect(area.value).to.equal('too quick');
    press(button('a', 'Send'));
    await waitUntil(() => page.wire.answers.length === 1);
  });

  it('goes out by Ctrl and Enter in the words', async () => {
    const page = await openPage({ rows: three() });
    const area = type('a', 'quick');
    arm(area);
    area.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', ctrlKey: true, bubbles: true }));
    await waitUntil(() => page.wire.answers.length === 1);
    expect(page.wire.answers[0]?.input.options ?? []).to.eql([]);
    expect(page.wire.answers[0]?.input.text).to.equal('quick');
  });
});

describe('an answer without a connection', () => {
  afterEach(stopWatching);

  /** The connection is lost, and the operator sends words for a card. */
  async function sendAway(words = 'my words'): Promise<Page> {
    const page = await openPage({ rows: three() });
    page.wire.turn(false);
    type('a', words);
    press(button('a', 'Go left'));
    await drawn(page);
    return page;
  }

  it('waits in the page, which says so, and goes by itself when the connection is back', async () => {
    const prevented = watchSubmits();
    const page = await sendAway();
    expect(prevented).to.eql([true]);
    expect(page.wire.answers.length).to.equal(0);
    expect(textOf('#notice-a')).to.contain('Your answer waits here');
    expect(field('a').value).to.equal('my words');
    page.wire.turn(true);
    await waitUntil(() => page.wire.answers.length === 1);
    const { key, ...rest } = page.wire.answers[0]!.input;
    expect(key).to.match(/^[0-9a-f]{32}$/);
    expect(rest).to.eql({ chunk: 'chunk-a', item: 'a', version: 1, options: ['left'], text: 'my words' });
    page.wire.answers[0]?.resolve({});
    page.wire.put({ ...goingOut(card('a', 10), 'you'), answer: { options: ['left'], text: 'my words' } });
    await waitUntil(() => order().join() === 'b,c');
    expect(page.wire.answers.length).to.equal(1);
  });

  it('is one answer under one key, however often it is pressed and the connection lost', async () => {
    const page = await sendAway();
    press(button('a', 'Go left'));
    press(button('a', 'Go right'));
    page.wire.turn(true);
    await waitUntil(() => page.wire.answers.length === 1);
    page.wire.turn(false);
    page.wire.answers[0]?.reject(lostConnection());
    await waitUntil(() => textOf('#notice-a').includes('Connection lost'));
    expect(page.wire.answers.length).to.equal(1);
    page.wire.turn(true);
    await waitUntil(() => page.wire.answers.length === 2);
    expect(page.wire.answers[1]?.input).to.eql(page.wire.answers[0]?.input);
  });

  it('does not touch the words of another card', async () => {
    const page = await openPage({ rows: three() });
    page.wire.turn(false);
    type('b', 'another draft');
    type('a', 'my words');
    press(button('a', 'Go left'));
    await drawn(page);
    page.wire.turn(true);
    await waitUntil(() => page.wire.answers.length === 1);
    page.wire.answers[0]?.resolve({});
    await drawn(page);
    expect(field('b').value).to.equal('another draft');
  });

  it('can be held back, and is a draft again', async () => {
    const page = await sendAway();
    expect(field('a').readOnly).to.equal(true);
    press(button('a', 'Do not send'));
    await waitUntil(() => textOf('#notice-a').startsWith('Not sent.'));
    expect(field('a').readOnly).to.equal(false);
    page.wire.turn(true);
    await drawn(page);
    expect(page.wire.answers.length).to.equal(0);
    expect(field('a').value).to.equal('my words');
  });

  it('is refused where the question has moved on: the card as it is now, with the words', async () => {
    const page = await sendAway();
    page.wire.put(card('a', 10, { version: 2, prompt: 'Which way now?' }));
    page.wire.turn(true);
    await waitUntil(() => page.wire.answers.length === 1);
    expect(page.wire.answers[0]?.input.version, 'the version that was answered').to.equal(1);
    page.wire.answers[0]?.reject(refusal('The question has changed since you saw it.'));
    await waitUntil(() => textOf('#notice-a') === 'The question has changed since you saw it.');
    expect(textOf('#item-a .prompt')).to.equal('Which way now?');
    expect(field('a').value).to.equal('my words');
    expect(field('a').readOnly).to.equal(false);
    expect(page.wire.answers.length).to.equal(1);
  });

  for (const words of ['my words', ''])
    it(`is refused where the item has ended: the card says who answered (words: "${words}")`, async () => {
      const page = await sendAway(words);
      page.wire.drop('item:a');
      page.wire.turn(true);
      await waitUntil(() => page.wire.answers.length === 1);
      page.wire.answers[0]?.reject(refusal('Already answered by ann (cli): Go left'));
      await waitUntil(() => page.wire.questions.length > 0);
      for (const { resolve } of page.wire.questions) resolve(snapshotOf([answered(card('a', 10))]));
      await waitUntil(() => all('#item-a .notice-ended').length === 1);
      await drawn(page);
      expect(field('a').value).to.equal(words);
      press(button('a', 'Dismiss'));
      await drawn(page);
      expect(order()).to.eql(['b', 'c']);
    });
});

/** Timeouts that pass when the test says so. */
function watchTimeouts(): { readonly pass: () => void; readonly restore: () => void } {
  const { timeout } = AbortSignal;
  const begun: AbortController[] = [];
  AbortSignal.timeout = () => {
    const controller = new AbortController();
    begun.push(controller);
    return controller.signal;
  };
  return {
    pass: () => {
      for (const controller of begun) controller.abort();
    },
    restore: () => {
      AbortSignal.timeout = timeout;
    },
  };
}

describe('what acts at once', () => {
  it('is not done later: without a connection it says so, and leaves the page where it is', async () => {
    const page = await openPage({ rows: [goingOut(card('a', 10))] });
    page.wire.turn(false);
    const prevented = watchSubmits();
    one('form[name=undo-a] button').click();
    await waitUntil(() => textOf('.going-out').includes('Not done: not connected'), 'said', {
      timeout: 7000,
    });
    stopWatching();
    expect(prevented).to.eql([true]);
    page.wire.turn(true);
    await drawn(page);
    expect(page.wire.undos.length).to.equal(0);
  });

  it('that was lost on the way is sent again at once, but not later', async () => {
    const page = await openPage({ rows: [goingOut(card('a', 10))] });
    const time = watchTimeouts();
    try {
      press(one('form[name=undo-a] button'));
      await waitUntil(() => page.wire.undos.length === 1);
      page.wire.undos[0]?.reject(lostConnection());
      await waitUntil(() => page.wire.undos.length === 2, 'it is sent again');
      expect(page.wire.undos[1]?.input).to.eql(page.wire.undos[0]?.input);
      page.wire.turn(false);
      page.wire.undos[1]?.reject(lostConnection());
      time.pass();
      await waitUntil(() => textOf('.going-out').includes('Perhaps done: not connected'), 'said');
      page.wire.turn(true);
      await drawn(page);
      expect(page.wire.undos.length).to.equal(2);
    } finally {
      time.restore();
    }
  });

  it('fails at once by an error that is not of the connection', async () => {
    const page = await openPage({ rows: [goingOut(card('a', 10))] });
    press(one('form[name=undo-a] button'));
    await waitUntil(() => page.wire.undos.length === 1);
    page.wire.undos[0]?.reject(new TypeError('x is undefined'));
    await waitUntil(() => textOf('.going-out').includes('x is undefined'), 'said');
    expect(page.wire.undos.length).to.equal(1);
  });
});

describe('Ctrl and Enter', () => {
  const ctrlEnter = (area: HTMLElement, more: KeyboardEventInit) =>
    area.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', ctrlKey: true, bubbles: true, ...more }));

  for (const [name, more] of [
    ['while a word is composed', { isComposing: true }],
    ['that end a composition', { keyCode: 229 }],
  ] as const)
    it(`${name} send nothing`, async () => {
      const page = await openPage({ rows: three() });
      const area = type('a', 'にほ');
      arm(area);
      ctrlEnter(area, more);
      await drawn(page);
      expect(page.wire.answers.length).to.equal(0);
      expect(all('#notice-a').length).to.equal(0);
      ctrlEnter(area, {});
      await waitUntil(() => page.wire.answers.length === 1);
    });
});

describe('after an answer', () => {
  it('the card leaves and the focus is on the next card', async () => {
    const page = await openPage({ rows: three() });
    await answer(page, card('a', 10), 'words');
    expect(order()).to.eql(['b', 'c']);
    expect(textOf('.going-out')).to.contain('Sending “Go left: words” to chunk-a');
    expectFocusOn(one('#item-b > details > summary'));
    expect(one<HTMLDetailsElement>('#item-b > details').open).to.equal(true);
  });

  it('the focus is on the heading when it was the last card', async () => {
    const page = await openPage({ rows: [card('a', 10)] });
    await answer(page, card('a', 10), '');
    expect(order()).to.eql([]);
    expectFocusOn(one('#queue-heading'));
  });

  it('that goes out at once, the card leaves and nobody is asked who answered', async () => {
    const page = await openPage({ rows: three() });
    type('a', 'words');
    press(button('a', 'Go left'));
    await waitUntil(() => page.wire.answers.length === 1);
    page.wire.answers[0]?.resolve({});
    page.wire.drop('item:a');
    await drawn(page);
    expect(order()).to.eql(['b', 'c']);
    expect(page.wire.questions.length).to.equal(0);
    expectFocusOn(one('#item-b > details > summary'));
  });

  it('the focus on Undo does not fall to the body when the answer has gone out', async () => {
    const page = await openPage({ rows: three() });
    await answer(page, card('a', 10), 'words');
    one('form[name=undo-a] button').focus();
    page.wire.drop('item:a');
    await drawn(page);
    expect(order()).to.eql(['b', 'c']);
    expect(all('.going-out').length).to.equal(0);
    expectFocusOn(page.queue);
  });

  it('that was the last of one unit, the focus does not fall to the body when it has gone out', async () => {
    const page = await openPage({ rows: [card('a', 10)], query: { chunk: 'chunk-a' } });
    await answer(page, card('a', 10), '');
    expectFocusOn(one('#queue-heading'));
    page.wire.drop('item:a');
    await drawn(page);
    expect(document.activeElement?.localName).not.to.equal('body');
  });

  it('the words are in the form again when it was taken back elsewhere', async () => {
    const page = await openPage({ rows: three() });
    await answer(page, card('a', 10), 'my good words');
    page.wire.put(reopened(card('a', 10)));
    await drawn(page);
    expect(order()).to.have.members(['a', 'b', 'c']);
    expect(field('a').value).to.equal('my good words');
    expect(one<HTMLInputElement>('#item-a .answer input[name=version]').value).to.equal('2');
  });
});

describe('Undo', () => {
  const undo = (item: string): HTMLButtonElement => one(`form[name=undo-${item}] button`);

  it('goes over the connection and brings the words back', async () => {
    const page = await openPage({ rows: three() });
    await answer(page, card('a', 10), 'my good words');
    press(undo('a'));
    await waitUntil(() => page.wire.undos.length === 1);
    const { key, ...rest } = page.wire.undos[0]!.input;
    expect(key).to.match(/^[0-9a-f]{32}$/);
    expect(rest).to.eql({ chunk: 'chunk-a', item: 'a', version: 1 });
    page.wire.put(reopened(card('a', 10)));
    page.wire.undos[0]?.resolve({});
    await drawn(page);
    expect(field('a').value).to.equal('my good words');
    expectFocusOn(page.queue);
  });

  it('brings the words back also when something else happens before it is done', async () => {
    const page = await openPage({ rows: three() });
    await answer(page, card('a', 10), 'my good words');
    press(undo('a'));
    page.wire.put(card('d', 40));
    await drawn(page);
    page.wire.put(reopened(card('a', 10)));
    await drawn(page);
    expect(field('a').value).to.equal('my good words');
  });

  it('brings the words back once: what the operator deletes then stays deleted', async () => {
    const page = await openPage({ rows: three() });
    await answer(page, card('a', 10), 'old words');
    page.wire.put(reopened(card('a', 10)));
    await drawn(page);
    expect(field('a').value).to.equal('old words');
    field('a').value = '';
    page.wire.put(card('a', 10, { version: 3 }));
    await drawn(page);
    expect(field('a').value).to.equal('');
  });

  it('that comes too late says so', async () => {
    const page = await openPage({ rows: three() });
    await answer(page, card('a', 10), 'words');
    press(undo('a'));
    await waitUntil(() => page.wire.undos.length === 1);
    page.wire.undos[0]?.reject(refusal('The answer has already gone out.'));
    await waitUntil(() => page.queue.textContent?.includes('already gone out'), 'the refusal is shown', {
      timeout: 2000,
    });
    expect(order()).to.eql(['b', 'c']);
  });
});
