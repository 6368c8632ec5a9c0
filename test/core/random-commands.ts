/** Commands drawn at random, each aimed at something that the state has when its turn comes. */
import fc from 'fast-check';
import { answer, undo } from '../../server/domain/commands/answers.ts';
import { ask, confirm, withdraw } from '../../server/domain/commands/asks.ts';
import { updateConfig } from '../../server/domain/commands/config.ts';
import { reportConflict, resolve, wantToStart } from '../../server/domain/commands/conflicts.ts';
import type { Decision } from '../../server/domain/commands/decision.ts';
import { killRun, type Wish } from '../../server/domain/commands/kill.ts';
import { report } from '../../server/domain/commands/reports.ts';
import { endRun, spawned, startRun } from '../../server/domain/commands/runs.ts';
import { snooze, wake } from '../../server/domain/commands/snooze.ts';
import * as steer from '../../server/domain/commands/steering.ts';
import { timePasses } from '../../server/domain/commands/time.ts';
import { addUnits } from '../../server/domain/commands/units.ts';
import { notFound, Refusal } from '../../server/domain/refusal.ts';
import { startOrder } from '../../server/domain/start-order.ts';
import {
  exists,
  isGoingOut,
  isOpen,
  isReleased,
  isSnoozed,
  liveRun,
  type State,
} from '../../server/domain/state.ts';
import { termsOf } from '../../shared/daemon-questions.ts';
import type { Item } from '../../shared/item-words.ts';
import type { Outcome, Run, UnitSpec, WorkUnit } from '../../shared/words.ts';
import { asking, exited, inHouse, NEVER_BEGAN, type StoreFixture, spec } from './store-fixture.ts';

type Verb = keyof typeof COMMANDS;

/** What to do, and three numbers by which to choose at what. */
export interface Step {
  readonly verb: Verb;
  readonly a: number;
  readonly b: number;
  readonly c: number;
}
type Aim = Step & { readonly nth: number; readonly at: string };

const OUTCOMES: readonly Outcome[] = [exited(0), exited(0), exited(1), { exit: 'vanished' }, NEVER_BEGAN];

const WISHES: readonly Wish[] = [
  { next: 'hold' },
  { next: 'hold' },
  { next: 'close', text: 'enough' },
  { next: 'remove' },
];

