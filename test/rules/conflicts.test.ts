/** Two units that may be in each other's way: what is judged, asked, kept, and in which order they go. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BoardIndex } from '../../server/board/board-index.ts';
import { factsOf } from '../../server/board/detail.ts';
import { linkUnit, removeUnit } from '../../server/domain/commands/steering.ts';
import { impactOf, impactWords } from '../../server/domain/impact.ts';
import { startOrder } from '../../server/domain/start-order.ts';
import { askingOf } from '../../shared/daemon-question-sentences.ts';
import { exited, inHouse, refused, type StoreFixture, spec } from '../core/store-fixture.ts';
import {
  answerWith,
  decideOn,
  judge,
  knownOf,
  LATER,
  pendingOf,
  sleep,
  tell,
  want,
} from './store-commands.ts';

const units = (house: StoreFixture, ...chunks: string[]) => house.add(...chunks.map((chunk) => spec(chunk)));
const TWO_PHASES = { phases: ['PLAN', 'IMPLEMENT'] };
const twoPhased = (house: StoreFixture, ...chunks: string[]) =>
  house.add(...chunks.map((chunk) => spec(chunk, TWO_PHASES)));
const impactOn = (house: StoreFixture, chunk: string) =>
  impactOf(house.store.state, house.work(chunk).unit.id);
const detail = (house: StoreFixture, chunk: string) => factsOf(house.store.state, house.work(chunk));
const labels = (house: StoreFixture, item: string) => house.item(item).context.map(({ label }) => label);

/** `a` runs, `b` wants to start, and a person has to say whether it may: the item is `want-b`. */
async function asked(house: StoreFixture): Promise<void> {
  await twoPhased(house, 'a', 'b');
  await house.start('a');
  await want(house, 'b', [{ with: 'a', share: 1 }]);
}

// The pair and its verdict

for (const verdict of ['INDEPENDENT', 'SERIALIZE', 'ASK_OPERATOR'] as const)
  test(
    `a pair is unordered: ${verdict} said of (a, b) is known of (b, a), with all that was found`,
    inHouse(async (house) => {
      await units(house, 'a', 'b');
      const found = { confidence: 0.7, overlapping_files: ['x.ts', 'y.ts'], overlapping_symbols: ['X'] };
      await judge(house, ['b', 'a'], verdict, found);
      const { with: _, ...one } = knownOf(house, 'a', 'b');
      const { with: __, ...other } = knownOf(house, 'b', 'a');
      assert.deepEqual(one, other);
      assert.deepEqual(
        [one.verdict, one.confidence, one.overlapping_files, one.overlapping_symbols, one.decided_by],
        [verdict, 0.7, ['x.ts', 'y.ts'], ['X'], 'analysis'],
      );
      assert.equal(one.found_at, new Date(house.now).toISOString());
    }),
  );

test(
  'judging the pair the other way round is the same judgement: one fact, and a repeat is no news',
  inHouse(async (house) => {
    await units(house, 'a', 'b');
    const { seq } = await judge(house, ['a', 'b'], 'SERIALIZE');
    assert.equal((await judge(house, ['b', 'a'], 'SERIALIZE')).seq, seq);
    assert.deepEqual([house.work('a').conflicts.length, house.work('b').conflicts.length], [1, 1]);
  }),
);

test(
  'a later analysis takes the place of an earlier one, on both sides; when the pair was found stays',
  inHouse(async (house) => {
    await units(house, 'a', 'b');
    await judge(house, ['a', 'b'], 'SERIALIZE');
    const { found_at } = knownOf(house, 'a', 'b');
    house.now += 1000;
    await judge(house, ['b', 'a'], 'INDEPENDENT', { text: 'they only read' });
    for (const [one, other] of [['a', 'b'] as const, ['b', 'a'] as const]) {
      const known = knownOf(house, one, other);
      assert.deepEqual(
        [known.verdict, known.text, known.found_at],
        ['INDEPENDENT', 'they only read', found_at],
      );
    }
  }),
);

test(
  'a unit is no rival of itself',
  inHouse(async (house) => {
    await units(house, 'a');
    await refused(judge(house, ['a', 'a'], 'SERIALIZE'), 'invalid', /another unit/);
    await refused(decideOn(house, ['a', 'a'], 'serialize'), 'invalid', /another unit/);
  }),
);

