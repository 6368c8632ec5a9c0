/** Where somebody stands in the queue while it changes under them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  afterBoard,
  BEGINNING,
  choosing,
  turned,
  type Walk,
} from '../../client/cli/interactive/queue-walk.ts';
import { boardOf, type Card } from '../../shared/board.ts';
import { cardOf } from './card-fixture.ts';

const board = (...rows: readonly Card[]) => boardOf({ epoch: 'e', build: 'b', seq: 1, rows });
const at = (walk: Walk, ...rows: readonly Card[]) => afterBoard(walk, board(...rows));
const [a, b, c] = [cardOf('a'), cardOf('b'), cardOf('c')];

test('the first open card is shown; one that comes in before it takes no place from it', () => {
  const begun = at(BEGINNING, b, cardOf('a', { state: 'snoozed' }));
  assert.deepEqual([begun.walk.card?.id, begun.isNew, begun.notes], ['b', true, []]);
  const later = at(begun.walk, a, b);
  assert.deepEqual([later.walk.card?.id, later.isNew], ['b', false]);
  assert.deepEqual(later.notes, ['a needs you, too: Which a?']);
});

test('after a card that has gone, the one behind it comes, and around the end the first', () => {
  const middle = turned(at(BEGINNING, a, b, c).walk, 1);
  const gone = at(middle, a, c);
  assert.deepEqual([gone.walk.card?.id, gone.notes], ['c', ['b no longer waits: Which b?']]);
  assert.equal(at(gone.walk, a).walk.card?.id, 'a');
  assert.deepEqual(at(at(gone.walk, a).walk).walk.card, null);
  const snoozed = at(middle, a, cardOf('b', { state: 'snoozed' }), c);
  assert.deepEqual(snoozed.notes, ['b is snoozed: Which b?']);
});

test('a card that asks something else now is shown anew, and nothing is chosen any more', () => {
  const chosen = choosing(at(BEGINNING, a).walk, 'keep');
  assert.deepEqual(at(chosen, a).walk.chosen, ['keep']);
  const changed = at(chosen, cardOf('a', { version: 2 }));
  assert.deepEqual([changed.walk.chosen, changed.walk.card?.version, changed.isNew], [[], 2, true]);
});

test('what an agent wrote is plain in what is said of it', () => {
  const rogue = cardOf('a', { prompt: 'x\x1b]0;title\x07\n\x1b[2Jy' });
  const { notes } = at(at(BEGINNING, rogue).walk);
  assert.deepEqual(notes, ['a no longer waits: x y']);
});

test('turning goes around, and choosing again takes back where several may be chosen', () => {
  const walk = at(BEGINNING, a, b, c).walk;
  assert.equal(turned(walk, -1).card?.id, 'c');
  assert.equal(turned(turned(walk, -1), 1).card?.id, 'a');
  assert.equal(turned(BEGINNING, 1).card, null);
  const many = at(BEGINNING, cardOf('a', { multiple: true })).walk;
  const chosen = ['x', 'y', 'x'].reduce(choosing, many).chosen;
  assert.deepEqual([chosen, ['x', 'y'].reduce(choosing, walk).chosen], [['y'], ['y']]);
});