const COMMANDS = {
  add: (state: State, aim: Aim): Decision => addUnits(state, newSpecs(state, aim)),
  start: (state: State, { a }: Aim): Decision => {
    const { unit } = pick(startOrder(state), a);
    return startRun(state, { unit: unit.id, marker: 'm', token: 'hash', at: '2026-01-05T09:00:00.000Z' });
  },
  spawn: (state: State, { a }: Aim): Decision => {
    const { unit, number } = pick(liveRuns(state), a);
    return spawned(state, { unit, run: number, pid: a, started: 'now' });
  },
  end: (state: State, { a, b, nth, at }: Aim): Decision => {
    const { unit, number } = pick(liveRuns(state), a);
    const outcome = pick(OUTCOMES, b);
    return endRun(state, { unit, run: number, outcome, lines: 'last words', key: `stuck-${nth}`, at });
  },
  ask: (state: State, { a, b, c, nth }: Aim): Decision => {
    const run = c % 4 === 0 ? undefined : pick(liveRuns(state), a);
    const { unit } = run ? (state.works.get(run.unit) ?? pick(worksOf(state), a)) : pick(worksOf(state), a);
    const prompt = `Question ${b % 2}?`;
    return ask(state, asking(unit.chunk, `q-${nth}`, { run: run?.number ?? null, prompt }));
  },
  /** Mostly of a run that still waits: only that one may change its words. */
  askAgain: (state: State, { a, b, c, at }: Aim): Decision => {
    const waits = itemsOf(state, (item) => isOpen(item) && isLive(state, item));
    const { chunk, item } = pick(c % 4 > 0 && waits.length > 0 ? waits : itemsOf(state, () => true), a);
    const asker_waits = c % 3 === 0 ? undefined : ({ until: at, after: 'here' } as const);
    return ask(state, asking(chunk, item.id, { run: item.run, prompt: `Question ${b % 2}?`, asker_waits }));
  },
  answer: (state: State, { a, b, at, nth }: Aim): Decision => {
    const { chunk, item } = pick(itemsOf(state, isOpen), a);
    const options = optionsFor(item, b);
    const text = termsOf(item).allows_text ? 'words' : '';
    const input = { chunk, item: item.id, version: item.version, options, text };
    return answer(state, input, { at, release_due: later(at, (b % 4) * 400), key: `k-${nth}` });
  },
  snooze: (state: State, { a, b, c, at }: Aim): Decision => {
    const { chunk, item } = pick(itemsOf(state, isOpen), a);
    const until = b % 2 === 0 ? { minutes: 1 + (b % 30) } : { until_done: chunkOf(state, c) };
    return snooze(state, { chunk, item: item.id, version: item.version, ...until }, at);
  },
  wake: (state: State, { a }: Aim): Decision => {
    const { chunk, item } = pick(itemsOf(state, isSnoozed), a);
    return wake(state, { chunk, item: item.id });
  },
  undo: (state: State, { a }: Aim): Decision => {
    const { chunk, item } = pick(itemsOf(state, isGoingOut), a);
    return undo(state, { chunk, item: item.id, version: item.version });
  },
  release: (state: State, { at }: Aim): Decision => timePasses(state, at),
  confirm: (state: State, { a }: Aim): Decision => {
    const { chunk, item } = pick(itemsOf(state, isReleased), a);
    return confirm(state, { chunk, item: item.id, run: null });
  },
  withdraw: (state: State, { a }: Aim): Decision => {
    const { chunk, item } = pick(
      itemsOf(state, () => true),
      a,
    );
    return withdraw(state, { chunk, item: item.id, why: 'solved' }, 'operator');
  },
  close: (state: State, { a }: Aim): Decision =>
    steer.closeUnit(state, { chunk: pick(worksOf(state), a).unit.chunk, reason: 'enough' }),
  judge: (state: State, { a, b, c, nth }: Aim): Decision => {
    const verdict = pick(['SERIALIZE', 'ASK_OPERATOR', 'INDEPENDENT'] as const, c);
    const judgement = {
      verdict,
      confidence: (c % 10) / 10,
      code: 'reported',
      text: `reason ${c % 2}`,
    } as const;
    const pair = { chunk: chunkOf(state, a), other_chunk: chunkOf(state, b) };
    return reportConflict(
      state,
      { ...pair, ...judgement, overlapping_files: ['a.ts'], overlapping_symbols: [], overlapping_lines: '' },
      `conflict-${nth}`,
    );
  },
  want: (state: State, { a, b, c, nth }: Aim): Decision => {
    const { unit } = pick(startOrder(state), a);
    const other = pick(worksOf(state), b).unit.id;
    if (other === unit.id) throw NO_TARGET;
    const overlaps = [{ other, share: (c % 10) / 10, files: ['b.ts'] }];
    return wantToStart(state, { unit: unit.id, overlaps, key: `conflict-${nth}` });
  },
  resolve: (state: State, { a, b, c }: Aim): Decision =>
    resolve(state, {
      chunk: chunkOf(state, a),
      other_chunk: chunkOf(state, b),
      verdict: c % 2 === 0 ? 'serialize' : 'parallelize',
    }),
  config: (state: State, { a, b }: Aim): Decision =>
    updateConfig(state, a % 2 === 0 ? { max_agents: 3 + (b % 4) } : { weight: (b % 3) / 2 }),
  report: (state: State, { a, b, c, at, nth }: Aim): Decision => {
    const { unit } = pick(
      worksOf(state).filter((work) => work.unit.spec.external),
      a,
    );
    const what = pick(['started', 'started', 'finished', 'failed', 'progressed'] as const, b);
    const input = {
      chunk: unit.chunk,
      what,
      phase: 'IMPLEMENT',
      all: c % 3 === 0,
      override: c % 2 === 0,
      words: '',
    };
    return report(state, input, at, `stuck-${nth}`);
  },
  kill: (state: State, { a, b }: Aim): Decision => {
    const chunk = state.works.get(pick(liveRuns(state), a).unit)?.unit.chunk ?? '';
    const wish = pick(WISHES, b);
    return killRun(state, { chunk, run: null, ...wish });
  },
  hold: (state: State, { a, b }: Aim): Decision =>
    steer.holdUnit(state, { chunk: chunkOf(state, a), why: `reason ${b % 2}` }),
  letGo: (state: State, { a }: Aim): Decision => steer.releaseUnit(state, { chunk: chunkOf(state, a) }),
  prioritize: (state: State, { a, b }: Aim): Decision =>
    steer.prioritizeUnit(state, { chunk: chunkOf(state, a), priority: b % 3 }),
  edit: (state: State, { a, b }: Aim): Decision =>
    steer.editUnit(state, { chunk: chunkOf(state, a), title: `title ${b % 3}` }),
  link: (state: State, { a, b }: Aim): Decision =>
    steer.linkUnit(state, { chunk: chunkOf(state, a), after: chunkOf(state, b) }),
  unlink: (state: State, { a, b }: Aim): Decision => {
    const { unit } = pick(
      worksOf(state).filter((work) => work.unit.open.length > 0),
      a,
    );
    return steer.unlinkUnit(state, { chunk: unit.chunk, after: pick(unit.open, b) });
  },
  remove: (state: State, { a, b }: Aim): Decision =>
    steer.removeUnit(state, { chunk: chunkOf(state, a), unlink: b % 2 === 0 }),
  retry: (state: State, { a, at }: Aim): Decision => {
    const { chunk } = pick(
      itemsOf(state, ({ kind }) => kind === 'stuck'),
      a,
    );
    return steer.retryUnit(state, { chunk, at, release_due: at, key: null });
  },
} as const;

