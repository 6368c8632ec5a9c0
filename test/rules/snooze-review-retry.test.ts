/** What is put off, agreed to, tried again, or done by somebody else. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { askAll } from '../../server/domain/commands/asks.ts';
import { closeUnit, linkUnit, removeUnit } from '../../server/domain/commands/steering.ts';
import { nextDue } from '../../server/domain/commands/time.ts';
import { Refusal } from '../../server/domain/refusal.ts';
import { freeSlots } from '../../server/domain/status.ts';
import { askingOf } from '../../shared/daemon-question-sentences.ts';
import { NO_UNIT } from '../../shared/events.ts';
import type { Outcome, RetryPolicy } from '../../shared/words.ts';
import {
  AGENT,
  asking,
  exited,
  inHouse,
  refused,
  type StoreFixture,
  spec,
  storeOn,
} from '../core/store-fixture.ts';
import {
  answerWith,
  decideOn,
  LATER,
  MINUTE,
  passes,
  pendingOf,
  set,
  sleep,
  tell,
  wakeUp,
} from './store-commands.ts';

type More = Parameters<typeof spec>[1];
const HOUR = 60 * MINUTE;
const OPTIONS = [
  { id: 'keep', label: 'Keep it', description: 'as it is' },
  { id: 'drop', label: 'Drop it', description: '' },
  { id: 'ask', label: 'Ask again', description: '' },
];

// Snooze

const withQuestion = (body: (house: StoreFixture) => Promise<unknown>) =>
  inHouse(async (house) => {
    await house.add(spec('a'), spec('b'), spec('c', { after: ['a'] }));
    await house.ask('a', 'q');
    await body(house);
  });

test(
  'snoozed until a moment: BLOCKED, says until when, and comes back when the moment comes, not before',
  withQuestion(async (house) => {
    await sleep(house, 'q', { minutes: 30 });
    assert.equal(house.status('a'), 'BLOCKED');
    assert.match(house.said('a').why, /snoozed until 2026-01-05 09:30/);
    assert.equal(nextDue(house.store.state), new Date(house.now + 30 * MINUTE).toISOString());
    await passes(house, 30 * MINUTE - 1);
    assert.equal(house.status('a'), 'BLOCKED');
    await passes(house, 1);
    assert.equal(house.status('a'), 'NEEDS_ATTENTION');
    assert.equal(house.log().at(-1)?.type, 'item.woke');
  }),
);

test(
  'snoozed through a restart: what is overdue then wakes first',
  withQuestion(async (house) => {
    await sleep(house, 'q', { until: new Date(house.now + HOUR).toISOString() });
    house.now += 2 * HOUR;
    house.reopen();
    assert.equal(house.status('a'), 'BLOCKED', 'time enters only as an event');
    await house.release();
    assert.equal(house.status('a'), 'NEEDS_ATTENTION');
  }),
);

test(
  'snoozed until a unit is DONE: wakes in the commit that makes it so',
  withQuestion(async (house) => {
    await sleep(house, 'q', { until_done: 'b' });
    assert.match(house.said('a').why, /b is done/);
    await house.start('b');
    const { seq } = await house.end('b');
    assert.equal(house.status('a'), 'NEEDS_ATTENTION');
    assert.equal(house.log(seq - 1)[0]?.type, 'item.woke');
  }),
);

test(
  'snoozed until a unit that is removed or closed: woken',
  withQuestion(async (house) => {
    await sleep(house, 'q', { until_done: 'b' });
    await house.commit((state) => removeUnit(state, { chunk: 'b', unlink: false }));
    assert.equal(house.status('a'), 'NEEDS_ATTENTION');
    await house.add(spec('b'));
    await sleep(house, 'q', { until_done: 'b' });
    await house.close('b');
    assert.equal(house.status('a'), 'NEEDS_ATTENTION');
  }),
);

test(
  'snooze is refused where it could never come true',
  withQuestion(async (house) => {
    await house.add(spec('d', { after: ['c'] }));
    await house.finish('b');
    await refused(sleep(house, 'q', { until_done: 'nobody' }), 'invalid', /no unit called nobody/);
    await refused(sleep(house, 'q', { until_done: 'b' }), 'invalid', /b is done already/);
    await refused(sleep(house, 'q', { until_done: 'a' }), 'invalid', /\ba\b/);
    await refused(sleep(house, 'q', { until_done: 'd' }), 'invalid', /d → c → a|a → d → c/);
    await refused(
      sleep(house, 'q', { until: new Date(house.now).toISOString() }),
      'invalid',
      /still to come/,
    );
    assert.equal(house.status('a'), 'NEEDS_ATTENTION');
  }),
);

test(
  'two that would sleep for each other: the second is refused',
  withQuestion(async (house) => {
    await house.ask('b', 'r');
    await sleep(house, 'q', { until_done: 'b' });
    await refused(sleep(house, 'r', { until_done: 'a' }), 'invalid', /waits for/);
    await refused(
      house.commit((state) => linkUnit(state, { chunk: 'b', after: 'c' })),
      'invalid',
      /would wait for itself/,
    );
  }),
);

test(
  'the waiting clock goes on while it is snoozed',
  withQuestion(async (house) => {
    const { asked_at } = house.item('q');
    await sleep(house, 'q', { minutes: 5 });
    await passes(house, 5 * MINUTE);
    assert.deepEqual([house.item('q').asked_at, house.item('q').version], [asked_at, 1]);
    assert.equal(house.said('a').since, asked_at);
  }),
);

test(
  'a snoozed item can be answered, and sleeps no more',
  withQuestion(async (house) => {
    await sleep(house, 'q', { until_done: 'b' });
    await house.answer('a', 'q', { text: '80', ...LATER });
    await house.undo('a', 'q');
    assert.equal(house.status('a'), 'NEEDS_ATTENTION', 'taken back, it is in the queue');
    await house.answer('a', 'q', { text: '80', version: 2 });
    assert.equal(house.status('a'), 'READY');
    const { seq } = house.store.state;
    await house.finish('b');
    assert.ok(!house.types(seq).includes('item.woke'));
  }),
);

test(
  'woken by the operator; waking what is awake changes nothing',
  withQuestion(async (house) => {
    await sleep(house, 'q', { minutes: 5 });
    const { seq } = await wakeUp(house, 'a', 'q');
    assert.equal(house.status('a'), 'NEEDS_ATTENTION');
    assert.equal((await wakeUp(house, 'a', 'q')).seq, seq);
  }),
);

test(
  'a unit with one item open and one snoozed needs attention; what ended cannot be snoozed',
  withQuestion(async (house) => {
    await house.ask('a', 'r');
    await sleep(house, 'q', { minutes: 5 });
    assert.equal(house.status('a'), 'NEEDS_ATTENTION');
    await house.answer('a', 'r');
    assert.equal(house.status('a'), 'BLOCKED');
    await refused(sleep(house, 'r', { minutes: 5 }), 'conflict', /Already answered/);
  }),
);

test(
  'a live run whose question is snoozed is RUNNING, says so, and holds no slot',
  inHouse(async (house) => {
    await house.add(spec('a'));
    await house.start('a');
    await house.ask('a', 'q');
    await sleep(house, 'q', { minutes: 5 });
    assert.equal(house.status('a'), 'RUNNING');
    assert.match(house.said('a').why, /waiting for you, snoozed until/);
    assert.equal(freeSlots(house.store.state), house.store.state.settings.max_agents);
  }),
);

// Reviews

const reviewed = (body: (house: StoreFixture) => Promise<unknown>) =>
  inHouse(async (house) => {
    await house.add(spec('a', { phases: ['PLAN', 'IMPLEMENT'], review: ['PLAN'] }));
    await house.start('a');
    await house.end('a', exited(0), 'the plan is …');
    await body(house);
  });
const REVIEW = 'stuck-a-1';

test(
  'a reviewed phase that ended well is not finished before a person agrees',
  reviewed(async (house) => {
    const { kind, phase, options, context } = house.item(REVIEW);
    assert.deepEqual([kind, phase, options.length], ['review', 'PLAN', 2]);
    assert.match(JSON.stringify(context), /the plan is …/);
    assert.deepEqual([house.status('a'), house.work('a').unit.finished], ['NEEDS_ATTENTION', 0]);
  }),
);

test(
  'approve starts the next phase; a phase that nobody reviews goes by itself',
  reviewed(async (house) => {
    await house.answer('a', REVIEW, { options: ['approve'] });
    assert.deepEqual([house.status('a'), house.work('a').unit.finished], ['READY', 1]);
    await house.start('a');
    assert.equal(house.lastRun('a').phase, 'IMPLEMENT');
    await house.end('a');
    assert.equal(house.status('a'), 'DONE');
  }),
);

test(
  'sent back with words: the same phase again, the words go with it, and it is reviewed again',
  reviewed(async (house) => {
    await house.answer('a', REVIEW, { options: ['send-back'], text: 'shorter' });
    assert.deepEqual([house.status('a'), house.work('a').unit.finished], ['READY', 0]);
    await house.start('a');
    const { phase, number } = house.lastRun('a');
    assert.deepEqual([phase, number, house.item(REVIEW).answer?.given_to], ['PLAN', 2, 2]);
    await house.end('a');
    assert.equal(house.item(REVIEW).delivery?.to, 2);
    assert.equal(house.item('stuck-a-2').kind, 'review');
  }),
);

test(
  'sent back without words, or words without saying what they mean, is refused',
  reviewed(async (house) => {
    const input = { chunk: 'a', item: REVIEW, version: 1, options: ['send-back'], text: '' };
    await refused(answerWith(house, input), 'invalid', /what is missing/);
    await refused(
      answerWith(house, { ...input, options: [], text: 'hm' }),
      'invalid',
      /Approve|send it back/,
    );
    assert.equal(house.status('a'), 'NEEDS_ATTENTION');
  }),
);

test(
  'an approval counts when it goes out, and can be taken back until then',
  reviewed(async (house) => {
    await house.answer('a', REVIEW, { options: ['approve'], ...LATER });
    assert.deepEqual([house.status('a'), house.work('a').unit.finished], ['BLOCKED', 0]);
    await house.undo('a', REVIEW);
    await passes(house, 4000);
    assert.deepEqual([house.status('a'), house.work('a').unit.finished], ['NEEDS_ATTENTION', 0]);
  }),
);

test(
  'a reviewed phase that ended badly is stuck, not up for review',
  inHouse(async (house) => {
    await house.add(spec('a', { review: ['IMPLEMENT'] }));
    await house.start('a');
    await house.end('a', exited(1));
    assert.equal(house.item('stuck-a-1').kind, 'stuck');
  }),
);

// Retry

const RETRY: RetryPolicy = { times: 3, delay: 10, on: [75] };
const dueIn = (house: StoreFixture, chunk = 'a'): number | null => {
  const due = house.work(chunk).unit.retry_due;
  return due === null ? null : (Date.parse(due) - house.now) / 1000;
};
const failing = async (house: StoreFixture, code = 75, lines = '') => {
  await house.start('a');
  await house.end('a', exited(code), lines);
};
const retrying = (
  policy: Partial<RetryPolicy>,
  body: (house: StoreFixture) => Promise<unknown>,
  more: More = {},
) =>
  inHouse(async (house) => {
    await house.add(spec('a', { retry: { ...RETRY, ...policy }, ...more }));
    await body(house);
  });

test(
  'retry: the delay doubles, and after the last time it is stuck',
  retrying({}, async (house) => {
    for (const seconds of [10, 20, 40]) {
      await failing(house);
      assert.deepEqual([house.status('a'), dueIn(house)], ['BLOCKED', seconds]);
      assert.match(house.said('a').why, /tries again at/);
      await passes(house, seconds * 1000 - 1);
      assert.equal(house.status('a'), 'BLOCKED');
      await passes(house, 1);
      assert.equal(house.status('a'), 'READY');
    }
    await failing(house);
    assert.deepEqual([house.status('a'), dueIn(house)], ['NEEDS_ATTENTION', null]);
  }),
);

test(
  'retry: at most an hour between two tries',
  retrying({ times: 12, delay: 900 }, async (house) => {
    const waits: (number | null)[] = [];
    for (let nth = 0; nth < 12; nth++) {
      await failing(house);
      waits.push(dueIn(house));
      await passes(house, HOUR);
    }
    assert.deepEqual(waits, [900, 1800, ...Array<number>(10).fill(3600)]);
  }),
);

test(
  'retry: only the exit codes that are named',
  retrying({}, async (house) => {
    await failing(house, 1);
    assert.deepEqual([house.status('a'), dueIn(house)], ['NEEDS_ATTENTION', null]);
  }),
);

const OTHER_ENDS: Outcome[] = [{ exit: 'vanished' }, { exit: 'reported', success: false }];
for (const outcome of OTHER_ENDS)
  test(
    `retry: a run that ${outcome.exit === 'vanished' ? 'vanished' : 'was reported failed'} is not tried by itself`,
    retrying({}, async (house) => {
      await house.start('a');
      await house.end('a', outcome);
      assert.equal(house.status('a'), 'NEEDS_ATTENTION');
    }),
  );

test(
  'retry: what was printed decides nothing',
  retrying({}, async (house) => {
    await failing(house, 1, 'exit code 75\nHTTP 529 overloaded, retry later\n75');
    assert.equal(house.status('a'), 'NEEDS_ATTENTION');
  }),
);

test(
  'retry: counted anew at a new phase',
  retrying(
    { times: 1 },
    async (house) => {
      await failing(house);
      await passes(house, 10_000);
      await house.start('a');
      await house.end('a');
      await failing(house);
      assert.equal(dueIn(house), 10);
    },
    { phases: ['PLAN', 'IMPLEMENT'] },
  ),
);

test(
  'retry: counted anew at the operator\'s "try again" of a stuck unit',
  retrying({ times: 1 }, async (house) => {
    await failing(house);
    await passes(house, 10_000);
    await failing(house);
    assert.equal(house.status('a'), 'NEEDS_ATTENTION');
    await house.retry('a');
    await failing(house);
    assert.equal(dueIn(house), 10);
  }),
);

test(
  'retry: the operator need not wait, and it is counted anew',
  retrying({ times: 1 }, async (house) => {
    await failing(house);
    await house.retry('a');
    assert.equal(house.status('a'), 'READY');
    await failing(house);
    assert.equal(dueIn(house), 10, "an operator's retry counts anew");
  }),
);

test(
  'retry: an item about a slow run does not count the tries anew',
  retrying(
    { times: 1 },
    async (house) => {
      await failing(house);
      await passes(house, 10_000);
      await house.start('a');
      await passes(house, 60_000);
      await house.answer('a', pendingOf(house, 'a')[0]?.id ?? '', { options: ['wait'] });
      await house.end('a', exited(75));
      assert.deepEqual([house.status('a'), dueIn(house)], ['NEEDS_ATTENTION', null]);
    },
    { time_limit: 60 },
  ),
);

test(
  'retry: planned through a restart; a unit closed meanwhile is not tried, and nothing comes of it later',
  retrying({}, async (house) => {
    await failing(house);
    house.reopen();
    assert.equal(dueIn(house), 10);
    await house.close('a');
    assert.equal(nextDue(house.store.state), null);
    const { seq } = house.store.state;
    await passes(house, HOUR);
    assert.equal(house.store.state.seq, seq);
  }),
);

test(
  'retry: tries that are due only later take no slot from others',
  retrying({}, async (house) => {
    await failing(house);
    await house.add(spec('b'));
    await house.start('b', 1);
    assert.equal(house.status('b'), 'RUNNING');
  }),
);

// Time limit

const slow = (body: (house: StoreFixture) => Promise<unknown>) =>
  inHouse(async (house) => {
    await house.add(spec('a', { time_limit: 60, phases: ['PLAN', 'IMPLEMENT'] }));
    await house.start('a');
    await body(house);
  });

test(
  'time limit: a stuck item beside the live run, which goes on; not a moment earlier',
  slow(async (house) => {
    await passes(house, 59_999);
    assert.equal(house.status('a'), 'RUNNING');
    await passes(house, 1);
    const [item] = pendingOf(house, 'a');
    assert.deepEqual([house.status('a'), item?.kind, item?.run], ['NEEDS_ATTENTION', 'stuck', 1]);
    assert.equal(house.lastRun('a').ended_at, null);
  }),
);

test(
  'time limit: let it go on, and nobody is asked again about this run; the next run has its own limit',
  slow(async (house) => {
    await passes(house, MINUTE);
    await house.answer('a', pendingOf(house, 'a')[0]?.id ?? '', { options: ['wait'] });
    assert.equal(house.status('a'), 'RUNNING');
    await passes(house, 10 * HOUR);
    assert.equal(house.status('a'), 'RUNNING');
    assert.equal(nextDue(house.store.state), null);
    await house.end('a');
    await house.start('a');
    await passes(house, MINUTE);
    assert.equal(pendingOf(house, 'a')[0]?.run, 2);
  }),
);

test(
  'time limit: withdrawn when the run ends by itself, well or badly',
  slow(async (house) => {
    await passes(house, MINUTE);
    await house.end('a');
    assert.deepEqual([pendingOf(house, 'a'), house.status('a')], [[], 'READY']);
    assert.equal(house.work('a').items[0]?.withdrawal?.code, 'run-ended');
    await house.start('a');
    await passes(house, MINUTE);
    await house.end('a', exited(1));
    assert.deepEqual(
      pendingOf(house, 'a').map(({ id }) => id),
      ['stuck-a-2'],
    );
  }),
);

test(
  'time limit: through a restart, overdue at the start',
  slow(async (house) => {
    house.now += 5 * MINUTE;
    house.reopen();
    await house.release();
    assert.equal(house.status('a'), 'NEEDS_ATTENTION');
  }),
);

test(
  'time limit: a unit that is DONE is not asked about',
  inHouse(async (house) => {
    await house.add(spec('x', { external: true, time_limit: 60 }));
    await tell(house, 'x', 'started');
    await tell(house, 'x', 'failed');
    await tell(house, 'x', 'started', { override: true });
    await house.answer('x', pendingOf(house, 'x')[0]?.id ?? '', { options: ['close'] });
    assert.equal(house.status('x'), 'DONE');
    await passes(house, HOUR);
    assert.deepEqual([house.status('x'), pendingOf(house, 'x')], ['DONE', []]);
  }),
);

// Several questions, decisions

const TWO_QUESTIONS = [
  { ...asking('a', '', { prompt: 'Which port?' }) },
  { ...asking('a', '', { prompt: 'Keep it?', options: OPTIONS, allows_text: false }) },
].map(({ prompt, context, options, multiple, allows_text }) => ({
  prompt,
  context,
  options,
  multiple,
  allows_text,
}));
const askBoth = (house: StoreFixture) =>
  house.commit(
    (state) => askAll(state, { key: 'k', chunk: 'a', run: null, asked_by: 'agent' }, TWO_QUESTIONS),
    AGENT,
  );

test(
  'several questions in one ask: an item each, in one commit, and the asker waits for all',
  inHouse(async (house) => {
    await house.add(spec('a'));
    const { seq } = house.store.state;
    const { result } = await askBoth(house);
    assert.deepEqual(house.types(seq), ['item.asked', 'item.asked']);
    const [one = '', other = ''] = result.items;
    assert.deepEqual([house.item(one).kind, house.item(other).kind], ['question', 'decision']);
    await house.answer('a', one, { text: '80' });
    assert.equal(house.status('a'), 'NEEDS_ATTENTION');
    await house.answer('a', other, { options: ['keep'] });
    assert.equal(house.status('a'), 'READY');
  }),
);

test(
  'asking the same several questions again under the same key finds the same items',
  inHouse(async (house) => {
    await house.add(spec('a'));
    const first = await askBoth(house);
    const again = await askBoth(house);
    assert.deepEqual(again, first);
  }),
);

test(
  'a decision takes one of its options and no words; several only where it allows them',
  inHouse(async (house) => {
    await house.add(spec('a'));
    await house.ask('a', 'q', { options: OPTIONS, allows_text: false });
    await house.ask('a', 'r', { options: OPTIONS, allows_text: false, multiple: true, prompt: 'Which?' });
    const input = { chunk: 'a', item: 'q', version: 1, options: [] as string[], text: '' };
    await refused(answerWith(house, input), 'invalid', /option/);
    await refused(answerWith(house, { ...input, options: ['keep'], text: 'x' }), 'invalid', /no words/);
    await refused(
      answerWith(house, { ...input, options: ['else'] }),
      'invalid',
      /not offered.*keep, drop, ask/,
    );
    await refused(answerWith(house, { ...input, options: ['keep', 'drop'] }), 'invalid', /one option/);
    await answerWith(house, { ...input, options: ['drop'] });
    await answerWith(house, { ...input, item: 'r', options: ['keep', 'ask'] });
    assert.deepEqual(
      [house.item('q').answer?.options, house.item('r').answer?.options],
      [['drop'], ['keep', 'ask']],
    );
  }),
);

// External units

const external = (body: (house: StoreFixture) => Promise<unknown>, more: More = {}) =>
  inHouse(async (house) => {
    await house.add(spec('x', { external: true, phases: ['PLAN', 'BUILD', 'CHECK'], ...more }));
    await body(house);
  });
const phaseOf = (house: StoreFixture) => house.work('x').unit.finished;

test(
  'external: never started by us, and its run takes no slot',
  external(async (house) => {
    await set(house, { max_agents: 1 });
    await tell(house, 'x', 'started');
    assert.deepEqual([house.status('x'), freeSlots(house.store.state)], ['RUNNING', 1]);
    const { process, agent } = house.lastRun('x');
    assert.deepEqual([process, agent], [null, 'external']);
  }),
);

test(
  'external: started is refused with the reason when the unit is not READY',
  external(
    async (house) => {
      await refused(tell(house, 'x', 'started'), 'conflict', /waits for base/);
      assert.equal(house.work('x').runs.length, 0);
    },
    { after: ['base'] },
  ),
);

test(
  'external: override starts it all the same, and that is recorded',
  external(
    async (house) => {
      await tell(house, 'x', 'started', { override: true });
      assert.equal(house.status('x'), 'RUNNING');
      const last = house.log().at(-1);
      assert.ok(last?.type === 'run.started');
      assert.deepEqual(last.data.override, { status: 'BLOCKED', why: { code: 'depends', on: ['base'] } });
      await refused(tell(house, 'x', 'started', { override: true }), 'conflict', /started already/);
    },
    { after: ['base'] },
  ),
);

test(
  'external: override on a READY unit is not recorded as one',
  external(async (house) => {
    await tell(house, 'x', 'started', { override: true });
    const last = house.log().at(-1);
    assert.ok(last?.type === 'run.started' && last.data.override === undefined);
  }),
);

test(
  'external: progressed moves the phase forward, never back, and only to a phase that there is',
  external(async (house) => {
    await tell(house, 'x', 'started');
    await tell(house, 'x', 'progressed', { phase: 'CHECK' });
    assert.equal(phaseOf(house), 2);
    await refused(tell(house, 'x', 'progressed', { phase: 'PLAN' }), 'invalid', /does not lie ahead/);
    await refused(tell(house, 'x', 'progressed', { phase: 'NONE' }), 'invalid', /does not lie ahead/);
    await refused(tell(house, 'x', 'progressed'), 'invalid', /which phase/);
    assert.equal(house.status('x'), 'RUNNING');
  }),
);

test(
  'external: finished ends the phase; all: all of them',
  external(async (house) => {
    await tell(house, 'x', 'started');
    await tell(house, 'x', 'finished');
    assert.deepEqual([house.status('x'), phaseOf(house)], ['READY', 1]);
    assert.deepEqual(house.lastRun('x').outcome, { exit: 'reported', success: true });
    await tell(house, 'x', 'started');
    await tell(house, 'x', 'finished', { all: true });
    assert.deepEqual([house.status('x'), phaseOf(house)], ['DONE', 3]);
    assert.notEqual(house.lastRun('x').ended_at, null);
  }),
);

test(
  'external: failed opens a stuck item with the words; try again, and it may be started again',
  external(async (house) => {
    await tell(house, 'x', 'started');
    await tell(house, 'x', 'failed', { words: 'the build machine is gone' });
    const [item] = pendingOf(house, 'x');
    assert.deepEqual([house.status('x'), item?.kind], ['NEEDS_ATTENTION', 'stuck']);
    assert.match(JSON.stringify(item && askingOf(item).context), /the build machine is gone/);
    await refused(tell(house, 'x', 'started'), 'conflict', /may not start/);
    await house.answer('x', item?.id ?? '', { options: ['retry'] });
    await tell(house, 'x', 'started');
    assert.equal(house.lastRun('x').number, 2);
  }),
);

test(
  'external: closed meanwhile, later reports are refused; so are reports on own units',
  external(async (house) => {
    await house.add(spec('own'));
    await house.close('x');
    for (const what of ['started', 'progressed', 'finished', 'failed'] as const) {
      await refused(tell(house, 'x', what, { phase: 'BUILD', override: true }), 'conflict', /done already/);
      await refused(tell(house, 'own', what, { phase: 'BUILD', override: true }), 'conflict', /not external/);
    }
  }),
);

test(
  'external: left alone at a restart',
  external(async (house) => {
    await tell(house, 'x', 'started');
    const { seq } = house.store.state;
    house.reopen();
    await house.release();
    assert.deepEqual([house.store.state.seq, house.status('x')], [seq, 'RUNNING']);
  }),
);

/** To refuse is as good a way to keep the rule. */
const orRefused = (attempt: Promise<unknown>) =>
  attempt.catch((error: unknown) => assert.ok(error instanceof Refusal, String(error)));