test(
  'INDEPENDENT units are at work at the same time, and nobody is asked',
  inHouse(async (house) => {
    await units(house, 'a', 'b');
    await judge(house, ['a', 'b'], 'INDEPENDENT');
    await house.start('a');
    await want(house, 'b');
    await house.start('b');
    assert.deepEqual([house.status('a'), house.status('b')], ['RUNNING', 'RUNNING']);
  }),
);

test(
  'declared paths: under ask_above it is noted, not asked; from there on it is asked',
  inHouse(async (house) => {
    await units(house, 'a', 'b', 'c');
    await house.start('a');
    await want(house, 'b', [{ with: 'a', share: 0.19 }]);
    assert.deepEqual([knownOf(house, 'b', 'a').verdict, pendingOf(house, 'b')], ['INDEPENDENT', []]);
    assert.deepEqual([knownOf(house, 'a', 'b').confidence, house.status('b')], [0.19, 'READY']);
    await want(house, 'c', [{ with: 'a', share: 0.21 }]);
    assert.deepEqual(
      [knownOf(house, 'a', 'c').verdict, house.status('c')],
      ['ASK_OPERATOR', 'NEEDS_ATTENTION'],
    );
  }),
);

// Asking

test(
  'asked on the unit that wants to start, and of nobody at work is it asked',
  inHouse(async (house) => {
    await asked(house);
    assert.deepEqual([house.status('a'), house.status('b')], ['RUNNING', 'NEEDS_ATTENTION']);
    const { kind, prompt, options } = house.item('want-b');
    assert.deepEqual([kind, options.map(({ id }) => id).sort()], ['conflict', ['parallelize', 'serialize']]);
    assert.match(prompt, /\ba\b/);
    await refused(house.start('b'), 'conflict', /Not ready/);
  }),
);

test(
  'nobody is asked while no rival is at work',
  inHouse(async (house) => {
    await units(house, 'a', 'b');
    await judge(house, ['a', 'b'], 'ASK_OPERATOR');
    await want(house, 'b');
    assert.deepEqual([house.status('a'), house.status('b')], ['READY', 'READY']);
  }),
);

test(
  'one open item lists all rivals at work, and wanting again asks nothing more',
  inHouse(async (house) => {
    await units(house, 'a', 'b', 'c', 'd');
    for (const rival of ['a', 'b', 'd']) await judge(house, [rival, 'c'], 'ASK_OPERATOR');
    await house.start('a');
    await house.start('b');
    await want(house, 'c');
    await want(house, 'c');
    assert.deepEqual(
      pendingOf(house, 'c').map(({ id }) => id),
      ['want-c'],
    );
    assert.deepEqual(labels(house, 'want-c').sort(), ['a', 'b'], 'd is not at work');
  }),
);

test(
  'asked at its next phase too',
  inHouse(async (house) => {
    await twoPhased(house, 'a', 'b');
    await house.start('a');
    await house.start('b');
    await house.end('b');
    await want(house, 'b', [{ with: 'a', share: 1 }]);
    assert.deepEqual([house.status('b'), house.item('want-b').phase], ['NEEDS_ATTENTION', 'IMPLEMENT']);
  }),
);

test(
  'found while both are at work: asked on the one that started later, and no run is stopped',
  inHouse(async (house) => {
    await twoPhased(house, 'a', 'b');
    await house.start('b');
    house.now += 1000;
    await house.start('a');
    await judge(house, ['b', 'a'], 'ASK_OPERATOR');
    assert.deepEqual(
      [pendingOf(house, 'a').map(({ kind }) => kind), pendingOf(house, 'b')],
      [['conflict'], []],
    );
    assert.deepEqual(labels(house, 'judged-b-a'), ['b']);
    assert.deepEqual([house.lastRun('a').ended_at, house.lastRun('b').ended_at], [null, null]);
    await house.end('a');
    assert.equal(house.status('a'), 'NEEDS_ATTENTION', 'its run ended, the question stays');
  }),
);

