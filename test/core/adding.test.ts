import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { readPlan } from '../../server/daemon/read-plan.ts';
import { cycleThrough } from '../../server/domain/cycle.ts';
import { impactOf } from '../../server/domain/impact.ts';
import { Refusal } from '../../server/domain/refusal.ts';
import { EMPTY } from '../../server/domain/state.ts';
import type { Problem } from '../../server/system/problem.ts';
import type { UnitSpec } from '../../shared/words.ts';
import { inHouse, refused, type StoreFixture, spec } from './store-fixture.ts';

const chunks = (house: StoreFixture) => [...house.store.state.works].map(({ unit }) => unit.chunk);

test(
  'a plan is added whole',
  inHouse(async (house) => {
    const { result, seq } = await house.add(spec('a'), spec('b', { after: ['a'] }));
    assert.deepEqual([result, seq, chunks(house)], [{ chunks: ['a', 'b'] }, 2, ['a', 'b']]);
  }),
);

test(
  'or not at all',
  inHouse(async (house) => {
    await house.add(spec('a'));
    await refused(
      house.add(spec('b'), spec('a', { goal: 'other' }), spec('c')),
      'conflict',
      /^a: .*other facts/,
    );
    assert.deepEqual([chunks(house), house.store.state.seq], [['a'], 1]);
  }),
);

test(
  'equal facts: nothing happens, and it is a success',
  inHouse(async (house) => {
    const plan = [spec('a', { env: ['X', 'Y'] }), spec('b', { after: ['a', 'z'] })];
    await house.add(...plan);
    await house.finish('a');
    const { seq } = house.store.state;
    const shuffled = [spec('b', { after: ['z', 'a'] }), spec('a', { env: ['Y', 'X'] })];
    const again = await house.add(...shuffled);
    assert.deepEqual([again.seq, again.result, chunks(house)], [seq, { chunks: ['b', 'a'] }, ['a', 'b']]);
  }),
);

test(
  'a plan that has grown adds what is new',
  inHouse(async (house) => {
    await house.add(spec('a'));
    await house.add(spec('a'), spec('b'));
    assert.deepEqual(house.types(), ['unit.added', 'unit.added']);
  }),
);

const other: Record<string, Partial<UnitSpec>> = {
  title: { title: 'T' },
  goal: { goal: 'G' },
  command: { steps: [{ phase: 'IMPLEMENT', command: 'x' }] },
  phase: { steps: [{ phase: 'PLAN', command: 'do IMPLEMENT' }] },
  dependencies: { after: ['z'] },
  environment: { env: ['X'] },
  priority: { priority: 1 },
};
for (const [what, facts] of Object.entries(other))
  test(
    `another ${what} is another fact`,
    inHouse(async (house) => {
      await house.add(spec('a'));
      await refused(house.add(spec('a', facts)), 'conflict', /other facts/);
    }),
  );

test(
  'the same chunk twice in one plan: equal once, different refused',
  inHouse(async (house) => {
    await house.add(spec('a'), spec('a'));
    assert.deepEqual(chunks(house), ['a']);
    await refused(house.add(spec('b'), spec('b', { goal: 'other' })), 'conflict', /^b: /);
  }),
);

test(
  'two plans in the same turn: the second finds what the first added',
  inHouse(async (house) => {
    await Promise.all([house.add(spec('a'), spec('b')), house.add(spec('b'), spec('c'))]);
    assert.deepEqual(chunks(house), ['a', 'b', 'c']);
  }),
);

test(
  'a cycle is refused in a sentence that names it',
  inHouse(async (house) => {
    const plan = [
      spec('x'),
      spec('a', { after: ['x', 'b'] }),
      spec('b', { after: ['c'] }),
      spec('c', { after: ['a'] }),
    ];
    const { field } = await refused(house.add(...plan), 'invalid', /^a → b → c → a would wait for itself/);
    assert.deepEqual([field, chunks(house)], ['after', []]);
  }),
);