/** How often each is drawn. */
const WEIGHTS: Record<Verb, number> = {
  add: 4,
  start: 8,
  spawn: 2,
  end: 6,
  ask: 5,
  askAgain: 3,
  answer: 8,
  snooze: 3,
  wake: 1,
  undo: 2,
  release: 4,
  confirm: 1,
  withdraw: 1,
  close: 1,
  judge: 5,
  want: 3,
  resolve: 4,
  config: 1,
  report: 4,
  kill: 1,
  hold: 2,
  letGo: 2,
  prioritize: 1,
  edit: 1,
  link: 2,
  unlink: 1,
  remove: 1,
  retry: 1,
};
const VERBS = (Object.keys(WEIGHTS) as Verb[]).flatMap((verb) => Array<Verb>(WEIGHTS[verb]).fill(verb));

/**
 * The same histories each time, so that a red run is red again; `SIGNALBOX_SEED=new` draws others (`npm run
 * test:random`), `SIGNALBOX_SEED=NUMBER` those of a report.
 */
const seed = process.env.SIGNALBOX_SEED ?? '20261122';
const SEED = seed === 'new' ? {} : { seed: Number(seed) };

/** Random histories, each in a house of its own. The number in a report draws the same history again. */
export const inHistories = (
  { runs, length, watch = () => {} }: { runs: number; length: number; watch?: (house: StoreFixture) => void },
  body: (house: StoreFixture, refusals: readonly Refusal[]) => unknown,
): Promise<void> => {
  const history = fc.asyncProperty(fc.noShrink(fc.integer()), (seed) =>
    inHouse(async (house) => {
      house.store.onChange(() => watch(house));
      await body(house, await live(house, steps(seed, length)));
    })(),
  );
  return fc.assert(history, { numRuns: runs, includeErrorInReport: true, ...SEED });
};

function steps(seed: number, length: number): Step[] {
  const next = numbers(seed);
  return Array.from({ length }, () => {
    const verb = VERBS[next() % VERBS.length] ?? 'add';
    return { verb, a: next(), b: next(), c: next() };
  });
}