test(
  'SERIALIZE found while both are at work stops no run; it counts from the next start',
  inHouse(async (house) => {
    await twoPhased(house, 'a', 'b');
    await house.start('a');
    house.now += 1000;
    await house.start('b');
    await judge(house, ['a', 'b'], 'SERIALIZE');
    assert.deepEqual([house.status('a'), house.status('b')], ['RUNNING', 'RUNNING']);
    await house.end('b');
    await refused(house.start('b'), 'conflict', /Not ready/);
    await house.end('a');
    assert.equal(house.status('b'), 'BLOCKED', 'the one that started first goes first until it is done');
    await house.finish('a');
    assert.equal(house.status('b'), 'READY');
  }),
);

test(
  'withdrawn when no rival is at work any more',
  inHouse(async (house) => {
    await asked(house);
    await house.end('a');
    assert.equal(house.status('b'), 'NEEDS_ATTENTION', 'a is under way until it is done');
    await house.finish('a');
    assert.deepEqual([house.status('b'), house.item('want-b').answer], ['READY', null]);
    assert.equal(house.item('want-b').withdrawal?.code, 'no-rival');
  }),
);

test(
  'changed, with the next version, when a rival ends and others are left',
  inHouse(async (house) => {
    await units(house, 'a', 'b', 'c');
    for (const rival of ['a', 'b']) await judge(house, [rival, 'c'], 'ASK_OPERATOR');
    await house.start('a');
    await house.start('b');
    await want(house, 'c');
    const { asked_at } = house.item('want-c');
    house.now += 1000;
    await house.end('a');
    const item = house.item('want-c');
    assert.deepEqual([labels(house, 'want-c'), item.version, item.asked_at], [['b'], 2, asked_at]);
    await refused(house.answer('c', 'want-c', { options: ['serialize'] }), 'conflict', /changed/);
  }),
);

test(
  'changed, with the next version, when another rival comes to be at work',
  inHouse(async (house) => {
    await units(house, 'a', 'b', 'c');
    for (const rival of ['a', 'b']) await judge(house, [rival, 'c'], 'ASK_OPERATOR');
    await house.start('a');
    await want(house, 'c');
    assert.deepEqual(labels(house, 'want-c'), ['a']);
    await house.start('b');
    assert.deepEqual([labels(house, 'want-c').sort(), house.item('want-c').version], [['a', 'b'], 2]);
  }),
);

test(
  'an answer taken back after the last rival ended: nothing is left to ask',
  inHouse(async (house) => {
    await asked(house);
    await house.answer('b', 'want-b', { options: ['serialize'], ...LATER });
    await house.end('a');
    await house.finish('a');
    await house.undo('b', 'want-b');
    assert.deepEqual([pendingOf(house, 'b'), house.status('b')], [[], 'READY']);
  }),
);

test(
  'a rival is listed once, however often it is judged',
  inHouse(async (house) => {
    await house.add(spec('a'), spec('b', { external: true }));
    await judge(house, ['a', 'b'], 'ASK_OPERATOR', { text: 'one reason' });
    await house.start('a');
    house.now += 1000;
    await tell(house, 'b', 'started', { override: true });
    const [early] = pendingOf(house, 'b');
    if (early) await answerWith(house, answering('b', early.id, early.version));
    await judge(house, ['a', 'b'], 'ASK_OPERATOR', { text: 'another reason', key: 'again' });
    for (const item of pendingOf(house, 'b'))
      assert.deepEqual(
        askingOf(item).context.map(({ label }) => label),
        ['a'],
      );
  }),
);

const answering = (chunk: string, item: string, version: number) => ({
  chunk,
  item,
  version,
  options: ['parallelize'],
  text: '',
});

// The operator's word

test(
  'parallelize means INDEPENDENT, on both sides, by the operator',
  inHouse(async (house) => {
    await asked(house);
    await house.answer('b', 'want-b', { options: ['parallelize'] });
    for (const known of [knownOf(house, 'a', 'b'), knownOf(house, 'b', 'a')])
      assert.deepEqual([known.verdict, known.decided_by], ['INDEPENDENT', 'operator']);
    await house.start('b');
    assert.deepEqual([house.status('a'), house.status('b')], ['RUNNING', 'RUNNING']);
  }),
);

