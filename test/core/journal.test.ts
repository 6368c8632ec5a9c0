/** What the store needs of a journal, over each implementation; and the store on each. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { answer, undo } from '../../server/domain/commands/answers.ts';
import { archiveUnits } from '../../server/domain/commands/archive.ts';
import { ask } from '../../server/domain/commands/asks.ts';
import { closeUnit, removeUnit } from '../../server/domain/commands/steering.ts';
import { addUnits } from '../../server/domain/commands/units.ts';
import { reduce } from '../../server/domain/reduce.ts';
import { conflict } from '../../server/domain/refusal.ts';
import { EMPTY } from '../../server/domain/state.ts';
import { Deposed } from '../../server/store/decide-batch.ts';
import type { Batch, Journal } from '../../server/store/journal.ts';
import { openPostgres, type PostgresStorage } from '../../server/store/postgres/postgres-storage.ts';
import { Db } from '../../server/store/sqlite.ts';
import { SqliteJournal } from '../../server/store/sqlite-journal.ts';
import { Store } from '../../server/store/store.ts';
import type { Event } from '../../shared/events.ts';
import { PostgresServer, whyNoPostgres } from '../scale/postgres-server.ts';
import { until } from '../until.ts';
import { MemoryJournal, MemoryLog } from './memory-journal.ts';
import { asking, gathered, OPERATOR, refused, spec } from './store-fixture.ts';

/** One log, which any number of writers may open. */
interface Place {
  open(): Promise<Journal>;
  /** Begins a new term of leadership. null: nobody else can write. */
  readonly newTerm: (() => Promise<number>) | null;
  leave(): Promise<void>;
}
const PLACES: Readonly<Record<string, () => Promise<Place>>> = {
  SQLite: async () => {
    const folder = mkdtempSync(join(tmpdir(), 'signalbox-journal-'));
    const opened: Db[] = [];
    return {
      newTerm: null,
      open: async () => {
        const db = Db.open(join(folder, 'signalbox.db'));
        opened.push(db);
        return new SqliteJournal(db);
      },
      leave: async () => {
        for (const db of opened) db.close();
        rmSync(folder, { recursive: true, force: true });
      },
    };
  },
  PostgreSQL: async () => {
    server ??= await PostgresServer.start();
    const { ask } = server;
    const url = await server.database();
    const opened: PostgresStorage[] = [];
    return {
      newTerm: async () => {
        const [head] = await ask(url, 'update head set term = term + 1 returning term');
        return Number(head?.term);
      },
      open: async () => {
        const storage = await openPostgres(url);
        opened.push(storage);
        return storage.journal;
      },
      leave: async () => void (await Promise.all(opened.map((storage) => storage.close()))),
    };
  },
  memory: async () => {
    const log = new MemoryLog();
    return {
      newTerm: async () => ++log.term,
      open: async () => new MemoryJournal(log),
      leave: async () => {},
    };
  },
};

/** Those that others can write to. */
const SHARED: readonly string[] = ['memory', 'PostgreSQL'];

const skipped = (name: string): string | false => (name === 'PostgreSQL' ? whyNoPostgres() : false);
let server: PostgresServer | null = null;
after(() => server?.stop());

function overEach(
  what: string,
  body: (place: Place) => Promise<void>,
  names: readonly string[] = Object.keys(PLACES),
): void {
  for (const [name, make] of Object.entries(PLACES).filter(([each]) => names.includes(each)))
    test(`${name}: ${what}`, { skip: skipped(name) }, async () => {
      const place = await make();
      try {
        await body(place);
      } finally {
        await place.leave();
      }
    });
}

const numbers = async (journal: Journal, after = 0, unit?: number) =>
  (await gathered(journal.events(after, unit))).map(({ seq }) => seq);

/** The batch that adds one unit to a state. */
function adding(chunk: string, before = EMPTY, more: Partial<Batch> = {}): Batch {
  const data = spec(chunk);
  const at = '2026-01-05T09:00:00.000Z';
  const event: Event = {
    type: 'unit.added',
    unit: before.works.length,
    data,
    seq: before.seq + 1,
    at,
    by: OPERATOR,
  };
  const none = { term: null, archived: new Map(), executed: [], spent: [] };
  return { before, after: reduce(before, event), events: [event], ...none, ...more };
}
const add = (store: Store, ...chunks: string[]) =>
  store.commit(OPERATOR, (state) =>
    addUnits(
      state,
      chunks.map((chunk) => spec(chunk)),
    ),
  );
const chunksOf = ({ state }: Store) => [...state.works].map(({ unit }) => unit.chunk);

