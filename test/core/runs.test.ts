import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { answerOf } from '../../server/board/board-rows.ts';
import { noteRun } from '../../server/domain/commands/notes.ts';
import { endRun } from '../../server/domain/commands/runs.ts';
import { writeAnswers } from '../../server/runs/answers-file.ts';
import type { Outcome } from '../../shared/words.ts';
import { DAEMON, exited, inHouse, NEVER_BEGAN, refused, type StoreFixture, spec } from './store-fixture.ts';

/** A unit of two phases whose first run is live. */
const running = (body: (house: StoreFixture) => unknown) =>
  inHouse(async (house) => {
    await house.add(spec('a', { phases: ['PLAN', 'IMPLEMENT'] }));
    await house.start('a');
    await body(house);
  });

const phase = (house: StoreFixture) => house.lastRun('a').phase;

test(
  'well ended: the next phase',
  running(async (house) => {
    await house.end('a');
    await house.start('a');
    assert.deepEqual([house.lastRun('a').number, phase(house)], [2, 'IMPLEMENT']);
  }),
);

for (const code of [0, 1])
  test(
    `a run that ends with code ${code} and an open question has not finished its phase`,
    running(async (house) => {
      await house.ask('a', 'q');
      await house.end('a', exited(code));
      assert.deepEqual(
        house.work('a').items.map(({ kind }) => kind),
        ['question'],
      );
      assert.equal(house.status('a'), 'NEEDS_ATTENTION');
      await house.answer('a', 'q');
      assert.equal(house.status('a'), 'READY');
      await house.start('a');
      assert.deepEqual([house.lastRun('a').number, phase(house)], [2, 'PLAN']);
    }),
  );

test(
  'a run that ends while its answer is going out has not finished its phase either',
  running(async (house) => {
    await house.ask('a', 'q');
    await house.answer('a', 'q', { wait: 4000 });
    await house.end('a', exited(1));
    assert.deepEqual([house.work('a').unit.finished, house.work('a').items.length], [0, 1]);
    house.now += 4000;
    await house.release();
    await house.start('a');
    assert.deepEqual([phase(house), house.item('q').answer?.given_to], ['PLAN', 2]);
  }),
);

test(
  'a run whose question was answered or withdrawn ends as any other',
  running(async (house) => {
    await house.ask('a', 'q');
    await house.answer('a', 'q');
    await house.confirm('a', 'q', 1);
    await house.ask('a', 'r');
    await house.withdraw('a', 'r');
    await house.end('a');
    assert.equal(house.work('a').unit.finished, 1);
  }),
);

const badly: [Outcome, RegExp][] = [
  [exited(3), /Run 1 failed with exit code 3/],
  [{ exit: 'vanished' }, /Run 1 vanished/],
];
for (const [outcome, message] of badly)
  test(
    `ends badly (${outcome.exit}): stuck in the same commit, with the last lines`,
    running(async (house) => {
      const { seq } = await house.end('a', outcome, 'no such file');
      assert.deepEqual(house.types(seq - 2), ['run.ended', 'item.asked']);
      const { kind, prompt, context, run, phase } = house.item('stuck-a-1');
      assert.match(prompt, message);
      assert.deepEqual([kind, run, phase], ['stuck', 1, 'PLAN']);
      assert.deepEqual(context, [{ label: 'Last lines', text: 'no such file' }]);
      assert.equal(house.status('a'), 'NEEDS_ATTENTION');
    }),
  );

test(
  'stuck without a word printed has no context',
  running(async (house) => {
    await house.end('a', exited(1));
    assert.deepEqual(house.item('stuck-a-1').context, []);
  }),
);

const stuck = (body: (house: StoreFixture) => unknown) =>
  running(async (house) => {
    await house.end('a', exited(1));
    await body(house);
  });

