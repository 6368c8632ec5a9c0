import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { BoardIndex } from '../../server/board/board-index.ts';
import { impactOf, impactWords } from '../../server/domain/impact.ts';
import { serialOrderOf } from '../../server/domain/serial-order.ts';
import { startOrder } from '../../server/domain/start-order.ts';
import { exists, findWork, isOver, type State } from '../../server/domain/state.ts';
import { boardOf, cardsOf } from '../../shared/board.ts';
import type { WorkUnit } from '../../shared/words.ts';
import { inHistories } from './random-commands.ts';
import { inHouse, type StoreFixture, spec } from './store-fixture.ts';

/** Read from the facts of the units alone, by recursion: slow, and plainly the rule. */
function naiveImpact(state: State, chunk: string): { blocked: number; depth: number } {
  const waiters = (on: string): string[] =>
    [...state.works]
      .filter((work) => !isOver(work) && (work.unit.open.includes(on) || comesAfter(state, work, on)))
      .map(({ unit }) => unit.chunk);
  const all = new Set<string>();
  const collect = (on: string): void => {
    for (const each of waiters(on)) {
      if (all.has(each)) continue;
      all.add(each);
      collect(each);
    }
  };
  const depths = new Map<string, number>();
  const depth = (on: string): number => {
    const known = depths.get(on) ?? Math.max(0, ...waiters(on).map((each) => 1 + depth(each)));
    depths.set(on, known);
    return known;
  };
  collect(chunk);
  return { blocked: all.size, depth: depth(chunk) };
}

/** Who goes first is tested by itself (`conflicts.test.ts`). */
const comesAfter = (state: State, { unit }: WorkUnit, on: string): boolean =>
  (serialOrderOf(state).before.get(unit.id) ?? []).some((id) => state.works.get(id)?.unit.chunk === on);

function assertImpacts(state: State): void {
  for (const { unit } of [...state.works].filter(exists)) {
    const { blocked, chain } = impactOf(state, unit.id);
    assert.deepEqual({ blocked, depth: chain.length }, naiveImpact(state, unit.chunk), unit.chunk);
    assertChain(state, unit.chunk, chain);
  }
}

/** Each waits for the one before. */
function assertChain(state: State, from: string, chain: readonly string[]): void {
  for (const [at, chunk] of chain.entries()) {
    const work = findWork(state, chunk);
    const on = chain[at - 1] ?? from;
    assert.ok(work && (work.unit.open.includes(on) || comesAfter(state, work, on)), `${from}: ${chain}`);
  }
}

test('impact is the naive count, on random graphs that lose units', async () => {
  const edges = fc.array(fc.uniqueArray(fc.nat(29), { maxLength: 4 }), { minLength: 30, maxLength: 30 });
  const closed = fc.uniqueArray(fc.nat(29), { maxLength: 12 });
  const rule = fc.asyncProperty(edges, fc.boolean(), closed, (all, backwards, ends) =>
    inHouse(async (house) => {
      const specs = all.map((after, n) =>
        spec(`n${n}`, { after: after.filter((other) => other < n).map((other) => `n${other}`) }),
      );
      await house.add(...(backwards ? specs.reverse() : specs));
      assertImpacts(house.store.state);
      for (const n of ends) await house.close(`n${n}`);
      assertImpacts(house.store.state);
    })(),
  );
  await fc.assert(rule, { numRuns: 30 });
});

test('impact is the naive count after random histories', () =>
  inHistories({ runs: 15, length: 200 }, (house) => assertImpacts(house.store.state)));

test(
  'impact in words names the nearest of the longest chain',
  inHouse(async (house) => {
    const wait = (chunk: string, ...after: string[]) => spec(chunk, { after });
    await house.add(
      spec('root'),
      wait('a', 'root'),
      wait('b', 'a'),
      wait('c', 'b'),
      wait('d', 'c'),
      wait('x', 'root'),
    );
    const words = (n: number) => impactWords(impactOf(house.store.state, n));
    assert.deepEqual([words(0), words(2), words(4)], ['frees 5: a → b → c, …', 'frees 2: c → d', '']);
  }),
);

const queue = (house: StoreFixture): string[] => {
  const rows = new BoardIndex(house.store.state).rows({});
  return cardsOf(boardOf({ epoch: '', build: '', seq: 0, rows })).map(({ id }) => id);
};

test(
  'the queue: impact down, priority down, asked_at up, id',
  inHouse(async (house) => {
    await house.add(spec('wide'), spec('w1', { after: ['wide'] }), spec('w2', { after: ['wide'] }));
    await house.add(
      spec('first', { priority: 5 }),
      spec('second', { priority: 5 }),
      spec('low', { priority: -1 }),
    );
    await house.ask('low', 'p-low');
    house.now += 1000;
    await house.ask('first', 'b-same');
    await house.ask('first', 'a-same');
    house.now += 1000;
    await house.ask('second', 'later');
    house.now += 1000;
    await house.ask('wide', 'impact');
    assert.deepEqual(queue(house), ['impact', 'a-same', 'b-same', 'later', 'p-low']);
  }),
);

test(
  'a long chain counts half a unit per step: blocked + depth × 0.5',
  inHouse(async (house) => {
    const wait = (chunk: string, ...after: string[]) => spec(chunk, { after });
    // wide: 3 blocked + 1 deep = 3.5; deep: 3 blocked + 3 deep = 4.5; wider: 4 blocked + 1 deep = 4.5, more urgent.
    await house.add(spec('wide'), wait('a1', 'wide'), wait('a2', 'wide'), wait('a3', 'wide'));
    await house.add(spec('deep'), wait('b1', 'deep'), wait('b2', 'b1'), wait('b3', 'b2'));
    await house.add(
      spec('wider', { priority: 1 }),
      ...['c1', 'c2', 'c3', 'c4'].map((chunk) => wait(chunk, 'wider')),
    );
    for (const chunk of ['wide', 'deep', 'wider']) await house.ask(chunk, chunk);
    assert.deepEqual(queue(house), ['wider', 'deep', 'wide']);
  }),
);

test(
  'neither an edit nor an undone answer resets the waiting clock',
  inHouse(async (house) => {
    await house.add(spec('a'), spec('b'));
    await house.ask('a', 'old');
    house.now += 1000;
    await house.ask('b', 'new');
    house.now += 1000;
    await house.ask('a', 'old', { prompt: 'Changed?' });
    await house.answer('a', 'old', { version: 2, wait: 4000 });
    await house.undo('a', 'old', 2);
    assert.deepEqual(queue(house), ['old', 'new']);
  }),
);

test(
  'the start order: impact down, priority down, oldest first; only what is READY',
  inHouse(async (house) => {
    await house.add(spec('old'), spec('young'), spec('urgent', { priority: 3 }), spec('wide'));
    await house.add(
      spec('w1', { after: ['wide'] }),
      spec('asks', { priority: 9 }),
      spec('runs', { priority: 9 }),
    );
    await house.ask('asks', 'q');
    await house.start('runs');
    const order = startOrder(house.store.state).map(({ unit }) => unit.chunk);
    assert.deepEqual(order, ['wide', 'urgent', 'old', 'young']);
  }),
);
