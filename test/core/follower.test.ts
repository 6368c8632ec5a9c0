/** Every event at least once, in order, one at a time, also across restarts. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import Sqlite from 'better-sqlite3';
import { Follower, type Subscription } from '../../server/store/follower.ts';
import type { Event } from '../../shared/events.ts';
import { until } from '../until.ts';
import { inHouse, type StoreFixture, spec, turn } from './store-fixture.ts';

/** A follower that notes what it was given, and what was logged. */
class Scene {
  readonly given: string[] = [];
  readonly logged: string[] = [];
  readonly pauses: number[] = [];
  readonly follower: Follower;

  constructor(house: StoreFixture, more: Partial<Subscription> = {}, pause?: () => Promise<void>) {
    const handle = async (event: Event) => {
      this.given.push(nameOf(event));
    };
    const log = { info: () => {}, error: (where: string) => void this.logged.push(where) };
    this.follower = new Follower(
      { name: 'test', wants: ({ type }) => type === 'unit.added', handle, ...more },
      {
        store: house.store,
        db: house.db,
        log,
        pause: (ms, stopping) => {
          this.pauses.push(ms);
          return pause?.() ?? aborted(stopping);
        },
      },
    );
    this.follower.start();
  }

  has(...names: string[]): Promise<void> {
    return until(`it was given ${names}`, () => names.every((name) => this.given.includes(name)));
  }
}

const nameOf = ({ data }: Event): string => ('chunk' in data ? String(data.chunk) : '');
const aborted = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));

/** A promise, and how to resolve it. */
function settled(): { promise: Promise<void>; resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve: () => resolve() };
}

test(
  'a new name begins with the next event, and gets those that it wants, in order',
  inHouse(async (house) => {
    await house.add(spec('before'));
    const scene = new Scene(house);
    await house.add(spec('a'), spec('b'));
    await house.start('a');
    await house.add(spec('c'));
    await scene.has('c');
    await scene.follower.stop();
    assert.deepEqual(scene.given, ['a', 'b', 'c']);
    assert.equal(house.db.followedTo('test'), house.store.state.seq);
  }),
);

test(
  'the next event waits for the handler of the one before, and commits wait for nobody',
  inHouse(async (house) => {
    const first = settled();
    const given: string[] = [];
    const scene = new Scene(house, {
      handle: async (event) => {
        given.push(nameOf(event));
        if (given.length === 1) await first.promise;
      },
    });
    await house.add(spec('a'));
    await house.add(spec('b'));
    await turn();
    assert.deepEqual([given, house.db.followedTo('test')], [['a'], 0]);
    first.resolve();
    await until('b is handled', () => house.db.followedTo('test') === 2);
    assert.deepEqual(given, ['a', 'b']);
    await scene.follower.stop();
  }),
);

test(
  'after a kill it is given again what it was handling, and what happened meanwhile, and nothing else',
  inHouse(async (house) => {
    const never = settled();
    const scene = new Scene(house, {
      handle: async (event) => {
        scene.given.push(nameOf(event));
        if (nameOf(event) === 'b') await never.promise;
      },
    });
    await house.add(spec('a'), spec('b'));
    await scene.has('b');
    house.reopen();
    await house.add(spec('c'));
    const next = new Scene(house);
    await next.has('c');
    assert.deepEqual(next.given, ['b', 'c']);
    await next.follower.stop();
    // The killed one: its database is closed, so what it still does changes nothing.
    never.resolve();
    await scene.follower.stop();
  }),
);

test(
  'two names have a place each',
  inHouse(async (house) => {
    const one = new Scene(house);
    await house.add(spec('a'));
    await one.has('a');
    const other = new Scene(house, { name: 'other' });
    await house.add(spec('b'));
    await Promise.all([one.has('b'), other.has('b')]);
    assert.deepEqual([one.given, other.given], [['a', 'b'], ['b']]);
    await Promise.all([one.follower.stop(), other.follower.stop()]);
  }),
);

test(
  'a handler that fails gets the same event again, after longer and longer pauses, each of them logged',
  inHouse(async (house) => {
    let fails = 12;
    const scene = new Scene(
      house,
      {
        handle: async (event) => {
          if (nameOf(event) === 'b' && fails-- > 0) throw new Error('nobody listens');
          scene.given.push(nameOf(event));
        },
      },
      turn,
    );
    await house.add(spec('a'), spec('b'), spec('c'));
    await scene.has('c');
    await scene.follower.stop();
    assert.deepEqual(scene.given, ['a', 'b', 'c']);
    const seconds = scene.pauses.map((ms) => ms / 1000);
    assert.deepEqual(seconds, [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]);
    assert.equal(scene.logged.length, 12);
    assert.match(
      scene.logged[0] ?? '',
      /^test has handled event 1 and failed on a later one; it tries again in 1 s/,
    );
  }),
);

test(
  'stopping ends a pause at once; the event that failed comes first after the restart',
  inHouse(async (house) => {
    const scene = new Scene(house, { handle: () => Promise.reject(new Error('no')) });
    await house.add(spec('a'));
    await until('it pauses', () => scene.pauses.length === 1);
    await scene.follower.stop();
    house.reopen();
    const next = new Scene(house);
    await next.has('a');
    await next.follower.stop();
    assert.deepEqual([next.given, scene.logged.length], [['a'], 1]);
  }),
);

test(
  'a place that cannot be kept is logged and kept with the next one; events go on',
  inHouse(async (house) => {
    const scene = new Scene(house, {
      handle: async (event) => {
        scene.given.push(nameOf(event));
        if (nameOf(event) === 'a') locker.exec('begin immediate');
      },
    });
    const locker = new Sqlite(house.path);
    try {
      await house.add(spec('a'));
      await until('it could not be kept', () => scene.logged.length === 1);
      assert.match(scene.logged[0] ?? '', /its place in the log could not be kept/);
      locker.exec('rollback');
      await house.add(spec('b'));
      await until('b is kept', () => house.db.followedTo('test') === 2);
      assert.deepEqual(scene.given, ['a', 'b']);
    } finally {
      locker.close();
    }
    await scene.follower.stop();
  }),
);

test(
  'skipped events cost a write now and then, and none is read again after a stop',
  inHouse(async (house) => {
    const wanted: number[] = [];
    const wants = ({ seq }: Event) => {
      wanted.push(seq);
      return false;
    };
    const scene = new Scene(house, { wants });
    const many = 5000;
    await house.add(...Array.from({ length: many }, (_, nth) => spec(`u${nth}`)));
    await until('all were looked at', () => wanted.length === many);
    assert.equal(house.db.followedTo('test'), 4096);
    await scene.follower.stop();
    assert.equal(house.db.followedTo('test'), many);
    house.reopen();
    await house.add(spec('last'));
    const next = new Scene(house, { wants });
    await until('the last one was looked at', () => wanted.length > many);
    await next.follower.stop();
    assert.deepEqual(wanted.slice(many), [many + 1]);
  }),
);
