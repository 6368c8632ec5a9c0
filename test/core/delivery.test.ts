/** Whose an answer is until somebody has used it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { factsOf } from '../../server/board/detail.ts';
import { interruptRun, runTold } from '../../server/domain/commands/interrupt.ts';
import { killRun } from '../../server/domain/commands/kill.ts';
import { holdUnit, releaseUnit } from '../../server/domain/commands/steering.ts';
import { unheard } from '../../server/domain/delivery.ts';
import type { ItemLine } from '../../shared/detail.ts';
import { deliveryWords } from '../../shared/unit-sentences.ts';
import type { Outcome } from '../../shared/words.ts';
import { DAEMON, exited, inHouse, NEVER_BEGAN, type StoreFixture, spec } from './store-fixture.ts';

/** A unit of two phases whose first run is live. */
const running = (
  body: (house: StoreFixture) => unknown,
  phases = ['PLAN', 'IMPLEMENT'],
  review: string[] = [],
) =>
  inHouse(async (house) => {
    await house.add(spec('a', { phases, review }));
    await house.start('a');
    await body(house);
  });

const lineOf = (house: StoreFixture, id: string): ItemLine => {
  const found = factsOf(house.store.state, house.work('a')).items.find((item) => item.id === id);
  assert.ok(found);
  return found;
};
const wayOf = (house: StoreFixture, id: string) => deliveryWords(lineOf(house, id));
const finished = (house: StoreFixture) => house.work('a').unit.finished;

/** The live run is killed by the operator, and the unit goes on at once. */
async function killed(house: StoreFixture): Promise<void> {
  await house.commit((state) => killRun(state, { chunk: 'a', run: null, next: 'hold' }));
  await house.end('a', { exit: 'killed' });
  await house.commit((state) => releaseUnit(state, { chunk: 'a' }));
}

test(
  'a run that ends well while an answer to its question has reached nobody has not finished its phase',
  running(async (house) => {
    await house.ask('a', 'q');
    await house.answer('a', 'q');
    assert.deepEqual([house.item('q').answer?.given_to, wayOf(house, 'q')], [null, 'not yet delivered']);
    await house.end('a');
    assert.deepEqual([house.status('a'), finished(house), house.item('q').delivery], ['READY', 0, null]);
    await house.start('a');
    assert.deepEqual(
      [house.lastRun('a').phase, wayOf(house, 'q')],
      ['PLAN', 'not yet delivered: given to run 2'],
    );
    await house.end('a');
    assert.deepEqual([finished(house), wayOf(house, 'q')], [1, 'delivered to run 2']);
    await house.finish('a');
    assert.deepEqual([house.status('a'), house.work('a').runs.length], ['DONE', 3]);
  }),
);

test(
  'not before its answer has a receiver is a phase put up for review either',
  running(
    async (house) => {
      await house.ask('a', 'q');
      await house.answer('a', 'q');
      await house.end('a');
      assert.deepEqual([house.status('a'), house.work('a').items.length], ['READY', 1]);
      await house.start('a');
      await house.end('a');
      assert.equal(house.item('stuck-a-2').kind, 'review');
    },
    ['PLAN'],
    ['PLAN'],
  ),
);

/** What a run may come to that uses nothing up; after each the operator or the daemon lets it start again. */
const FALLS: readonly [string, (house: StoreFixture) => Promise<unknown>][] = [
  ['exit code 1', (house) => ended(house, exited(1))],
  ['command not found', (house) => ended(house, exited(127))],
  ['vanished', (house) => ended(house, { exit: 'vanished' })],
  [
    'stopped for its output',
    (house) => ended(house, { exit: 'stopped', code: 'output-limit', output_mib: 1 }),
  ],
  ['never began', (house) => house.end('a', NEVER_BEGAN)],
  ['killed', killed],
];
async function ended(house: StoreFixture, outcome: Outcome): Promise<void> {
  await house.end('a', outcome);
  await house.retry('a');
}

