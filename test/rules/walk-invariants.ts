/** What holds after every step, whatever the step was. */
import assert from 'node:assert/strict';
import { reduce } from '../../server/domain/reduce.ts';
import { EMPTY, exists, isDone, isOver, isPending, type State } from '../../server/domain/state.ts';
import { type Board, countsOf, type Row } from '../../shared/board.ts';
import type { Run, WorkUnit } from '../../shared/words.ts';
import type { StoreFixture } from '../core/store-fixture.ts';
import type { Walk } from './walk-fixture.ts';

/** What a state says, its indexes included: they answer for every name and id that was ever used. */
function factsOf(state: State): unknown {
  const works = [...state.works];
  const names = works.flatMap(({ unit }) => [unit.chunk, ...unit.spec.after, ...unit.open, ...unit.met]);
  const ids = works.flatMap(({ items }) => items.map(({ id }) => id));
  return {
    seq: state.seq,
    settings: state.settings,
    works,
    byChunk: names.map((name) => state.byChunk.get(name)),
    byItem: ids.map((id) => state.byItem.get(id)),
    waiting: names.map((name) => state.waiting.get(name)),
    active: state.active,
  };
}

export function assertLogTablesAndMemoryAgree(walk: StoreFixture): void {
  const memory = factsOf(walk.store.state);
  const log = walk.log();
  const numbers = log.map(({ seq }) => seq);
  assert.deepEqual(
    numbers,
    log.map((_, nth) => nth + 1),
    'the log has no gaps',
  );
  assert.deepEqual(factsOf(log.reduce(reduce, EMPTY)), memory, 'the log says what memory says');
  const tables = walk.db.state();
  assert.deepEqual(factsOf(tables), memory, 'the tables say what memory says');
}

const liveRunsOf = ({ runs }: WorkUnit): Run[] => runs.filter(({ ended_at }) => ended_at === null);

function assertOver(work: WorkUnit): void {
  const { chunk } = work.unit;
  assert.deepEqual(work.items.filter(isPending), [], `${chunk} is over and has an open item`);
  assert.deepEqual(liveRunsOf(work), [], `${chunk} is over and has a live run`);
}

/** A unit that is not over waits only for names of units that are not DONE, or that nobody has added yet. */
function assertWaits(state: State, { unit }: WorkUnit): void {
  const ended = (chunk: string) =>
    [...state.works].some((other) => other.unit.chunk === chunk && isOver(other)) &&
    ![...state.works].some((other) => other.unit.chunk === chunk && !isOver(other));
  assert.deepEqual(unit.open.filter(ended), [], `${unit.chunk} waits for what is DONE or removed`);
}

function assertRuns(state: State, work: WorkUnit): void {
  const live = liveRunsOf(work);
  assert.ok(live.length <= 1, `${work.unit.chunk} has two live runs`);
  if (live.length === 0) return;
  const beside = work.conflicts
    .filter(({ verdict }) => verdict === 'SERIALIZE')
    .flatMap((each) => state.works.get(each.with) ?? [])
    .filter((other) => liveRunsOf(other).length > 0);
  assert.deepEqual(beside, [], `${work.unit.chunk} runs beside one that it must never run beside`);
}

/** Rows as they read, whenever they came to read so. */
const readingOf = ({ rows }: Board): Row[] =>
  [...rows.values()].map((row) => ({ ...row, seq: 0 })).sort((a, b) => (a.key < b.key ? -1 : 1));

function assertBoard(walk: Walk): void {
  const board = walk.board();
  assert.deepEqual(readingOf(board), readingOf(walk.freshBoard()), 'who follows sees what who comes sees');
  const counts = countsOf(board);
  const shown = Object.values(counts?.units ?? {}).reduce((sum, each) => sum + each, 0);
  assert.equal(shown, [...walk.store.state.works].filter(exists).length, 'every unit is counted once');
}

export function assertInvariants(walk: Walk): void {
  const { state } = walk.store;
  assertLogTablesAndMemoryAgree(walk);
  for (const work of state.works) {
    if (isOver(work)) assertOver(work);
    else assertWaits(state, work);
    assertRuns(state, work);
    if (exists(work)) assert.equal(walk.status(work.unit.chunk) === 'DONE', isDone(work));
  }
  assertBoard(walk);
}