/** Mulberry32, a public-domain generator by Tommy Ettinger. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % 10_000;
  };
}

/** Does it all, some of it in the same turn. Returns what the commands refused; any other error is thrown. */
async function live(house: StoreFixture, history: readonly Step[]): Promise<Refusal[]> {
  const refusals: Refusal[] = [];
  let turn: Promise<unknown>[] = [];
  for (const [nth, step] of history.entries()) {
    house.now += step.c % 700;
    turn.push(attempt(house, step, nth));
    if (step.c % 5 > 0) continue;
    refusals.push(...refusalsIn(await Promise.allSettled(turn)));
    turn = [];
  }
  return [...refusals, ...refusalsIn(await Promise.allSettled(turn))];
}

function attempt(house: StoreFixture, step: Step, nth: number): Promise<unknown> {
  const once = { key: `k-${nth}`, procedure: step.verb, input: step };
  return house.commit((state, at) => COMMANDS[step.verb](state, { ...step, nth, at }), undefined, once);
}

/** Not a word of any command: there was nothing to aim at. */
const NO_TARGET = notFound('There is nothing to do that to.');

function refusalsIn(ends: readonly PromiseSettledResult<unknown>[]): Refusal[] {
  const reasons: unknown[] = ends.filter((end) => end.status === 'rejected').map(({ reason }) => reason);
  return reasons.filter((reason): reason is Refusal => {
    if (!(reason instanceof Refusal)) throw reason;
    return reason !== NO_TARGET;
  });
}

/** One or two units that wait for some that exist and perhaps for a name that comes later, or never. */
function newSpecs(state: State, { a, b, c }: Aim): UnitSpec[] {
  const next = state.works.length;
  const names = [next - 1 - (a % 9), next - 1 - (b % 5), next + 1 + (b % 3)];
  const after = names.filter((n, i) => n >= 0 && ((c >> i) & 1) === 1).map((n) => `u${n}`);
  const phases = b % 3 === 0 ? ['PLAN', 'IMPLEMENT'] : ['IMPLEMENT'];
  const more: Partial<UnitSpec> = {
    external: c % 7 === 0,
    review: a % 4 === 0 ? ['IMPLEMENT'] : [],
    retry: b % 4 === 0 ? { times: 2, delay: 1, on: [1] } : null,
    time_limit: c % 5 === 0 ? 1 : null,
  };
  const first = spec(`u${next + (a % 2)}`, { after: [...new Set(after)], phases, priority: c % 3, ...more });
  return b % 2 === 0 ? [first] : [first, spec(`v${next}`, { after: [first.chunk] })];
}

/** Something that the item takes; sometimes the way out. */
function optionsFor(item: Item, by: number): string[] {
  if (item.kind === 'stuck' && by % 3 === 0 && termsOf(item).allows_text) return ['close'];
  return item.kind === 'question' || (item.kind === 'stuck' && termsOf(item).allows_text)
    ? []
    : [pick(termsOf(item).offered, by)];
}

const worksOf = (state: State): WorkUnit[] => [...state.works].filter(exists);
const chunkOf = (state: State, by: number): string => pick(worksOf(state), by).unit.chunk;
const liveRuns = (state: State): Run[] => worksOf(state).flatMap((work) => liveRun(work) ?? []);
const isLive = (state: State, { unit, run }: Item): boolean => {
  const work = state.works.get(unit);
  return work !== undefined && liveRun(work)?.number === run;
};
const itemsOf = (state: State, like: (item: Item) => boolean): { chunk: string; item: Item }[] =>
  worksOf(state).flatMap(({ unit, items }) =>
    items.filter(like).map((item) => ({ chunk: unit.chunk, item })),
  );
const later = (at: string, ms: number): string => new Date(Date.parse(at) + ms).toISOString();

function pick<T>(from: readonly T[], by: number): T {
  const found = from[by % from.length];
  if (found === undefined) throw NO_TARGET;
  return found;
}
