/** What a cell of the walk says, and the proof that it is so. */
import assert from 'node:assert/strict';
import type { RefusalKind } from '../../server/domain/refusal.ts';
import { findWork } from '../../server/domain/state.ts';
import { cardsOf, cellsOf, countsOf } from '../../shared/board.ts';
import type { Status } from '../../shared/words.ts';
import { refused } from '../core/store-fixture.ts';
import { UNIT, type Walk } from './walk-fixture.ts';

type Happens = (walk: Walk) => Promise<unknown>;
export type Cell = (walk: Walk, happens: Happens) => Promise<void>;

/** It is refused with this sentence, and nothing has changed. */
export const no =
  (kind: RefusalKind, message: RegExp): Cell =>
  async (walk, happens) => {
    const { seq } = walk.store.state;
    const { rows } = walk.board();
    await refused(happens(walk), kind, message);
    assert.equal(walk.store.state.seq, seq, 'a refusal changes nothing');
    assert.deepEqual(walk.board().rows, rows);
  };

/**
 * It has this status, says why, and the board shows these cards of it (`question open, conflict open`). `log` is
 * what happened to the unit, event by event; left out where the domain leaves it open.
 */
export const is =
  (status: Status, why: RegExp, cards = '', log?: string): Cell =>
  async (walk, happens) => {
    const { seq } = walk.store.state;
    await happens(walk);
    const said = walk.said(UNIT);
    assert.equal(said.status, status);
    assert.match(said.why, why);
    assertShown(walk, status, why, cards);
    if (log !== undefined) assert.equal(happenedSince(walk, seq, walk.work(UNIT).unit.id), log);
  };

function assertShown(walk: Walk, status: Status, why: RegExp, cards: string): void {
  const board = walk.board();
  const cell = cellsOf(board).find(({ chunk }) => chunk === UNIT);
  assert.equal(cell?.status, status, 'the cell of the grid says so');
  assert.match(cell?.why ?? '', why);
  const shown = cardsOf(board).filter(({ chunk }) => chunk === UNIT);
  assert.equal(shown.map(({ kind, state }) => `${kind} ${state}`).join(', '), cards);
  const counts = countsOf(board);
  // Only the unit that is walked ever asks, so what is open of it is what is open at all.
  assert.equal(counts?.items, cards.split(' open').length - 1, 'what needs the operator is counted');
  const alike = cellsOf(board).filter((each) => each.status === status).length;
  assert.equal(counts?.units[status], alike, `units that are ${status} are counted`);
}

/** It has left the board with its cards, and its name may be used again. */
export const gone =
  (log: string): Cell =>
  async (walk, happens) => {
    const { seq } = walk.store.state;
    const { id } = walk.work(UNIT).unit;
    await happens(walk);
    assert.equal(findWork(walk.store.state, UNIT), undefined);
    const board = walk.board();
    assert.deepEqual(
      [...cellsOf(board), ...cardsOf(board)].filter(({ chunk }) => chunk === UNIT),
      [],
    );
    assert.equal(countsOf(board)?.items, 0);
    assert.equal(happenedSince(walk, seq, id), log);
  };

const happenedSince = (walk: Walk, seq: number, id: number): string =>
  walk
    .log(seq)
    .filter(({ unit }) => unit === id)
    .map(({ type }) => type)
    .join(' ');