for (const [what, falls] of FALLS)
  test(
    `${what}, twice: the next run is given the answer again, also over a restart of the daemon`,
    running(async (house) => {
      await house.ask('a', 'q');
      await house.end('a');
      await house.answer('a', 'q');
      for (const number of [2, 3]) {
        await house.start('a');
        assert.deepEqual([house.item('q').answer?.given_to, house.item('q').delivery], [number, null]);
        house.reopen();
        await falls(house);
      }
      await house.start('a');
      assert.equal(wayOf(house, 'q'), 'not yet delivered: given to run 4');
      await house.end('a');
      assert.deepEqual([house.item('q').delivery?.to, finished(house)], [4, 1]);
    }),
  );

test(
  'guidance and words of a review are given until a run that had them ends well',
  running(
    async (house) => {
      await house.end('a');
      await house.answer('a', 'stuck-a-1', { options: ['send-back'], text: 'shorter' });
      await house.start('a');
      await house.end('a', exited(1));
      await house.answer('a', 'stuck-a-2', { text: 'use make' });
      await house.start('a');
      for (const id of ['stuck-a-1', 'stuck-a-2']) assert.equal(house.item(id).answer?.given_to, 3);
      await house.end('a');
      await house.answer('a', 'stuck-a-3', { options: ['approve'], text: 'mind the tests' });
      assert.equal(finished(house), 1);
      await house.start('a');
      assert.deepEqual(
        [house.item('stuck-a-1').delivery?.to, house.item('stuck-a-3').answer?.given_to],
        [3, 4],
      );
    },
    ['PLAN', 'IMPLEMENT'],
    ['PLAN'],
  ),
);

test(
  'an answer that only takes effect is nobody’s to receive: no run is given it, and nothing is said of it',
  running(
    async (house) => {
      await house.end('a', exited(1));
      await house.retry('a');
      await house.start('a');
      await house.end('a');
      await house.answer('a', 'stuck-a-2', { options: ['approve'] });
      for (const id of ['stuck-a-1', 'stuck-a-2'])
        assert.deepEqual(
          [house.item(id).answer?.given_to, lineOf(house, id).delivery, wayOf(house, id)],
          [null, null, ''],
        );
      assert.equal(house.status('a'), 'DONE');
    },
    ['PLAN'],
    ['PLAN'],
  ),
);

test(
  'agreeing to the last phase does not make a unit DONE over an open question, nor over its answer on the way',
  running(
    async (house) => {
      await house.end('a');
      await house.ask('a', 'q');
      await house.answer('a', 'stuck-a-1', { options: ['approve'] });
      assert.deepEqual([house.status('a'), house.item('q').withdrawal], ['NEEDS_ATTENTION', null]);
      await house.answer('a', 'q');
      assert.equal(house.status('a'), 'READY');
      await house.start('a');
      await house.end('a');
      assert.equal(house.item('q').delivery?.to, 2);
      await house.ask('a', 'r');
      await house.answer('a', 'r');
      await house.answer('a', 'stuck-a-2', { options: ['approve'] });
      assert.equal(house.status('a'), 'READY');
      await house.start('a');
      await house.end('a');
      await house.answer('a', 'stuck-a-3', { options: ['approve'] });
      assert.deepEqual([house.status('a'), house.item('r').delivery?.to], ['DONE', 3]);
    },
    ['PLAN'],
    ['PLAN'],
  ),
);

test(
  'an asker that confirms after its run was given the answer to has it; no further run is given it',
  running(async (house) => {
    await house.ask('a', 'q');
    await house.end('a');
    await house.answer('a', 'q');
    await house.start('a');
    await house.ask('a', 'again', { prompt: house.item('q').prompt });
    await house.confirm('a', 'q', 2);
    await house.end('a', exited(1));
    await house.retry('a');
    await house.start('a');
    assert.deepEqual([house.item('q').delivery?.to, house.item('q').answer?.given_to], [2, 2]);
  }),
);