test(
  'a unit that waits for itself is a cycle',
  inHouse(async (house) => {
    await refused(house.add(spec('a', { after: ['a'] })), 'invalid', /^a → a would wait/);
  }),
);

test(
  'a cycle that closes through a name added later is refused',
  inHouse(async (house) => {
    await house.add(spec('a', { after: ['b'] }));
    await house.add(spec('b', { after: ['c'] }));
    await refused(house.add(spec('c', { after: ['a'] })), 'invalid', /^c → a → b → c would wait/);
    await house.add(spec('c'));
  }),
);

test(
  'what is DONE or met waits for nothing, so it closes no cycle',
  inHouse(async (house) => {
    await house.add(spec('a', { after: ['b'] }));
    await house.close('a');
    await house.add(spec('b', { after: ['a'] }));
    assert.equal(house.status('b'), 'READY');
  }),
);

/** A cycle through `start`, read the naive way. */
function isInCircle(start: string, waitsFor: ReadonlyMap<string, readonly string[]>): boolean {
  const seen = new Set<string>();
  const reaches = (chunk: string): boolean =>
    (waitsFor.get(chunk) ?? []).some((next) => {
      if (next === start) return true;
      if (seen.has(next)) return false;
      seen.add(next);
      return reaches(next);
    });
  return reaches(start);
}

test('a unit is refused exactly when a cycle would go through it', async () => {
  const after = fc.uniqueArray(fc.nat(9), { maxLength: 3 });
  const order = fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], { minLength: 10 });
  const rule = fc.asyncProperty(order, fc.array(after, { minLength: 10, maxLength: 10 }), (names, all) =>
    inHouse(async (house) => {
      const waitsFor = new Map<string, readonly string[]>();
      for (const n of names) {
        const mine = (all[n] ?? []).map((other) => `n${other}`);
        const closes = isInCircle(`n${n}`, new Map(waitsFor).set(`n${n}`, mine));
        const [end] = await Promise.allSettled([house.add(spec(`n${n}`, { after: mine }))]);
        assert.equal(end.status === 'rejected', closes);
        if (end.status === 'rejected') assertCircle(end.reason, new Map(waitsFor).set(`n${n}`, mine));
        else waitsFor.set(`n${n}`, mine);
      }
    })(),
  );
  await fc.assert(rule, { numRuns: 60 });
});

/** The sentence names a true cycle: each waits for the next. */
function assertCircle(reason: unknown, waitsFor: ReadonlyMap<string, readonly string[]>): void {
  assert.ok(reason instanceof Refusal);
  const cycle = reason.message.split(' would ')[0]?.split(' → ') ?? [];
  assert.equal(cycle[0], cycle.at(-1));
  for (const [at, chunk] of cycle.slice(0, -1).entries())
    assert.ok(waitsFor.get(chunk)?.includes(cycle[at + 1] ?? ''), reason.message);
}

test('each unit is looked at once, however many ways lead to it', () => {
  let looks = 0;
  const seen = (facts: UnitSpec): UnitSpec => ({
    ...facts,
    get after() {
      looks++;
      return facts.after;
    },
  });
  const rung = (n: number) => (n === 0 ? [] : [`l${n - 1}`, `r${n - 1}`]);
  const ladder = Array.from({ length: 14 }, (_, n) => [
    seen(spec(`l${n}`, { after: rung(n) })),
    seen(spec(`r${n}`, { after: rung(n) })),
  ]).flat();
  assert.equal(cycleThrough(EMPTY, ladder.reverse()), null);
  assert.equal(looks, ladder.length);
});

