/** PostgreSQL under load: killed, hung and restarted while callers commit. What was acknowledged is there once. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { addUnits } from '../../server/domain/commands/units.ts';
import { Refusal } from '../../server/domain/refusal.ts';
import { checkSnapshot } from '../../server/store/check-log.ts';
import type { Decide } from '../../server/store/decide-batch.ts';
import { withSnapshot } from '../../server/store/postgres/postgres-door.ts';
import { openPostgres, type PostgresStorage } from '../../server/store/postgres/postgres-storage.ts';
import { Store } from '../../server/store/store.ts';
import { gathered, OPERATOR, spec } from '../core/store-fixture.ts';
import { until } from '../until.ts';
import { PostgresServer, whyNoPostgres } from './postgres-server.ts';

const KILLS = Number(process.env.SIGNALBOX_KILLS ?? 5);
const CALLERS = 50;
/** Acknowledged between two kills, at least. */
const BETWEEN = 200;

interface Daemon {
  readonly storage: PostgresStorage;
  readonly store: Store;
}

/** Without a key, and without a look whether the unit is there: decided twice, it is there twice. */
const adding =
  (chunk: string): Decide =>
  (state) => ({ changes: [{ type: 'unit.added', unit: state.works.length, data: spec(chunk) }] });

/** Callers that add units of their own, one after the other, and note what was acknowledged. */
class Load {
  readonly acknowledged: string[] = [];
  readonly unknown: string[] = [];
  readonly errors: unknown[] = [];
  #isOver = false;
  readonly #callers: readonly Promise<void>[];

  constructor(stores: readonly Store[]) {
    this.#callers = Array.from({ length: CALLERS }, (_, nth) =>
      this.#call(stores[nth % stores.length]!, nth),
    );
  }

  async end(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#callers);
  }

  async #call(store: Store, caller: number): Promise<void> {
    for (let nth = 0; !this.#isOver; nth++) {
      const chunk = `u${caller}-${nth}`;
      try {
        await store.commit(OPERATOR, adding(chunk));
        this.acknowledged.push(chunk);
      } catch (error) {
        if (error instanceof Refusal && error.code === 'unreachable') this.unknown.push(chunk);
        else this.errors.push(error);
      }
    }
  }
}