for (const how of ['without having been started', 'after it progressed to it', 'by all'] as const)
  test(
    `external: a reviewed phase finished ${how} needs a person's agreement all the same`,
    external(
      async (house) => {
        if (how === 'after it progressed to it') await tell(house, 'x', 'started');
        if (how !== 'by all') await tell(house, 'x', 'progressed', { phase: 'CHECK' });
        await orRefused(tell(house, 'x', 'finished', { all: how === 'by all' }));
        assert.notEqual(house.status('x'), 'DONE');
      },
      { review: ['CHECK'] },
    ),
  );

test(
  'external: progressing past a reviewed phase does not agree to it',
  external(
    async (house) => {
      await tell(house, 'x', 'started');
      await orRefused(tell(house, 'x', 'progressed', { phase: 'BUILD' }));
      assert.ok(phaseOf(house) === 0 || pendingOf(house, 'x')[0]?.kind === 'review');
    },
    { review: ['PLAN'] },
  ),
);

test(
  'external: the log names the phase that was finished, also after it progressed within one run',
  external(async (house) => {
    await tell(house, 'x', 'started');
    await tell(house, 'x', 'progressed', { phase: 'BUILD' });
    await tell(house, 'x', 'finished');
    const finished = house.log().flatMap((each) => (each.type === 'phase.finished' ? [each.data.phase] : []));
    assert.deepEqual(finished, ['PLAN', 'BUILD']);
  }),
);