overEach('what was appended is there for whoever opens it next: events, state and keys', async (place) => {
  const executed = [{ key: 'k', digest: 'd', seq: 1, result: '{"a":1}' }];
  const batch = adding('a', EMPTY, { executed });
  assert.equal(await (await place.open()).append(batch), 'kept');
  const next = await place.open();
  assert.deepEqual([...(await next.open()).works], [...batch.after.works]);
  assert.deepEqual(await gathered(next.events(0)), batch.events);
  const { key: _, ...mutation } = executed[0]!;
  assert.deepEqual([...(await next.kept(['k', 'other']))], [['k', { ...mutation, spent: false }]]);
});

overEach('another last event than the batch knows: behind, and nothing of it is kept', async (place) => {
  const journal = await place.open();
  const first = adding('a');
  assert.equal(await journal.append(first), 'kept');
  const executed = [{ key: 'k', digest: 'd', seq: 1, result: '{}' }];
  assert.equal(await (await place.open()).append(adding('late', EMPTY, { executed })), 'behind');
  assert.deepEqual([await numbers(journal), (await journal.kept(['k'])).size], [[1], 0]);
  assert.equal(await journal.append(adding('b', first.after)), 'kept');
  assert.deepEqual(await numbers(journal), [1, 2]);
});

overEach('a key that is used up is known as such', async (place) => {
  const journal = await place.open();
  const executed = [{ key: 'k', digest: 'd', seq: 1, result: '{}' }];
  const first = adding('a', EMPTY, { executed });
  await journal.append(first);
  await journal.append(adding('b', first.after, { spent: ['k'] }));
  assert.equal((await journal.kept(['k'])).get('k')?.spent, true);
});

overEach('events after a number, of one unit, page by page, while others write', async (place) => {
  const store = await Store.open(await place.open());
  await add(store, ...Array.from({ length: 600 }, (_, nth) => `u${nth}`));
  const journal = await place.open();
  assert.deepEqual(await numbers(journal, 598), [599, 600]);
  assert.deepEqual(await numbers(journal, 0, 7), [8]);
  const seen: number[] = [];
  for await (const { seq } of journal.events(0)) {
    if (seq === 1) await add(store, 'meanwhile');
    seen.push(seq);
  }
  assert.deepEqual(
    seen.slice(0, 600),
    Array.from({ length: 600 }, (_, nth) => nth + 1),
  );
});

overEach(
  'the store: a turn is one batch, each decision sees those before it, a refusal is alone',
  async (place) => {
    const store = await Store.open(await place.open());
    let batches = 0;
    store.onChange(() => batches++);
    const no = () => {
      throw conflict('stale', 'No.');
    };
    const ends = await Promise.allSettled([
      add(store, 'a'),
      store.commit(OPERATOR, no),
      add(store, 'a'),
      add(store, 'b'),
    ]);
    assert.deepEqual(
      ends.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled', 'fulfilled'],
    );
    assert.deepEqual([chunksOf(store), batches, await numbers(await place.open())], [['a', 'b'], 1, [1, 2]]);
  },
);

overEach('the store: commits that come while a batch is being kept are the next batch', async (place) => {
  const store = await Store.open(await place.open());
  const first = add(store, 'a');
  await new Promise((resolve) => setImmediate(resolve));
  await Promise.all([first, add(store, 'b'), add(store, 'c')]);
  assert.deepEqual(
    [chunksOf(store), await numbers(await place.open())],
    [
      ['a', 'b', 'c'],
      [1, 2, 3],
    ],
  );
});

overEach('the store: two writers in turn lose nothing, and everybody is told', async (place) => {
  const [one, other] = [await Store.open(await place.open()), await Store.open(await place.open())];
  const names = Array.from({ length: 20 }, (_, nth) => [`o${nth}`, `t${nth}`] as const);
  await Promise.all(names.flatMap(([ours, theirs]) => [add(one, ours), add(other, theirs)]));
  const state = await (await place.open()).open();
  assert.deepEqual([...state.works].map(({ unit }) => unit.chunk).sort(), names.flat().sort());
  assert.deepEqual(
    await numbers(await place.open()),
    Array.from({ length: 40 }, (_, nth) => nth + 1),
  );
});