describe('PostgreSQL under load', { skip: whyNoPostgres() }, () => {
  let server: PostgresServer;
  const opened: Daemon[] = [];
  const open = async (url: string): Promise<Daemon> => {
    const storage = await openPostgres(url);
    const daemon = { storage, store: await Store.open(storage.journal) };
    opened.push(daemon);
    return daemon;
  };
  before(async () => {
    server = await PostgresServer.start();
  });
  after(async () => {
    for (const { store, storage } of opened) {
      store.close();
      await storage.close();
    }
    await server?.stop();
  });

  test(`killed ${KILLS} times: nothing lost, nothing doubled, and two daemons agree`, async (t) => {
    const url = await server.database();
    const daemons = [await open(url), await open(url)];
    const load = new Load(daemons.map(({ store }) => store));
    const enough = async (count: number) =>
      until(`${count} are acknowledged`, () => load.acknowledged.length >= count, 120_000);
    for (let kill = 1; kill <= KILLS; kill++) {
      await enough(load.acknowledged.length + BETWEEN);
      await server.kill();
      await server.begin();
    }
    await enough(load.acknowledged.length + BETWEEN);
    await load.end();
    assert.deepEqual(load.errors, []);
    const { differences, events } = await withSnapshot(url, checkSnapshot);
    assert.deepEqual(differences, []);
    const chunks = (await gathered(daemons[0]!.storage.journal.events(0))).map(({ data }) =>
      'chunk' in data ? String(data.chunk) : '',
    );
    const kept = new Set(chunks);
    const lost = load.acknowledged.filter((chunk) => !kept.has(chunk));
    t.diagnostic(
      `${load.acknowledged.length} acknowledged, ${events} kept, ${load.unknown.length} unknown; lost ${lost.length}, doubled ${chunks.length - kept.size}`,
    );
    assert.deepEqual([lost, chunks.length - kept.size], [[], 0]);
    for (const { store } of daemons)
      await until('both know all', () => store.state.seq === events && store.state.works.length === events);
  });

  test('a server that hangs: callers wait, and are answered when it goes on', async () => {
    const url = await server.database();
    const { store } = await open(url);
    const add = (chunk: string) => store.commit(OPERATOR, (state) => addUnits(state, [spec(chunk)]));
    await add('a');
    const pids = await server.ask(url, 'select pid from pg_stat_activity where application_name = $1', [
      'signalbox',
    ]);
    // The server's processes for this daemon hang; the answer of none of them comes.
    for (const { pid } of pids) process.kill(Number(pid), 'SIGSTOP');
    const waiting = add('b');
    const first = await Promise.race([waiting.then(() => 'kept'), new Promise((go) => setTimeout(go, 1000))]);
    assert.equal(first, undefined, 'not acknowledged');
    for (const { pid } of pids) process.kill(Number(pid), 'SIGCONT');
    await waiting;
    assert.equal(store.state.seq, 2);
  });

  test('an acknowledgement that is lost on its way: kept once, also where another one has written since', async () => {
    const url = await server.database();
    const [{ store, storage }, other] = [await open(url), await open(url)];
    const write = storage.connections.write.bind(storage.connections);
    let cuts = 0;
    storage.connections.write = async (statement) => {
      const result = await write(statement);
      if (cuts++ > 0) return result;
      await other.store.commit(OPERATOR, adding('between'));
      throw Object.assign(new Error('Connection terminated'), { code: 'ECONNRESET' });
    };
    await store.commit(OPERATOR, adding('a'));
    const chunks = (await gathered(storage.journal.events(0))).map(
      ({ data }) => 'chunk' in data && data.chunk,
    );
    assert.deepEqual(chunks, ['a', 'between']);
    await until('it knows both', () => store.state.works.length === 2);
  });

  test('a follower hears of a commit within milliseconds', async (t) => {
    const url = await server.database();
    const [one, other] = [await open(url), await open(url)];
    const times: number[] = [];
    for (let nth = 0; nth < 200; nth++) {
      let heardAt = 0;
      const heard = new Promise<void>((resolve) => {
        const stop = other.store.onChange(() => {
          heardAt = performance.now();
          stop();
          resolve();
        });
      });
      await one.store.commit(OPERATOR, (state) => addUnits(state, [spec(`f${nth}`)]));
      const at = performance.now();
      await heard;
      times.push(Math.max(0, heardAt - at));
    }
    times.sort((a, b) => a - b);
    t.diagnostic(
      `p50 ${times[100]?.toFixed(1)} ms, p95 ${times[190]?.toFixed(1)} ms after the acknowledgement`,
    );
    assert.ok((times[100] ?? 0) < 100);
  });

  test('a log that ends before what was acknowledged is refused, and said so', async () => {
    const url = await server.database();
    const { store, storage } = await open(url);
    const add = (chunk: string) => store.commit(OPERATOR, (state) => addUnits(state, [spec(chunk)]));
    await add('a');
    await add('b');
    // As after a failover to a standby that was behind.
    await server.ask(url, 'delete from events where seq = 2');
    await server.ask(url, 'update head set seq = 1');
    await assert.rejects(add('c'), (error) => error instanceof Refusal && error.code === 'moved');
    assert.throws(() => storage.checkInPlace(), /ends with event 1, but its log has had 2/);
  });

  test('whoever cannot be used is said so, without a password', async () => {
    const refusedBy = async (url: string) =>
      openPostgres(url).then(
        () => assert.fail('it was opened'),
        (error: Error) => error.message,
      );
    const foreign = await server.database();
    await server.ask(foreign, 'create table theirs (a int)');
    assert.match(await refusedBy(foreign), /has tables of another program \(theirs\)/);
    const newer = await server.database();
    await open(newer);
    await server.ask(newer, "update meta set value = '99' where key = 'signalbox-schema'");
    assert.match(await refusedBy(newer), /newer Signalbox \(schema 99/);
    const absent = server.urlOf('nowhere').replace('@', ':s3cret@');
    const said = await refusedBy(absent);
    assert.match(said, /lets nobody in: database "nowhere" does not exist/);
    assert.doesNotMatch(said, /s3cret/);
  });
});