test(
  'external: finished with a question open is refused; the operator answers it first',
  external(async (house) => {
    await tell(house, 'x', 'started');
    await house.ask('x', 'q');
    await refused(tell(house, 'x', 'finished'), 'conflict', /open question/);
    await house.answer('x', 'q');
    await house.confirm('x', 'q', 1);
    await tell(house, 'x', 'finished', { all: true });
    assert.equal(house.status('x'), 'DONE');
  }),
);

for (const all of [false, true])
  test(
    `external: finished${all ? ' with all' : ''} is refused while nobody has taken an answer; asking the same again takes it`,
    external(async (house) => {
      await tell(house, 'x', 'started');
      await house.ask('x', 'q', { prompt: 'Port?', run: null, asked_by: 'somebody at a terminal' });
      await house.answer('x', 'q');
      const { items } = await refused(tell(house, 'x', 'finished', { all }), 'conflict', /nobody has taken/);
      assert.deepEqual(items, [house.keptItem('q')]);
      const again = { prompt: 'Port?', run: null, asked_by: 'somebody at a terminal' };
      assert.deepEqual((await house.ask('x', 'q2', again)).result, { item: 'q' });
      await house.confirm('x', 'q');
      await tell(house, 'x', 'finished', { all });
      assert.deepEqual([house.status('x'), house.item('q').delivery?.to], [all ? 'DONE' : 'READY', 1]);
    }),
  );

