/** Keys at the queue: which are meant, and for which card. */
import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { AccidentalKeyFilter, type Clock } from '../../client/cli/interactive/accidental-key-filter.ts';
import { InteractiveSession } from '../../client/cli/interactive/interactive-session.ts';
import type { Daemon } from '../../client/daemon/daemon-client.ts';
import { boardOf, type Card } from '../../shared/board.ts';
import { cardOf } from './card-fixture.ts';

class FakeClock implements Clock {
  #now = 0;
  readonly #due: { at: number; then: () => void }[] = [];
  now = () => this.#now;
  later = (ms: number, then: () => void) => {
    const due = { at: this.#now + ms, then };
    this.#due.push(due);
    return () => void (this.#due.includes(due) && this.#due.splice(this.#due.indexOf(due), 1));
  };
  /** Lets time pass, and what waited for it happen. */
  pass(ms: number): void {
    this.#now += ms;
    for (const due of [...this.#due].filter(({ at }) => at <= this.#now)) {
      this.#due.splice(this.#due.indexOf(due), 1);
      due.then();
    }
  }
}

const options = [
  { id: 'yes', label: 'Yes', description: '' },
  { id: 'no', label: 'No', description: '' },
];
const a = cardOf('a', { options });
const b = cardOf('b', { options });

describe('a key meant for one card', () => {
  let clock: FakeClock;
  let session: InteractiveSession;
  let calls: {
    name: string;
    input: { item: string; version: number; options?: string[]; undoable?: boolean };
  }[];
  beforeEach(() => {
    clock = new FakeClock();
    calls = [];
    const call = (name: string) => ({
      mutate: async (input: (typeof calls)[number]['input']) => {
        calls.push({ name, input });
        return { seq: 1, result: {} };
      },
    });
    const items = { answer: call('answer'), undo: call('undo'), snooze: call('snooze') };
    session = new InteractiveSession({ items } as unknown as Daemon, () => '', { clock, say: () => {} });
  });

  const shows = (...rows: readonly Card[]) =>
    session.onBoard(boardOf({ epoch: 'e', build: 'b', seq: 1, rows }));
  const reads = (text: string) => {
    session.onRead(text);
    for (const key of text) session.onKey(key);
  };
  /** One key, and long enough to know that it was one. */
  const presses = async (key: string) => {
    reads(key);
    clock.pass(30);
    await new Promise(setImmediate);
  };
  test('answers no other that has just taken its place', async () => {
    shows(a, b);
    clock.pass(2000);
    shows(b);
    for (const key of ['1', '2', 's', '\r']) await presses(key);
    assert.equal(calls.length, 0);
    clock.pass(600);
    await presses('1');
    assert.deepEqual(
      calls.map(({ name, input }) => [name, input.item, input.options]),
      [['answer', 'b', ['yes']]],
    );
  });

  test('does not answer the same card when it has just changed', async () => {
    shows(a);
    clock.pass(2000);
    shows({ ...a, version: 2, options: [...options].reverse() });
    await presses('1');
    assert.equal(calls.length, 0);
    clock.pass(600);
    await presses('1');
    assert.deepEqual(
      calls.map(({ input }) => [input.version, input.options]),
      [[2, ['no']]],
    );
  });

  test('counts from the first sight of the first card, too', async () => {
    shows(a);
    clock.pass(400);
    await presses('1');
    assert.equal(calls.length, 0);
    clock.pass(400);
    await presses('1');
    assert.equal(calls.length, 0, 'who presses on is not looking: the time begins again');
    clock.pass(501);
    await presses('1');
    assert.equal(calls.length, 1);
  });

  test('is taken in time although the wall clock was moved', async () => {
    const wall = Date.now;
    Date.now = () => wall() + 3_600_000;
    try {
      shows(a);
      await presses('1');
      assert.equal(calls.length, 0);
    } finally {
      Date.now = wall;
    }
  });

  test('turns and undoes at once', async () => {
    shows(a, b);
    clock.pass(600);
    await presses('1');
    shows(b);
    await presses('z');
    assert.deepEqual(
      calls.map(({ name, input }) => [name, input.item]),
      [
        ['answer', 'a'],
        ['undo', 'a'],
      ],
    );
    assert.equal(calls[0]?.input.undoable, true);
    await presses('n');
    await presses('n');
    await presses('1');
    assert.equal(calls.length, 2);
  });

  test('answers what was taken back only as it is then', async () => {
    shows(a, b);
    clock.pass(600);
    await presses('1');
    shows(b);
    await presses('z');
    shows({ ...a, version: 2 }, b);
    await presses('2');
    assert.equal(calls.length, 2, 'it has just come back');
    clock.pass(600);
    await presses('2');
    assert.deepEqual(calls[2]?.input.item, 'a');
    assert.deepEqual([calls[2]?.input.version, calls[2]?.input.options], [2, ['no']]);
  });

  test('is no key where it came with others, or too fast for a person', async () => {
    shows(a);
    clock.pass(2000);
    reads('yes, 1\r2\r');
    clock.pass(600);
    for (const key of 'n1\r') {
      reads(key);
      clock.pass(10);
    }
    clock.pass(600);
    assert.equal(calls.length, 0);
    reads('1');
    clock.pass(10);
    reads('\r');
    clock.pass(600);
    assert.equal(calls.length, 0, 'the first of a paste is none either');
    await presses('1');
    assert.equal(calls.length, 1);
  });
});

describe('what is one key', () => {
  const clock = new FakeClock();
  const guard = new AccidentalKeyFilter(clock);
  const isOne = (chunk: string) => {
    clock.pass(1000);
    guard.read(chunk);
    return !guard.isBurst;
  };
  for (const chunk of [
    '1',
    '\r',
    '\x1b',
    '\x1b[A',
    '\x1b[1;5C',
    '\x1bOP',
    '\x1bb',
    'ü',
    '🚦',
    '\x1b[200~one\rtwo\x1b[201~',
    '\x1b[200~x\x1b[201~a',
  ])
    test(`one: ${JSON.stringify(chunk)}`, () => assert.equal(isOne(chunk), true));
  for (const chunk of ['12', '1\r', '\r\n', '\x1b[A\x1b[A', '\x1b[A1', 'a\x1b[200~x\x1b[201~b'])
    test(`several: ${JSON.stringify(chunk)}`, () => assert.equal(isOne(chunk), false));

  test('whoever was typing words presses no key until they pause', () => {
    guard.onCardShown();
    guard.breakOff();
    for (const key of ['q', 's', 'z', 'n', '1', 'p', 'q']) {
      clock.pass(400);
      assert.equal(guard.accept(key), false, key);
    }
    clock.pass(501);
    assert.equal(guard.accept('q'), true);
  });
});