test(
  'serialize means SERIALIZE, on both sides, by the operator, for every rival that was listed',
  inHouse(async (house) => {
    await units(house, 'a', 'b', 'c');
    for (const rival of ['a', 'b']) await judge(house, [rival, 'c'], 'ASK_OPERATOR');
    await house.start('a');
    await house.start('b');
    await want(house, 'c');
    await house.answer('c', 'want-c', { options: ['serialize'] });
    for (const rival of ['a', 'b'])
      for (const known of [knownOf(house, rival, 'c'), knownOf(house, 'c', rival)])
        assert.deepEqual([known.verdict, known.decided_by], ['SERIALIZE', 'operator']);
    assert.deepEqual([house.status('c'), house.said('c').why.includes('a, b')], ['BLOCKED', true]);
  }),
);

test(
  'a conflict item takes one of its options, and no words',
  inHouse(async (house) => {
    await asked(house);
    const none = { chunk: 'b', item: 'want-b', version: 1, options: [], text: '' };
    await refused(answerWith(house, none), 'invalid', /option/);
    await refused(answerWith(house, { ...none, text: 'serialize' }), 'invalid', /no words/);
    const both = ['serialize', 'parallelize'];
    await refused(answerWith(house, { ...none, options: both }), 'invalid', /one option/);
  }),
);

test(
  'the verdict takes effect when the answer goes out, not before',
  inHouse(async (house) => {
    await asked(house);
    await house.answer('b', 'want-b', { options: ['parallelize'], ...LATER });
    assert.deepEqual([knownOf(house, 'b', 'a').verdict, house.status('b')], ['ASK_OPERATOR', 'BLOCKED']);
    house.now += 4000;
    await house.release();
    assert.deepEqual([knownOf(house, 'a', 'b').verdict, house.status('b')], ['INDEPENDENT', 'READY']);
  }),
);

for (const [how, verdict] of [
  ['parallelize', 'INDEPENDENT'],
  ['serialize', 'SERIALIZE'],
] as const)
  test(
    `the operator's "${how}" survives phases, restarts and every later analysis, which is noted`,
    inHouse(async (house) => {
      await twoPhased(house, 'a', 'b');
      await decideOn(house, ['a', 'b'], how);
      await house.start('a');
      await house.end('a');
      house.reopen();
      const other = verdict === 'SERIALIZE' ? 'INDEPENDENT' : 'SERIALIZE';
      for (const [nth, opinion] of ([other, 'ASK_OPERATOR'] as const).entries()) {
        await judge(house, nth === 0 ? ['a', 'b'] : ['b', 'a'], opinion, { text: 'look at y.ts' });
        for (const known of [knownOf(house, 'a', 'b'), knownOf(house, 'b', 'a')]) {
          assert.deepEqual([known.verdict, known.decided_by], [verdict, 'operator']);
          assert.deepEqual(
            [known.noted?.verdict, /look at y.ts/.test(known.noted?.text ?? '')],
            [opinion, true],
          );
        }
      }
      house.reopen();
      assert.deepEqual(
        [knownOf(house, 'a', 'b').verdict, knownOf(house, 'b', 'a').verdict],
        [verdict, verdict],
      );
      assert.deepEqual([...pendingOf(house, 'a'), ...pendingOf(house, 'b')], [], 'nobody is asked again');
    }),
  );

test(
  'an analysis that agrees with the operator is not noted',
  inHouse(async (house) => {
    await units(house, 'a', 'b');
    const { seq } = await decideOn(house, ['a', 'b'], 'serialize');
    assert.equal((await judge(house, ['a', 'b'], 'SERIALIZE')).seq, seq);
  }),
);

test(
  'the operator may change their mind; saying the same again is no news',
  inHouse(async (house) => {
    await units(house, 'a', 'b');
    await decideOn(house, ['a', 'b'], 'serialize');
    const { seq } = await decideOn(house, ['b', 'a'], 'parallelize');
    assert.equal(knownOf(house, 'a', 'b').verdict, 'INDEPENDENT');
    assert.equal((await decideOn(house, ['a', 'b'], 'parallelize')).seq, seq);
  }),
);