test(
  'stuck, try again: the same phase',
  stuck(async (house) => {
    await house.answer('a', 'stuck-a-1', { options: ['retry'] });
    await house.start('a');
    assert.deepEqual([house.lastRun('a').number, phase(house)], [2, 'PLAN']);
  }),
);

test(
  'stuck, words only: guidance, and the same phase again with it',
  stuck(async (house) => {
    await house.answer('a', 'stuck-a-1', { text: 'use the cache' });
    assert.deepEqual(answerOf(house.item('stuck-a-1')), { options: ['retry'], text: 'use the cache' });
    await house.start('a');
    assert.equal(house.item('stuck-a-1').answer?.given_to, 2);
    await house.end('a');
    assert.equal(house.item('stuck-a-1').delivery?.to, 2);
  }),
);

test(
  'stuck, close: DONE with the words as reason when the answer goes out',
  stuck(async (house) => {
    await house.answer('a', 'stuck-a-1', { options: ['close'], text: 'not worth it', wait: 4000 });
    assert.equal(house.status('a'), 'BLOCKED');
    house.now += 4000;
    await house.release();
    assert.deepEqual([house.status('a'), house.said('a').why], ['DONE', 'not worth it']);
  }),
);

test(
  'stuck, close in the same commit that strikes it from those who wait',
  stuck(async (house) => {
    await house.add(spec('b', { after: ['a'] }));
    const { seq } = house.store.state;
    await house.answer('a', 'stuck-a-1', { options: ['close'] });
    assert.deepEqual(house.types(seq), ['item.answered', 'item.released', 'unit.closed', 'dependency.met']);
  }),
);

test(
  'retry with a stuck item open is the answer "try again"',
  stuck(async (house) => {
    await house.retry('a');
    assert.deepEqual(answerOf(house.item('stuck-a-1')), { options: ['retry'], text: '' });
    assert.equal(house.status('a'), 'READY');
    await refused(house.retry('a'), 'conflict', /not stuck/);
  }),
);

test(
  'stuck, then a question option: only what is offered',
  stuck(async (house) => {
    await refused(house.answer('a', 'stuck-a-1', { options: ['explode'] }), 'invalid', /retry, close/);
  }),
);

test(
  'never began: tried again by itself, stuck the third time',
  running(async (house) => {
    for (const number of [1, 2]) {
      await house.end('a', NEVER_BEGAN);
      assert.deepEqual([house.status('a'), house.lastRun('a').number], ['READY', number]);
      await house.start('a');
    }
    await house.end('a', NEVER_BEGAN);
    assert.match(house.item('stuck-a-3').prompt, /Run 3 never began: no shell/);
  }),
);

test(
  'never began is counted in a row: a run that began starts the count anew',
  running(async (house) => {
    await house.end('a', NEVER_BEGAN);
    await house.start('a');
    await house.end('a', exited(1));
    await house.retry('a');
    await house.start('a');
    await house.end('a', NEVER_BEGAN);
    assert.equal(house.status('a'), 'READY');
  }),
);

test(
  'the end of a run is recorded once',
  running(async (house) => {
    const end = (outcome: Outcome, key: string) =>
      house.commit((state, at) => endRun(state, { unit: 0, run: 1, outcome, lines: '', key, at }), DAEMON);
    await Promise.all([end(exited(1), 's1'), end({ exit: 'vanished' }, 's2'), end(exited(0), 's3')]);
    assert.deepEqual(house.types(2), ['run.ended', 'item.asked']);
    assert.deepEqual(house.lastRun('a').outcome, exited(1));
  }),
);

test(
  'a late end of an earlier run does not end the run that lives',
  running(async (house) => {
    await house.end('a');
    await house.start('a');
    const late = { unit: 0, run: 1, outcome: exited(1), lines: '', key: 's' };
    await house.commit((state, at) => endRun(state, { ...late, at }), DAEMON);
    assert.equal(house.status('a'), 'RUNNING');
  }),
);

