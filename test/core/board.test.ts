import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BoardIndex } from '../../server/board/board-index.ts';
import { waitOf } from '../../server/board/board-rows.ts';
import { reduce } from '../../server/domain/reduce.ts';
import { EMPTY, type State } from '../../server/domain/state.ts';
import { type Board, boardOf, countsOf, follow, inOrder, type News } from '../../shared/board.ts';
import type { Event } from '../../shared/events.ts';
import { ONLY, type Query } from '../../shared/query.ts';
import { STATUSES, type UnitSpec } from '../../shared/words.ts';
import { inHistories } from './random-commands.ts';
import { exited, inHouse, type StoreFixture, spec } from './store-fixture.ts';

const QUERIES: readonly Query[] = [
  {},
  ...STATUSES.map((status) => ({ status: [status] })),
  { status: ['RUNNING', 'NEEDS_ATTENTION'] },
  { chunk: 'u1' },
  { kind: ['stuck'] },
  { kind: ['question', 'decision'], status: ['NEEDS_ATTENTION', 'BLOCKED'] },
  { q: 'U1' },
  { q: 'question 1' },
  { chunk: 'u3', status: ['READY', 'DONE'] },
  ...ONLY.map((only) => ({ only })),
  { only: 'units', chunk: 'u2' },
];

const snapshot = (index: BoardIndex, query: Query): Board =>
  boardOf({ epoch: 'e', build: 'b', seq: index.seq, rows: index.rows(query) });

/** What is on a board, without the numbers at which it came to look so. */
const looks = ({ rows }: Board): Map<string, unknown> =>
  new Map([...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, row]) => [key, { ...row, seq: 0 }]));

/** The state after each event; the index is the number. */
function statesOf(log: readonly Event[]): State[] {
  const states: State[] = [EMPTY];
  for (const event of log) states.push(reduce(states.at(-1) ?? EMPTY, event));
  return states;
}

const inLives = (body: (states: readonly State[], last: State) => void): Promise<void> =>
  inHistories({ runs: 5, length: 150 }, (house) => body(statesOf(house.log()), house.store.state));

/** An index that looked at these states, one after the other. */
function ranked(states: readonly State[]): BoardIndex {
  const index = new BoardIndex(EMPTY);
  for (const state of states) index.look(state);
  return index;
}

/** Whoever has the board of any number and takes what is new since then has the board of now. */
function assertCatchUp(index: BoardIndex, from: readonly State[], last: State): void {
  for (const query of QUERIES) {
    const now = looks(snapshot(new BoardIndex(last), query));
    for (const state of from) {
      const then = snapshot(new BoardIndex(state), query);
      const caught = follow(then, index.since(query, state.seq));
      assert.deepEqual(looks(caught), now, `${JSON.stringify(query)} from ${state.seq} to ${last.seq}`);
      assert.equal(caught.seq, last.seq);
    }
  }
}

test('from any number, news leads to the board of now: an index that lived through it', () =>
  inLives((states, last) => assertCatchUp(ranked(states), states, last)));

test('from any number, news leads to the board of now: an index made at the end', () =>
  inLives((states, last) => assertCatchUp(new BoardIndex(last), states, last)));

test('from any number that was shown, by an index that saw only some of the states', () =>
  inLives((states, last) => {
    const seen = states.filter(({ seq }) => seq % 7 === 3 || seq === last.seq);
    assertCatchUp(ranked(seen), seen, last);
  }));

test('who wants rows of one kind only hears of no other, not even that it has gone', () =>
  inLives((states, last) => {
    const others = { units: ['item'], items: ['unit'], counts: ['item', 'unit'] } as const;
    const index = ranked(states);
    for (const only of ONLY)
      for (const { seq } of [{ seq: -1 }, ...states]) {
        const { put, drop } = index.since({ only }, seq);
        const told = [...put.map(({ key }) => key), ...drop].map((key) => key.split(':')[0] ?? '');
        for (const other of others[only]) assert.ok(!told.includes(other), `${only} hears of an ${other}`);
        if (seq < last.seq && only === 'counts') assert.ok(told.length <= 1);
      }
  }));

test('a viewer that follows step by step always has the board of that moment', () =>
  inLives((states) => {
    const index = new BoardIndex(EMPTY);
    const boards = QUERIES.map((query) => snapshot(index, query));
    for (const state of states) {
      index.look(state);
      for (const [nth, query] of QUERIES.entries()) {
        const board = follow(boards[nth] as Board, index.since(query, state.seq - 1));
        boards[nth] = board;
        assert.deepEqual(looks(board), looks(snapshot(new BoardIndex(state), query)), `at ${state.seq}`);
      }
    }
  }));

test('who follows one item has it to its end, from any number', () =>
  inLives((states, last) => {
    const index = ranked(states);
    const ids = [...last.works].flatMap(({ items }) => items.map(({ id }) => id));
    for (const item of ids.slice(0, 20)) {
      const now = snapshot(new BoardIndex(last), { item });
      assert.equal(now.rows.size, 1);
      for (const state of states) {
        const caught = follow(snapshot(new BoardIndex(state), { item }), index.since({ item }, state.seq));
        const [row] = caught.rows.values();
        const [expected] = now.rows.values();
        assert.deepEqual([row?.row === 'item' && row.state], [expected?.row === 'item' && expected.state]);
      }
    }
  }));