test(
  'resolving what is being asked answers it: the item is withdrawn',
  inHouse(async (house) => {
    await asked(house);
    await decideOn(house, ['a', 'b'], 'parallelize');
    assert.deepEqual([pendingOf(house, 'b'), house.status('b')], [[], 'READY']);
  }),
);

test(
  'resolve refuses an unknown chunk and a DONE one, on either side',
  inHouse(async (house) => {
    await units(house, 'a', 'done');
    await house.finish('done');
    for (const pair of [['a', 'nobody'] as const, ['nobody', 'a'] as const])
      await refused(decideOn(house, pair, 'serialize'), 'not-found', /no unit called nobody/);
    for (const pair of [['a', 'done'] as const, ['done', 'a'] as const])
      await refused(decideOn(house, pair, 'serialize'), 'conflict', /done is done/);
  }),
);

// SERIALIZE: exclusion

test(
  'exclusion: the second never starts while the first has a live run, and why names the first',
  inHouse(async (house) => {
    await units(house, 'first', 'second');
    await judge(house, ['first', 'second'], 'SERIALIZE');
    assert.deepEqual([house.status('first'), house.status('second')], ['READY', 'READY']);
    await house.start('first');
    await refused(house.start('second'), 'conflict', /Not ready/);
    assert.deepEqual([house.status('second'), /\bfirst\b/.test(house.said('second').why)], ['BLOCKED', true]);
  }),
);

test(
  'exclusion is checked in the commit that starts: of two starts in one turn one is refused',
  inHouse(async (house) => {
    await units(house, 'a', 'b');
    await judge(house, ['a', 'b'], 'SERIALIZE');
    const ends = await Promise.allSettled([house.start('a'), house.start('b')]);
    assert.deepEqual(
      ends.map(({ status }) => status),
      ['fulfilled', 'rejected'],
    );
  }),
);

test(
  'exclusion holds for external units, also with override, in both directions',
  inHouse(async (house) => {
    await house.add(spec('own'), spec('theirs', { external: true }));
    await judge(house, ['own', 'theirs'], 'SERIALIZE');
    await house.start('own');
    await refused(tell(house, 'theirs', 'started'), 'conflict', /own is at work/);
    await refused(tell(house, 'theirs', 'started', { override: true }), 'conflict', /own is at work/);
    await house.end('own', exited(1));
    await refused(tell(house, 'theirs', 'started'), 'conflict', /own/);
    await tell(house, 'theirs', 'started', { override: true });
    await house.answer('own', 'stuck-own-1', { options: ['retry'] });
    await refused(house.start('own'), 'conflict', /Not ready/);
  }),
);

test(
  'an external unit that wants to start beside a rival at work is brought to the operator like any other',
  inHouse(async (house) => {
    await house.add(spec('own'), spec('theirs', { external: true }));
    await judge(house, ['own', 'theirs'], 'ASK_OPERATOR');
    await house.start('own');
    await tell(house, 'theirs', 'started').catch(() => {}); // whether it is told so at once is another question
    assert.deepEqual(
      pendingOf(house, 'theirs').map(({ kind }) => kind),
      ['conflict'],
    );
  }),
);

for (const how of ['finishes', 'is closed', 'is removed'] as const)
  test(
    `SERIALIZE against a unit that ${how} blocks nobody`,
    inHouse(async (house) => {
      await units(house, 'a', 'b');
      await judge(house, ['a', 'b'], 'SERIALIZE');
      await house.start('a');
      assert.equal(house.status('b'), 'BLOCKED');
      await house.end('a', how === 'finishes' ? exited(0) : exited(1));
      if (how === 'is closed') await house.close('a');
      if (how === 'is removed') await removed(house, 'a');
      assert.deepEqual([house.status('b'), house.said('b').why], ['READY', '']);
      house.reopen();
      await house.start('b');
    }),
  );

const removed = (house: StoreFixture, chunk: string) =>
  house.commit((state) => removeUnit(state, { chunk, unlink: true }));

// SERIALIZE: order

