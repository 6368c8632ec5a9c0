/** Rows of several daemons as one board: keys, numbers and names. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ChangingRows } from '../../hub/changing-rows.ts';
import { hubKey, hubRow, ownItem } from '../../hub/own-rows.ts';
import { namesOf } from '../../hub/project-names.ts';
import type { Card, Cell, Counts, Row } from '../../shared/board.ts';

const EPOCH = '0123456789abcdef';
const owner = { slug: 'api-1', epoch: EPOCH, place: { base: '/projects/api-1', may: 'all' } } as const;
const card = (id: string, chunk = 'docs') =>
  ({
    row: 'item',
    key: `item:${id}`,
    id,
    chunk,
    order: [-1, 0, 'x', id],
    prompt: 'Why?',
    options: [],
    context: [],
    seq: 1,
  }) as unknown as Card;

test('a key of the hub names the database and the row, and leads back to the item', () => {
  assert.equal(hubKey(EPOCH, 'item:a:b'), `item:${EPOCH}-a:b`);
  const row = hubRow(card('a:b'), owner);
  assert.ok(row?.row === 'item');
  assert.equal(row.key, `item:${row.id}`);
  assert.deepEqual(ownItem(row.id), { epoch: EPOCH, item: 'a:b' });
  assert.deepEqual(row.order, [-1, 0, 'x', 'a:b', 'api-1']);
  assert.equal(ownItem('a:b'), null);
});

test('what could lead to another address, or be no name, is no row', () => {
  assert.equal(hubRow(card('a', '../../sign-out?'), owner), null);
  assert.equal(hubRow(card('a b'), owner), null);
  const cell = { ...card('a'), row: 'unit', status: 'READY' } as unknown as Cell;
  assert.equal(hubRow(cell, owner)?.row, 'unit');
  assert.equal(hubRow({ ...cell, chunk: 'x/y' }, owner), null);
  assert.equal(hubRow({ ...cell, status: 'ASLEEP' } as unknown as Cell, owner), null);
  assert.equal(hubRow({ ...card('a'), options: undefined } as unknown as Card, owner), null);
  assert.equal(hubRow(card('a'), { ...owner, epoch: '../etc' }), null);
  assert.equal(hubRow({ row: 'counts', key: 'counts' } as unknown as Counts, owner), null);
});

const row = (key: string, title = '') => ({ row: 'unit', key, title }) as unknown as Row;

test('whoever holds a number learns what was put and dropped since, once each', async () => {
  const rows = new ChangingRows();
  rows.put(row('a'));
  rows.put(row('b'));
  rows.commit();
  const { seq } = rows;
  rows.drop('a');
  rows.put(row('b', 'new'));
  rows.put(row('c'));
  rows.commit();
  assert.deepEqual(rows.since(seq), { seq: seq + 1, put: [row('b', 'new'), row('c')], drop: ['a'] });
  rows.put(row('a', 'again'));
  rows.commit();
  assert.deepEqual(rows.since(seq)?.drop, []);
  assert.deepEqual(rows.since(rows.seq), { seq: rows.seq, put: [], drop: [] });
  assert.equal(rows.since(rows.seq + 1), null);
  rows.commit();
  assert.equal(rows.seq, seq + 2);
  const waiting = rows.after(rows.seq, new AbortController().signal);
  rows.drop('c');
  rows.commit();
  await waiting;
});

test('too many removals are forgotten: who knows less than that gets a snapshot', () => {
  const rows = new ChangingRows();
  const before = rows.seq;
  for (let nth = 0; nth < 6000; nth++) {
    rows.put(row(`${nth}`));
    rows.commit();
    rows.drop(`${nth}`);
    rows.commit();
  }
  assert.equal(rows.since(before), null);
  assert.equal(rows.since(rows.seq - 2)?.drop.length, 1);
});

test('projects are called by their folders, with as much of the path as tells them apart', () => {
  const project = (folder: string, machine = '') => ({ folder, machine });
  const all = [
    project('/home/me/work/api'),
    project('/home/me/old/api'),
    project('/home/me/shop'),
    project('/srv/api', 'box'),
    project('/'),
  ];
  assert.deepEqual([...namesOf(all).values()], ['work/api', 'old/api', 'shop', 'api on box', '/']);
});