test(
  'external: progressed to another phase, whoever asked in the one before still finds the answer by the same words',
  external(async (house) => {
    const port = { prompt: 'Port?', run: null, asked_by: 'somebody at a terminal' };
    await tell(house, 'x', 'started');
    await house.ask('x', 'q', port);
    await house.answer('x', 'q');
    await tell(house, 'x', 'progressed', { phase: 'BUILD' });
    await refused(tell(house, 'x', 'finished'), 'conflict', /nobody has taken/);
    assert.deepEqual((await house.ask('x', 'q2', port)).result, { item: 'q' });
    await house.confirm('x', 'q');
    await tell(house, 'x', 'finished');
    assert.equal(house.item('q').delivery?.to, 1);
  }),
);

test(
  'external: what was answered between two reports is given to the next start, and used when that is finished',
  external(async (house) => {
    await tell(house, 'x', 'started');
    await house.ask('x', 'q');
    await tell(house, 'x', 'failed');
    await house.answer('x', 'q');
    await tell(house, 'x', 'started');
    assert.deepEqual([house.item('q').answer?.given_to, house.item('q').delivery], [2, null]);
    await tell(house, 'x', 'finished');
    assert.deepEqual([house.item('q').delivery?.to, house.work('x').unit.finished], [2, 1]);
  }),
);