test(
  'order: the one under way goes first, between its runs too, until it is DONE',
  inHouse(async (house) => {
    await twoPhased(house, 'second', 'first');
    await judge(house, ['second', 'first'], 'SERIALIZE');
    await house.start('first');
    await house.end('first');
    assert.deepEqual([house.status('first'), house.status('second')], ['READY', 'BLOCKED']);
    assert.match(house.said('second').why, /\bfirst\b/);
    await house.ask('first', 'q');
    assert.equal(house.status('second'), 'BLOCKED', 'it waits for the operator, and is under way');
    await house.answer('first', 'q');
    await house.finish('first');
    assert.equal(house.status('second'), 'READY');
  }),
);

test(
  'order: both under way, the one that started first goes first',
  inHouse(async (house) => {
    await twoPhased(house, 'later', 'earlier');
    await house.start('earlier');
    house.now += 1000;
    await house.start('later');
    await house.end('later');
    await house.end('earlier');
    await judge(house, ['later', 'earlier'], 'SERIALIZE');
    assert.deepEqual([house.status('earlier'), house.status('later')], ['READY', 'BLOCKED']);
    assert.match(house.said('later').why, /\bearlier\b/);
  }),
);

test(
  'order: neither under way, both are READY and the start order decides',
  inHouse(async (house) => {
    await house.add(spec('old'), spec('urgent', { priority: 5 }));
    await judge(house, ['old', 'urgent'], 'SERIALIZE');
    assert.deepEqual(
      startOrder(house.store.state).map(({ unit }) => unit.chunk),
      ['urgent', 'old'],
    );
    await house.start('urgent');
    assert.deepEqual([startOrder(house.store.state), house.status('old')], [[], 'BLOCKED']);
  }),
);

test(
  'dependencies decide before the order: the one under way that waits for the other lets it go',
  inHouse(async (house) => {
    await twoPhased(house, 'a', 'b');
    await house.start('a');
    await house.end('a');
    await linked(house, 'a', 'b');
    await judge(house, ['a', 'b'], 'SERIALIZE');
    assert.deepEqual([house.status('a'), house.status('b')], ['BLOCKED', 'READY']);
    assert.match(house.said('a').why, /waits for b/);
    await house.finish('b');
    assert.equal(house.status('a'), 'READY');
  }),
);

const linked = (house: StoreFixture, chunk: string, after: string) =>
  house.commit((state) => linkUnit(state, { chunk, after }));

/** `a` goes before `c`; `c` before `b` is found later and `b` before `a` by dependency: a cycle of three. */
async function cycle(house: StoreFixture): Promise<void> {
  await house.add(spec('a', TWO_PHASES), spec('b', TWO_PHASES), spec('c', TWO_PHASES));
  for (const chunk of ['a', 'c']) {
    await house.start(chunk);
    await house.end(chunk);
    house.now += 1000;
  }
  await judge(house, ['a', 'c'], 'SERIALIZE');
  house.now += 1000;
  await linked(house, 'a', 'b');
  await judge(house, ['c', 'b'], 'SERIALIZE');
}

test(
  'an order that would close a cycle is dropped, the later found one, and both units say so',
  inHouse(async (house) => {
    await cycle(house);
    assert.deepEqual(
      ['a', 'b', 'c'].map((chunk) => house.status(chunk)),
      ['BLOCKED', 'READY', 'BLOCKED'],
    );
    const dropped = (chunk: string) =>
      detail(house, chunk).conflicts.flatMap((each) => (each.dropped ? [each.chunk] : []));
    assert.deepEqual([dropped('a'), dropped('b'), dropped('c')], [[], ['c'], ['b']]);
  }),
);

test(
  'an order that is dropped because of a third unit is seen on the board, without an event of the two',
  inHouse(async (house) => {
    await house.add(spec('a', TWO_PHASES), spec('b'), spec('third'));
    await house.start('a');
    await house.end('a');
    await judge(house, ['a', 'b'], 'SERIALIZE');
    await linked(house, 'a', 'third');
    const index = new BoardIndex(house.store.state);
    const statusOfB = () => {
      index.look(house.store.state);
      return index.find('b', 1)[0]?.status;
    };
    assert.equal(statusOfB(), 'BLOCKED');
    await linked(house, 'third', 'b');
    assert.equal(statusOfB(), 'READY');
  }),
);