test(
  'what was worked out for one moment is not told at the next',
  inHouse(async (house) => {
    await house.add(spec('a'));
    const index = new BoardIndex(house.store.state);
    assert.equal(index.since({}, 0), index.since({}, 0), 'worked out once, however many ask');
    await house.add(spec('b'));
    index.look(house.store.state);
    assert.deepEqual(keys(index.since({}, 0)).put, ['counts', 'unit:0', 'unit:1']);
  }),
);

test('there is no news since now', () =>
  inLives((states, last) => {
    for (const query of QUERIES)
      assert.deepEqual(ranked(states).since(query, last.seq), { seq: last.seq, put: [], drop: [] });
  }));

test('the counts are those of the units and open items, whatever the filter', () =>
  inLives((_, last) => {
    const all = [...snapshot(new BoardIndex(last), {}).rows.values()];
    for (const query of QUERIES) {
      const counts = countsOf(snapshot(new BoardIndex(last), query));
      for (const status of STATUSES)
        assert.equal(
          counts?.units[status],
          all.filter((row) => row.row === 'unit' && row.status === status).length,
        );
      assert.equal(counts?.items, all.filter((row) => row.row === 'item' && row.state === 'open').length);
    }
  }));

test('no two rows of a kind have the same place', () =>
  inLives((_, last) => {
    const rows = new BoardIndex(last).rows({});
    for (const kind of ['unit', 'item'] as const) {
      const sorted = rows.filter(({ row }) => row === kind).sort(inOrder);
      for (const [at, row] of sorted.entries())
        assert.ok(
          at === 0 || inOrder(sorted[at - 1] as typeof row, row) < 0,
          `${sorted[at - 1]?.key} and ${row.key}`,
        );
    }
  }));

/** `size` units in groups of ten: the last nine of each wait for the first. */
const groups = (size: number): UnitSpec[] =>
  Array.from({ length: size }, (_, n) => spec(`g${n}`, { after: n % 10 === 0 ? [] : [`g${n - (n % 10)}`] }));

const keys = ({ put, drop }: News) => ({ put: put.map(({ key }) => key).sort(), drop });

/** What one verb puts and drops on the board of everything, and on that of another chunk. */
async function newsOf(house: StoreFixture, index: BoardIndex, verb: Promise<unknown>) {
  const before = house.store.state.seq;
  await verb;
  index.look(house.store.state);
  return { all: keys(index.since({}, before)), other: index.since({ chunk: 'g990' }, before).put };
}

test(
  'with a thousand units, a change puts only what changed',
  inHouse(async (house) => {
    await house.add(...groups(1000));
    const index = new BoardIndex(house.store.state);
    assert.equal(index.rows({}).length, 1001);
    const news = (verb: Promise<unknown>) => newsOf(house, index, verb);

    const start = await news(house.start('g500'));
    assert.deepEqual(start.all, { put: ['counts', 'unit:500'], drop: [] });
    const spawned = await news(house.spawned('g500'));
    assert.deepEqual([spawned.all, spawned.other], [{ put: ['unit:500'], drop: [] }, []]);
    const ask = await news(house.ask('g500', 'q'));
    assert.deepEqual(ask.all, { put: ['counts', 'item:q', 'unit:500'], drop: [] });
    const answer = await news(house.answer('g500', 'q'));
    assert.deepEqual(answer.all, { put: ['counts', 'unit:500'], drop: ['item:q'] });
    await house.confirm('g500', 'q', 1);
    const end = await news(house.end('g500'));
    assert.equal(end.all.put.length, 11);
  }),
);

test(
  'a change of who waits puts the cards whose impact changed, and no others',
  inHouse(async (house) => {
    await house.add(...groups(1000));
    for (const chunk of ['g0', 'g10', 'g20']) await house.ask(chunk, `q-${chunk}`);
    const index = new BoardIndex(house.store.state);
    const { all } = await newsOf(house, index, house.close('g11'));
    assert.deepEqual(all.put, ['counts', 'item:q-g10', 'unit:11']);
    const late = await newsOf(house, index, house.add(spec('late', { after: ['g20'] })));
    assert.deepEqual(late.all.put, ['counts', 'item:q-g20', 'unit:1000']);
  }),
);

test(
  'a card says how long its asker waits, while the item is open and the run that asked lives',
  inHouse(async (house) => {
    await house.add(
      spec('run'),
      spec('elsewhere', { external: true, steps: [{ phase: 'IMPLEMENT', command: null }] }),
    );
    const until = '2026-01-05T09:10:00.000Z';
    await house.start('run');
    await house.ask('run', 'q', { run: 1, asker_waits: { until, after: 'here' } });
    await house.ask('elsewhere', 'e', { asker_waits: { until, after: 'here' } });
    await house.ask('elsewhere', 't', { asker_waits: { until, after: 'terminal' } });
    const said = (id: string) => {
      const work = house.store.state.works.get(id === 'q' ? 0 : 1);
      assert.ok(work);
      return waitOf(work, house.item(id));
    };
    const kept = 'An answer after that is kept until it asks again';
    assert.deepEqual(said('q'), { who: 'Agent', until, after: `${kept}, or for its next run.` });
    assert.equal(said('e')?.after, `${kept}.`);
    assert.equal(said('t')?.after, 'After that, only its terminal takes an answer.');
    await house.answer('elsewhere', 'e');
    await house.end('run', exited(1));
    for (const id of ['q', 'e']) assert.equal(said(id), null);
  }),
);