test(
  'a chain of ten thousand is added, ranked and kept from closing',
  inHouse(async (house) => {
    const length = 10_000;
    const chain = Array.from({ length }, (_, n) =>
      spec(`c${n}`, { after: [n === 0 ? 'start' : `c${n - 1}`] }),
    );
    await house.add(...chain);
    await refused(
      house.add(spec('start', { after: [`c${length - 1}`] })),
      'invalid',
      /would wait for itself/,
    );
    await house.add(spec('start'));
    const { blocked, chain: longest } = impactOf(house.store.state, length);
    assert.deepEqual([blocked, longest.length, longest[0], longest.at(-1)], [length, length, 'c0', 'c9999']);
    await house.close('start');
    assert.deepEqual([house.status('c0'), house.status('c1')], ['READY', 'BLOCKED']);
  }),
);

const written = (house: StoreFixture, text: string): string => {
  const path = join(house.folder, 'plan.json');
  writeFileSync(path, text);
  return path;
};
const planOf = (house: StoreFixture, ...units: unknown[]) =>
  readPlan(written(house, JSON.stringify({ units })));

test(
  'a plan is read as people write it: what is left out is filled in',
  inHouse((house) => {
    assert.deepEqual(planOf(house, { chunk: 'a', command: 'make' }), [
      {
        chunk: 'a',
        title: '',
        goal: '',
        steps: [{ phase: 'IMPLEMENT', command: 'make' }],
        agent: null,
        after: [],
        env: [],
        priority: 0,
        paths: [],
        external: false,
        review: [],
        retry: null,
        time_limit: null,
        worktree: null,
        base: null,
        merge: null,
      },
    ]);
  }),
);

test(
  'the keys of a map of commands are the phases, in order',
  inHouse((house) => {
    const [read] = planOf(house, { chunk: 'a', commands: { ZEBRA: '1', PLAN: '2', ALPHA: '3' } });
    assert.deepEqual(
      read?.steps.map(({ phase }) => phase),
      ['ZEBRA', 'PLAN', 'ALPHA'],
    );
  }),
);

test(
  'a name said twice is one dependency',
  inHouse(async (house) => {
    await house.add(...planOf(house, { chunk: 'b', command: 'x', after: ['a', 'a'], env: ['E', 'E'] }));
    assert.deepEqual(house.work('b').unit.spec.after, ['a']);
    assert.deepEqual(house.store.state.waiting.get('a'), [0]);
  }),
);

const mistakes: [unknown, RegExp][] = [
  [{ chunk: 'A', command: 'x' }, /units\.0\.chunk: A chunk is a lower-case/],
  [{ chunk: 'a' }, /command: Give one of "command", "commands"/],
  [{ chunk: 'a', command: 'x', commands: { PLAN: 'x' } }, /Give one of/],
  [{ chunk: 'a', commands: { plan: 'x' } }, /plan/],
  [{ chunk: 'a', command: 'x', comand: 'y' }, /comand/],
  [{ chunk: 'a', command: 'x', after: ['B!'] }, /units\.0\.after\.0/],
  [{ chunk: 'a', command: 'x', env: ['1X'] }, /units\.0\.env\.0/],
  [{ chunk: 'a', command: 'x', priority: 1.5 }, /units\.0\.priority/],
];
for (const [unit, message] of mistakes)
  test(
    `a plan with ${JSON.stringify(unit)} is refused in a sentence that names file and field`,
    inHouse((house) => {
      const problem = problemOf(() => planOf(house, unit));
      assert.match(problem.message, message);
      assert.match(problem.message, /plan\.json/);
      assert.equal(problem.exitCode, 65);
    }),
  );

test(
  'a plan that is missing, empty or no JSON is named as such',
  inHouse((house) => {
    assert.match(
      problemOf(() => readPlan(join(house.folder, 'nowhere.json'))).message,
      /cannot be read \(ENOENT\)/,
    );
    assert.match(problemOf(() => readPlan(written(house, '{'))).message, /is not JSON/);
    assert.match(problemOf(() => planOf(house)).message, /at least one unit/);
  }),
);

function problemOf(attempt: () => unknown): Problem {
  let problem: unknown;
  assert.throws(attempt, (error) => {
    problem = error;
    return true;
  });
  return problem as Problem;
}