test(
  'where the order is dropped, exclusion stays',
  inHouse(async (house) => {
    await cycle(house);
    await house.start('b');
    await house.end('b');
    await house.start('b');
    await house.end('b');
    for (const chunk of ['a', 'c']) {
      assert.equal(house.status(chunk), 'READY', chunk);
      await house.finish(chunk);
    }
    await house.add(spec('x', TWO_PHASES), spec('y'));
    await house.start('x');
    await house.end('x');
    await linked(house, 'x', 'y');
    await judge(house, ['x', 'y'], 'SERIALIZE');
    await house.start('y');
    assert.equal(house.status('x'), 'BLOCKED');
  }),
);

test(
  'of two orders the one that was found first counts first, whatever the names',
  inHouse(async (house) => {
    await twoPhased(house, 'a', 'b', 'c');
    for (const chunk of ['a', 'b', 'c']) {
      await house.start(chunk);
      await house.end(chunk);
      house.now += 1000;
    }
    await linked(house, 'a', 'c');
    await judge(house, ['b', 'c'], 'SERIALIZE');
    house.now += 1000;
    await judge(house, ['a', 'b'], 'SERIALIZE');
    assert.deepEqual(
      ['a', 'b', 'c'].map((chunk) => house.status(chunk)),
      ['BLOCKED', 'READY', 'BLOCKED'],
    );
    assert.match(house.said('c').why, /\bb\b/);
  }),
);

test(
  'of two orders of one moment the one with the lesser name counts first',
  inHouse(async (house) => {
    await house.add(spec('a', TWO_PHASES), spec('b', TWO_PHASES), spec('c', TWO_PHASES));
    for (const chunk of ['a', 'b', 'c']) {
      await house.start(chunk);
      await house.end(chunk);
      house.now += 1000;
    }
    await linked(house, 'a', 'c');
    await judge(house, ['b', 'c'], 'SERIALIZE');
    await judge(house, ['a', 'b'], 'SERIALIZE');
    assert.deepEqual(
      ['a', 'b', 'c'].map((chunk) => house.status(chunk)),
      ['BLOCKED', 'BLOCKED', 'READY'],
    );
    assert.match(house.said('b').why, /\ba\b/);
  }),
);

test(
  'who sleeps until a rival is DONE does not keep that rival waiting',
  inHouse(async (house) => {
    await twoPhased(house, 'a', 'b');
    await house.start('a');
    await house.end('a');
    await judge(house, ['a', 'b'], 'SERIALIZE');
    await house.ask('a', 'q');
    await sleep(house, 'q', { until_done: 'b' });
    assert.equal(house.status('b'), 'READY');
    await house.finish('b');
    assert.equal(house.status('a'), 'NEEDS_ATTENTION');
  }),
);

test(
  'no live run sleeps until a rival is DONE that may not start beside it: it could never come true',
  inHouse(async (house) => {
    await units(house, 'a', 'b');
    await house.start('a');
    await house.ask('a', 'q');
    await judge(house, ['a', 'b'], 'SERIALIZE');
    await refused(sleep(house, 'q', { until_done: 'b' }), 'invalid', /\bb\b/);
  }),
);

// Impact

test(
  'impact counts those that wait behind a unit under way, and who waits for them',
  inHouse(async (house) => {
    await house.add(spec('a', TWO_PHASES), spec('b'), spec('c', { after: ['b'] }));
    await judge(house, ['a', 'b'], 'SERIALIZE');
    assert.equal(impactOn(house, 'a').blocked, 0, 'nobody is under way yet');
    await house.start('a');
    await house.end('a');
    assert.deepEqual(impactOn(house, 'a'), { blocked: 2, chain: ['b', 'c'] });
    assert.match(impactWords(impactOn(house, 'a')), /frees 2: b → c/);
    await house.finish('a');
    assert.equal(impactOn(house, 'a').blocked, 0);
  }),
);

test(
  'who waits by dependency and by order is counted once',
  inHouse(async (house) => {
    await house.add(spec('a'), spec('b', { after: ['a'] }));
    await house.start('a');
    await judge(house, ['a', 'b'], 'SERIALIZE');
    assert.deepEqual(impactOn(house, 'a'), { blocked: 1, chain: ['b'] });
  }),
);