test(
  'a process is noted for the live run only',
  running(async (house) => {
    await house.spawned('a');
    assert.deepEqual(house.lastRun('a').process, { pid: 7, started: 'now' });
    await house.end('a');
    await refused(house.spawned('a'), 'conflict', /has ended/);
  }),
);

test(
  'two starts in the same turn make one run',
  inHouse(async (house) => {
    await house.add(spec('a'));
    const [first, second] = [house.start('a'), house.start('a')];
    await refused(second, 'conflict', /Not ready/);
    await first;
    assert.equal(house.work('a').runs.length, 1);
  }),
);

test(
  'the start of a run gives it what was answered, in the same commit; that it ended well delivers it, once',
  running(async (house) => {
    await house.ask('a', 'q');
    await house.end('a');
    await house.answer('a', 'q');
    const { seq } = house.store.state;
    await house.start('a');
    assert.deepEqual(house.types(seq), ['run.started', 'item.given']);
    const { seq: given } = house.store.state;
    await house.end('a');
    assert.deepEqual(house.types(given), ['run.ended', 'item.delivered', 'phase.finished']);
    await house.start('a');
    assert.deepEqual([house.item('q').answer?.given_to, house.item('q').delivery?.to], [2, 2]);
  }),
);

test(
  'the answers file lists every answer of the unit with the run that got it, and which are new',
  running(async (house) => {
    await house.ask('a', 'early', { prompt: 'First?' });
    await house.answer('a', 'early', { text: 'one' });
    await house.confirm('a', 'early', 1);
    await house.ask('a', 'late', { prompt: 'Second?' });
    await house.ask('a', 'gone');
    await house.end('a');
    await house.withdraw('a', 'gone');
    await house.answer('a', 'late', { text: 'two' });
    await house.start('a');
    const path = join(house.folder, 'answers.json');
    writeAnswers(path, house.work('a'), 2);
    const listed = JSON.parse(readFileSync(path, 'utf8')) as {
      prompt: string;
      text: string;
      run: number;
      new: boolean;
    }[];
    assert.deepEqual(
      listed.map((each) => [each.prompt, each.text, each.run, each.new]),
      [
        ['First?', 'one', 1, false],
        ['Second?', 'two', 2, true],
      ],
    );
    assert.equal(statSync(path).mode & 0o777, 0o600);
  }),
);

const refusal = (key: string, tool = 'Bash', subject = 'make') => ({ key, tool, subject });

test(
  'a run that was refused something without the operator is stuck, although it ended with 0',
  running(async (house) => {
    await house.note('a', [refusal('k1'), refusal('k2', 'Edit', 'a.ts'), refusal('k3')]);
    await house.end('a', exited(0), 'last words');
    assert.equal(house.work('a').unit.finished, 0);
    assert.deepEqual(house.lastRun('a').outcome, { exit: 'refused', tools: ['Bash', 'Edit'] });
    const { kind, prompt, context } = house.item('stuck-a-1');
    assert.deepEqual(
      [kind, prompt, context],
      [
        'stuck',
        'Run 1 ended, but Bash, Edit was refused and you were not asked. What now?',
        [
          { label: 'Refused', text: 'Bash: make\nEdit: a.ts\nBash: make' },
          { label: 'Last lines', text: 'last words' },
        ],
      ],
    );
  }),
);

test(
  'a refused run that failed says its exit code, and what was refused',
  running(async (house) => {
    await house.note('a', [refusal('k1')]);
    await house.end('a', exited(2));
    assert.deepEqual(house.lastRun('a').outcome, exited(2));
    assert.deepEqual(house.item('stuck-a-1').context, [{ label: 'Refused', text: 'Bash: make' }]);
  }),
);