test(
  'a held unit keeps the answer until it goes on',
  running(async (house) => {
    await house.ask('a', 'q');
    await house.commit((state) => holdUnit(state, { chunk: 'a', why: 'later' }));
    await house.answer('a', 'q');
    await house.end('a');
    assert.deepEqual(
      [house.status('a'), house.said('a').why, wayOf(house, 'q')],
      ['BLOCKED', 'held: later', 'not yet delivered'],
    );
    await house.commit((state) => releaseUnit(state, { chunk: 'a' }));
    await house.start('a');
    assert.equal(house.item('q').answer?.given_to, 2);
  }),
);

test(
  'closed with an answer that nobody used: kept, and marked never delivered',
  running(async (house) => {
    await house.ask('a', 'q');
    await house.answer('a', 'q');
    await house.end('a', exited(1));
    await house.close('a');
    assert.deepEqual([house.item('q').answer?.text, lineOf(house, 'q').delivery], ['yes', 'never']);
    assert.equal(wayOf(house, 'q'), 'never delivered');
    assert.equal(wayOf(house, 'stuck-a-1'), '', 'it was not answered');
  }),
);

test(
  'the words with which a stuck unit is closed are its reason, and nobody’s to receive',
  running(async (house) => {
    await house.end('a', exited(1));
    await house.answer('a', 'stuck-a-1', { options: ['close'], text: 'not worth it' });
    assert.deepEqual([house.said('a').why, lineOf(house, 'stuck-a-1').delivery], ['not worth it', null]);
  }),
);

test(
  'words said to a live run go to the next one if it fell, or ended before it was told',
  running(async (house) => {
    const say = (text: string) =>
      house.commit((state) => interruptRun(state, { chunk: 'a', text, run: null }));
    const told = (run: number, count: number) =>
      house.commit((state) => runTold(state, { unit: 0, run, count }), DAEMON);
    const next = () => unheard(house.work('a'), house.work('a').runs.length + 1).map(({ text }) => text);
    await say('one');
    await told(1, 1);
    await killed(house);
    assert.deepEqual(next(), ['one']);
    await house.start('a');
    await say('two');
    await say('three');
    await told(2, 1);
    await house.end('a');
    assert.deepEqual(next(), ['three'], 'run 2 began with the first, and was told the second');
    await house.start('a');
    await house.end('a');
    assert.deepEqual(next(), []);
  }),
);

test(
  'answers that are too long for the agent are brought to a person at once, each time, and are not used up',
  running(async (house) => {
    const detail = '{prompt} has more than 128 KiB';
    await house.ask('a', 'q');
    await house.end('a');
    await house.answer('a', 'q');
    await house.start('a');
    await house.end('a', { exit: 'never-began', detail, code: 'answers-too-long' });
    const { kind, code, prompt, options } = house.item('stuck-a-2');
    assert.deepEqual(
      [kind, code, options.map(({ id }) => id)],
      ['stuck', 'answers-too-long', ['by-file', 'retry', 'close']],
    );
    assert.match(prompt, /Run 2 never began: with your answers \{prompt\} has more than 128 KiB/);
    await house.retry('a');
    await house.start('a');
    await house.end('a', { exit: 'never-began', detail, code: 'answers-too-long' });
    await house.answer('a', 'stuck-a-3', { options: ['by-file'] });
    await house.start('a');
    assert.deepEqual([house.item('q').answer?.given_to, house.item('stuck-a-3').answer?.given_to], [4, 4]);
    await house.end('a', exited(1));
    await house.retry('a');
    await house.start('a');
    assert.equal(
      house.item('stuck-a-3').answer?.given_to,
      5,
      'what was decided holds until a run has ended well',
    );
    await house.end('a');
    assert.deepEqual([house.item('q').delivery?.to, finished(house)], [5, 1]);
  }),
);