test(
  'external: closed by the operator with a run reported started, an answer that was given is not passed off as delivered',
  external(async (house) => {
    await house.ask('x', 'q');
    await house.answer('x', 'q');
    await tell(house, 'x', 'started');
    await house.commit((state) => closeUnit(state, { chunk: 'x', reason: 'enough', kill: true }));
    assert.deepEqual([house.status('x'), house.item('q').delivery], ['DONE', null]);
  }),
);

// Settings

test(
  'settings are an event of no unit: kept over a restart, and what is so already is no news',
  inHouse(async (house) => {
    await house.add(spec('a'));
    const { seq } = await set(house, { max_agents: 2, ask_above: 0.5 });
    const last = house.log(seq - 1)[0];
    assert.deepEqual(
      [last?.type, last?.unit, last?.data],
      ['config.updated', NO_UNIT, { max_agents: 2, ask_above: 0.5 }],
    );
    assert.equal((await set(house, { max_agents: 2 })).seq, seq);
    const before = house.store.state.settings;
    house.reopen();
    assert.deepEqual(house.store.state.settings, before);
    assert.equal(storeOn(house.db).state.settings.max_agents, 2);
  }),
);

test(
  'fewer slots than runs at work stop no run; nothing new starts until the number has fallen',
  inHouse(async (house) => {
    await house.add(spec('a'), spec('b'), spec('c'));
    await house.start('a');
    await house.start('b');
    await set(house, { max_agents: 1 });
    assert.deepEqual(
      [house.status('a'), house.status('b'), freeSlots(house.store.state)],
      ['RUNNING', 'RUNNING', -1],
    );
    const one = house.store.state.settings.max_agents;
    await house.end('a');
    await refused(house.start('c', one), 'conflict', /No slot/);
    await house.end('b');
    await house.start('c', one);
  }),
);

test(
  'the operator decides on a pair while one of the two sleeps: nothing wakes',
  inHouse(async (house) => {
    await house.add(spec('a'), spec('b'));
    await house.ask('a', 'q');
    await sleep(house, 'q', { minutes: 5 });
    await decideOn(house, ['a', 'b'], 'serialize');
    assert.match(house.said('a').why, /snoozed/);
  }),
);