test(
  'what the operator refused is no refusal by others, and the phase is finished',
  running(async (house) => {
    await house.ask('a', 'k1');
    await house.answer('a', 'k1');
    await house.ask('a', 'k2.1');
    await house.answer('a', 'k2.1');
    for (const item of ['k1', 'k2.1']) await house.confirm('a', item, 1);
    const { seq } = await house.note('a', [refusal('k1'), refusal('k2')]);
    assert.deepEqual([seq, house.lastRun('a').refused], [house.store.state.seq, []]);
    await house.end('a');
    assert.equal(house.work('a').unit.finished, 1);
  }),
);

test(
  'a note said twice is one, a hundred are kept, and a run that has ended has nothing to note',
  running(async (house) => {
    await house.note('a', [refusal('k1')], 's1');
    const { seq } = house.store.state;
    await house.note('a', [refusal('k1')], 's1');
    assert.equal(house.store.state.seq, seq);
    for (const from of [0, 60]) {
      const many = Array.from({ length: 60 }, (_, nth) => refusal(`n${from + nth}`));
      await house.note('a', many);
    }
    assert.deepEqual([house.lastRun('a').refused.length, house.lastRun('a').session], [100, 's1']);
    await house.end('a');
    await refused(house.note('a', [refusal('late')]), 'conflict', /Run 1 of a has ended/);
  }),
);

test(
  'what a run says stands beside its unit until it says something else, and needs nobody',
  running(async (house) => {
    const say = (said: string) =>
      house.commit((state) => noteRun(state, { chunk: 'a', run: 1, refused: [], said }), DAEMON);
    await say('half\nway');
    const { seq } = await say('half\nway');
    assert.equal(seq, house.store.state.seq);
    assert.deepEqual([house.status('a'), house.said('a').why], ['RUNNING', 'half way']);
    assert.deepEqual(house.types().slice(-1), ['run.said']);
    house.reopen();
    assert.equal(house.said('a').why, 'half way');
    await say('x'.repeat(500));
    assert.match(house.said('a').why, /^x{120} …$/);
    assert.equal(house.work('a').items.length, 0);
    await house.end('a');
    assert.equal(house.said('a').why, '');
  }),
);

type Report = readonly [run: number, session: string, micro_usd: number];

/** What runs have reported, each for its session, and what each is then said to have cost. */
for (const [what, reports, expected] of [
  [
    'is what its session has cost since the runs before it',
    [
      [1, 's', 5],
      [2, 's', 7],
      [2, 's', 9],
      [3, 's', 10],
    ],
    [5, 4, 1],
  ],
  [
    'is nothing where it only repeats what was known',
    [
      [1, 's', 5],
      [2, 's', 5],
    ],
    [5, 0],
  ],
  [
    'is all of it in another session',
    [
      [1, 's', 5],
      [2, 'other', 7],
      [3, 's', 6],
    ],
    [5, 7, 1],
  ],
  [
    'is all of it where the agent begins at nothing',
    [
      [1, 's', 5],
      [2, 's', 1],
      [2, 's', 4],
      [2, 's', 6],
    ],
    [5, 6],
  ],
  [
    'stays, where it is reported again',
    [
      [1, 's', 5],
      [2, 's', 7],
      [2, 's', 7],
    ],
    [5, 2],
  ],
] as readonly (readonly [string, readonly Report[], readonly number[]])[])
  test(
    `the cost of a run ${what}`,
    inHouse(async (house) => {
      await house.add(spec('a', { phases: ['ONE', 'TWO', 'THREE'] }));
      await house.start('a');
      for (const [run, session, micro_usd] of reports) {
        if (house.lastRun('a').number < run) {
          await house.end('a');
          await house.start('a');
        }
        const usage = { input_tokens: 1, output_tokens: 1, cached_tokens: 0, micro_usd };
        const note = { chunk: 'a', run, session, refused: [], usage };
        await house.commit((state) => noteRun(state, note), DAEMON);
      }
      assert.deepEqual(
        house.work('a').runs.map(({ usage }) => usage?.micro_usd),
        expected,
      );
    }),
  );
