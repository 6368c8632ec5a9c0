/** Ways out of a state: what the operator, an agent or the clock does next, one thing at a time. */
import assert from 'node:assert/strict';
import { rivalsToAsk } from '../../server/domain/commands/conflicts.ts';
import { findWork, isGoingOut, isOpen, liveRun } from '../../server/domain/state.ts';
import { spec } from '../core/store-fixture.ts';
import { BLOCKER, UNIT, type Walk } from './walk-fixture.ts';
import { says } from './walk-steps.ts';

const isExternal = (walk: Walk): boolean => walk.work(UNIT).unit.spec.external;

async function blockerIsDone(walk: Walk): Promise<void> {
  if (!findWork(walk.store.state, BLOCKER)) await walk.add(spec(BLOCKER));
  await walk.finish(BLOCKER);
}

export const WAYS = {
  start: (walk: Walk) => {
    if (isExternal(walk)) return walk.report('started');
    const asks = rivalsToAsk(walk.store.state, walk.work(UNIT)).length > 0;
    return asks ? walk.wantToStart() : walk.start(UNIT);
  },
  end: (walk: Walk) => (isExternal(walk) ? walk.report('finished') : walk.end(UNIT)),
  answer: (walk: Walk) => says(walk, 0, walk.work(UNIT).items.find(isOpen)?.id),
  release: (walk: Walk) => walk.letGo(),
  blocker: blockerIsDone,
  time: (walk: Walk) => walk.wait(),
} as const;

export type Way = keyof typeof WAYS;

/** Takes one way, which has to change something: a success without an event would be a dead end that nobody sees. */
export async function goes(walk: Walk, way: Way): Promise<void> {
  const { seq } = walk.store.state;
  await WAYS[way](walk);
  assert.ok(walk.store.state.seq > seq, `"${way}" leads nowhere`);
}

/** What a sensible operator, a working agent or the clock would do now; null: it is DONE. */
function nextWay(walk: Walk): Way | null {
  const work = walk.work(UNIT);
  if (walk.status(UNIT) === 'DONE') return null;
  if (work.items.some(isOpen)) return 'answer';
  if (work.items.some(isGoingOut)) return 'time';
  if (liveRun(work)) return 'end';
  if (work.unit.held !== null) return 'release';
  if (work.unit.open.length > 0) return 'blocker';
  if (work.unit.retry_due !== null) return 'time';
  return 'start';
}

const LONGEST = 20;

/** Leads the unit on until it is DONE, wherever it stands. */
export async function leadToDone(walk: Walk): Promise<void> {
  const taken: Way[] = [];
  for (let way = nextWay(walk); way !== null; way = nextWay(walk)) {
    assert.ok(taken.length < LONGEST, `a dead end: ${taken.join(', ')}`);
    taken.push(way);
    await goes(walk, way);
  }
}