overEach(
  'the store: a key answers a repeat also in the same turn; taken back, it is spent at once',
  async (place) => {
    const store = await Store.open(await place.open());
    await add(store, 'a');
    await store.commit(OPERATOR, (state) => ask(state, asking('a', 'q')));
    const input = { chunk: 'a', item: 'q', version: 1, options: [], text: '80' };
    const once = { key: 'k', procedure: 'items.answer', input };
    const give = () =>
      store.commit(
        OPERATOR,
        (state, at) => answer(state, input, { at, release_due: '2999-01-01T00:00:00.000Z', key: 'k' }),
        once,
      );
    const [first, again] = await Promise.all([give(), give()]);
    assert.deepEqual(again, first);
    const back = store.commit(OPERATOR, (state) => undo(state, { chunk: 'a', item: 'q', version: 1 }));
    await refused(Promise.all([back, give()]), 'conflict', /taken back/);
    await refused(give(), 'conflict', /taken back/);
  },
);

/** Over each that others can write to. */
const overShared = (what: string, body: (place: Place, newTerm: () => Promise<number>) => Promise<void>) =>
  overEach(
    what,
    async (place) => {
      assert.ok(place.newTerm);
      await body(place, place.newTerm);
    },
    SHARED,
  );

overShared('a batch of a term that is over: deposed, and nothing of it is kept', async (place, newTerm) => {
  const journal = await place.open();
  const term = await newTerm();
  const first = adding('a', EMPTY, { term });
  assert.equal(await journal.append(first), 'kept');
  await newTerm();
  assert.equal(await journal.append(adding('b', first.after, { term })), 'deposed');
  assert.equal(await journal.append(adding('b', first.after)), 'kept');
  assert.deepEqual(await numbers(journal), [1, 2]);
});

overShared('the store: what others write is there by itself, and listeners are told', async (place) => {
  const [one, other] = [await Store.open(await place.open()), await Store.open(await place.open())];
  let told = 0;
  other.onChange(() => told++);
  await add(one, 'a');
  await until('the other has it', () => chunksOf(other).includes('a'));
  assert.ok(told > 0);
  await add(other, 'b');
  await until('and back', () => chunksOf(one).includes('b'));
  for (const store of [one, other]) store.close();
});

overShared(
  'the store: who no longer leads is told so, and what came with it is kept',
  async (place, newTerm) => {
    const store = await Store.open(await place.open());
    store.term = await newTerm();
    const lead = (chunk: string) => store.lead((state) => addUnits(state, [spec(chunk)]));
    await lead('a');
    await newTerm();
    const ends = await Promise.allSettled([lead('b'), add(store, 'c')]);
    assert.ok(ends[0].status === 'rejected' && ends[0].reason instanceof Deposed);
    assert.deepEqual([ends[1].status, chunksOf(store), store.leads], ['fulfilled', ['a', 'c'], false]);
    await assert.rejects(lead('d'), Deposed);
    store.close();
  },
);

overEach('a unit that leaves the state is kept as it was, and found by its name and title', async (place) => {
  const journal = await place.open();
  const store = await Store.open(journal);
  await store.commit(OPERATOR, (state) =>
    addUnits(state, [spec('api-1', { title: 'The First' }), spec('web', { title: 'A page' }), spec('api-2')]),
  );
  for (const chunk of ['api-1', 'web', 'api-2'])
    await store.commit(OPERATOR, (state) => closeUnit(state, { chunk, reason: 'enough' }));
  const before = [...store.state.works];
  const late = new Date(Date.now() + 40 * 24 * 3600 * 1000).toISOString();
  await store.commit(OPERATOR, (state) => archiveUnits(state, late));
  assert.deepEqual([...store.state.works], []);
  const archived_at = await lastAt(journal);
  for (const work of before)
    assert.deepEqual(await journal.archived(work.unit.id), { ...work, unit: { ...work.unit, archived_at } });
  const names = async (q: string, below = 9, most = 9) =>
    (await journal.findArchived({ q, before: below, most })).map(({ chunk }) => chunk);
  assert.deepEqual(await names('API'.toLowerCase()), ['api-2', 'api-1']);
  assert.deepEqual(await names('first'), ['api-1']);
  assert.deepEqual(await names('', 2), ['web', 'api-1']);
  assert.deepEqual(await names('', 9, 1), ['api-2']);
  await store.commit(OPERATOR, (state) => removeUnit(state, { chunk: 'web', unlink: false }));
  assert.deepEqual(await names(''), ['api-2', 'api-1']);
  const again = await Store.open(await place.open());
  assert.deepEqual(new Map(again.state.archive.names), new Map(store.state.archive.names));
  assert.equal(again.state.archive.count, 2);
});

async function lastAt(journal: Journal): Promise<string> {
  for await (const { at } of journal.eventsBackwards(undefined)) return at;
  return '';
}
