/** What can happen to a unit in any state: the operator's actions, and what others and the clock bring. */
import assert from 'node:assert/strict';
import { answer } from '../../server/domain/commands/answers.ts';
import { killRun } from '../../server/domain/commands/kill.ts';
import { findWork, isDone, liveRun } from '../../server/domain/state.ts';
import type { Answer } from '../../shared/item-words.ts';
import { OPERATOR, refused, spec } from '../core/store-fixture.ts';
import { BLOCKER, MINUTE, QUESTION, RIVAL, UNDO_MS, UNIT, type Walk } from './walk-fixture.ts';

interface Step {
  /** What there has to be before the unit is added. */
  readonly before?: (walk: Walk) => Promise<unknown>;
  /** What comes to be when the unit has its state, and is no part of the step. */
  readonly between?: (walk: Walk) => Promise<unknown>;
  readonly happens: (walk: Walk) => Promise<unknown>;
}

/** What the operator says to each kind of item in these walks. */
const SAID: Readonly<Record<string, Answer>> = {
  question: { options: [], text: 'yes' },
  review: { options: ['approve'], text: '' },
  stuck: { options: [], text: 'look again' },
  conflict: { options: ['parallelize'], text: '' },
};

/** Answers an item of the unit from the page; a unit that never asked is answered without naming an item. */
export function says(walk: Walk, wait: number, id = walk.lastItem()?.id): Promise<unknown> {
  const item = walk.work(UNIT).items.find((each) => each.id === id);
  const said = SAID[item?.kind ?? 'question'] ?? { options: [], text: '' };
  const input = { chunk: UNIT, item: item?.id ?? null, version: item?.version ?? null, ...said };
  return walk.commit((state, at) => {
    const release_due = new Date(Date.parse(at) + wait).toISOString();
    return answer(state, input, { at, release_due, key: null });
  }, OPERATOR);
}

async function undoes(walk: Walk): Promise<void> {
  const before = walk.lastItem();
  await walk.undo(UNIT, before?.id ?? QUESTION, before?.version);
  const after = walk.lastItem();
  assert.deepEqual([after?.version, after?.asked_at], [2, before?.asked_at], 'as asked, in a new version');
}

async function blockerExists(walk: Walk): Promise<void> {
  if (!findWork(walk.store.state, BLOCKER)) await walk.add(spec(BLOCKER));
}

/** The unit waits for the blocker, whether or not it did so before; a unit that is DONE waits for nobody. */
async function waits(walk: Walk): Promise<void> {
  const { open } = walk.work(UNIT).unit;
  if (!open.includes(BLOCKER)) await walk.link();
  assert.ok(walk.work(UNIT).unit.open.includes(BLOCKER));
}

async function blockerIsRemoved(walk: Walk): Promise<void> {
  await waits(walk);
  const isWaiting = !isDone(walk.work(UNIT));
  if (isWaiting) await refused(walk.remove(BLOCKER), 'conflict', /^unit would wait for blocker for ever/);
  await walk.remove(BLOCKER, isWaiting);
}

async function rivalIsAtWork(walk: Walk): Promise<void> {
  await walk.add(spec(RIVAL));
  await walk.start(RIVAL);
  walk.now += MINUTE;
}

/** The operator wants it killed, and then nobody of the family is left. */
async function killed(walk: Walk): Promise<void> {
  const kill = { chunk: UNIT, run: null, next: 'hold' } as const;
  await walk.commit((state) => killRun(state, kill));
  if (liveRun(walk.work(UNIT))) await walk.end(UNIT, { exit: 'killed' });
}

export const STEPS = {
  answer: { happens: (walk) => says(walk, UNDO_MS) },
  undo: { happens: undoes },
  snooze: { happens: (walk) => walk.snooze(walk.lastItem()?.id ?? QUESTION, 60, walk.lastItem()?.version) },
  hold: { happens: (walk) => walk.hold() },
  kill: { happens: killed },
  close: { happens: (walk) => walk.close(UNIT) },
  remove: { happens: (walk) => walk.remove(UNIT) },
  retry: { happens: (walk) => walk.retry(UNIT) },
  'blocker done': {
    between: blockerExists,
    happens: async (walk) => {
      await waits(walk);
      await walk.finish(BLOCKER);
    },
  },
  'blocker removed': { between: blockerExists, happens: blockerIsRemoved },
  'conflict found': { before: rivalIsAtWork, happens: (walk) => walk.findConflict() },
  restart: { happens: (walk) => walk.restart() },
} as const satisfies Record<string, Step>;

export type StepName = keyof typeof STEPS;
export const stepOf = (name: StepName): Step => STEPS[name];
