/** The rules of runs on other machines, on a real store and with a clock that only the test moves. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, beforeEach, describe, test } from 'node:test';
import { Credentials } from '../../server/access/credentials.ts';
import {
  AGENTS,
  CARRIERS,
  OPERATORS,
  READERS,
  VIEWERS,
  whyNotCall,
  whyNotPath,
} from '../../server/access/permissions.ts';
import { claimRun, submitted } from '../../server/domain/commands/carry.ts';
import { configureExecutors } from '../../server/domain/commands/executors.ts';
import { killRun } from '../../server/domain/commands/kill.ts';
import { startRun } from '../../server/domain/commands/runs.ts';
import { executorOf } from '../../server/domain/executors.ts';
import { Refusal } from '../../server/domain/refusal.ts';
import { liveRun } from '../../server/domain/state.ts';
import { Executors } from '../../server/executors/executors.ts';
import { CarriedRuns, marginOf } from '../../server/runs/carried-runs.ts';
import { recordEnd } from '../../server/runs/record-end.ts';
import { Worktrees } from '../../server/runs/worktrees.ts';
import type { By } from '../../shared/access-words.ts';
import type { Outcome, Run } from '../../shared/words.ts';
import { DAEMON, OPERATOR, StoreFixture, spec } from './store-fixture.ts';

const BOX = {
  name: 'box',
  ssh: 'box',
  port: null,
  folder: '/work',
  room: 2,
  program: 'signalbox',
  lost_after: 60,
};
const CARRIER: By = { actor: 'carrier of run 1', role: 'carrier', door: 'cli', origin: null };
const hash = (text: string) => createHash('sha256').update(text).digest('hex');
const [ONE, OTHER] = ['1'.repeat(32), '2'.repeat(32)];
const NOTHING = hash('');

/** That this is refused, with this code. */
async function refuses(code: string, attempt: () => Promise<unknown>): Promise<void> {
  const error = await attempt().then(
    () => assert.fail('it was not refused'),
    (error: unknown) => error,
  );
  if (!(error instanceof Refusal)) throw error;
  assert.equal(error.code, code);
}

describe('a run on another machine', () => {
  let house: StoreFixture;
  let now = 0;
  let isWaiting = true;
  let carried: CarriedRuns;
  let folder = '';
  const houses: StoreFixture[] = [];
  after(() => {
    for (const each of houses) each.leave();
  });

  const log = { info: () => {}, error: (_: string, error: unknown) => assert.fail(String(error)) };
  /** As a daemon that has just started. */
  function newDaemon(): CarriedRuns {
    const { store } = house;
    const executors = new Executors({ store, log, socket: '/nowhere', folder: '/nowhere' });
    executors.isWaiting = () => isWaiting;
    const worktrees = new Worktrees({
      store,
      log,
      project: '/nowhere',
      folder: '/nowhere',
      progress: new Map(),
    });
    return new CarriedRuns({ store, project: '/nowhere', runs: folder, worktrees, executors }, () => now);
  }
  const work = () => house.work('far');
  const run = (): Run => {
    const live = liveRun(work());
    assert.ok(live, 'a live run');
    return live;
  };
  const start = (secret = 'secret') =>
    house.commit(
      (state) =>
        startRun(state, {
          unit: work().unit.id,
          marker: 'm'.repeat(32),
          token: hash(secret),
          at: '2026-01-05T09:00:00.000Z',
        }),
      DAEMON,
    );
  const call = (number = 1) => ({ unit: work().unit.id, run: number, by: CARRIER });
  const claim = (carrier = ONE, token = 'token') =>
    carried.claim(call(), { carrier, machine: 'm', token: hash(token), answers: '/a', lost_after: 60 });
  const beat = (offset: number, text: string, carrier = ONE) =>
    carried.beat(call(), { carrier, offset, bytes: Buffer.from(text).toString('base64'), answers: NOTHING });
  const end = (outcome: Outcome, size = 0, carrier = ONE) =>
    carried.end(call(), { carrier, size, outcome: outcome as { exit: 'exited'; code: number } });
  /** What the dispatcher does with what it finds. */
  async function look(): Promise<Outcome | null> {
    const found = run();
    const outcome = carried.look(found);
    if (outcome) await recordEnd(partsOf(), found, outcome, found.carrier?.id ?? null);
    return outcome;
  }
  const partsOf = () => {
    const worktrees = new Worktrees({
      store: house.store,
      log,
      project: '/',
      folder: '/',
      progress: new Map(),
    });
    return { store: house.store, runs: folder, worktrees };
  };
  const seconds = (count: number) => {
    now += count * 1000;
  };

  beforeEach(async () => {
    house = new StoreFixture();
    houses.push(house);
    folder = join(house.folder, 'runs');
    now = 1_000_000;
    isWaiting = true;
    await house.commit(
      (state) => configureExecutors(state, { digest: 'd', default: null, executors: [BOX] }),
      OPERATOR,
    );
    await house.add(spec('far', { executor: 'box', retry: { times: 3, delay: 0, on: [1] } }));
    await start();
    carried = newDaemon();
    carried.look(run());
  });

  test('is claimed once; the claim of its own carrier may come again, with the same token', async () => {
    const first = await claim();
    assert.deepEqual(await claim(), first);
    assert.deepEqual(first.command.slice(0, 2), ['/bin/sh', '-c']);
    assert.equal(first.cwd, '/work');
    await refuses('claimed', () => claim(OTHER));
    const other = { id: OTHER, machine: 'm', lost_after: 60 };
    const ref = { unit: work().unit.id, run: 1, carrier: other, token: hash('token') };
    await refuses('claimed', () => house.commit((state) => claimRun(state, ref), CARRIER));
    await refuses('claimed', () => claim(ONE, 'another token'));
    assert.equal(run().carrier?.id, ONE);
    assert.equal(run().token, hash('token'));
  });

  test('its secret speaks for the carrier, its token for the run, until it ends', async () => {
    const credentials = new Credentials(house.store);
    assert.equal(credentials.ofToken('secret')?.role, 'carrier');
    assert.equal(credentials.ofToken('token'), null);
    await claim();
    assert.equal(credentials.ofToken('token')?.role, 'agent');
    const { id } = credentials.ofToken('secret') ?? assert.fail('no secret');
    await end({ exit: 'exited', code: 0 });
    assert.match(credentials.ofToken('secret')?.invalidReason ?? '', /has ended/);
    assert.match(credentials.ofToken('token')?.invalidReason ?? '', /has ended/);
    assert.equal(credentials.isStanding({ id } as never), false);
  });

  test('a carrier may do what it is for, and nothing else; nobody else may do that', async () => {
    const credentials = new Credentials(house.store);
    const credential = credentials.ofToken('secret');
    const caller = { ...CARRIER, role: 'carrier', door: 'cli', credential } as const;
    for (const path of ['/trpc/carry.claim', '/trpc/carry.beat', '/trpc/carry.end'])
      assert.equal(whyNotPath(caller, path), null, path);
    for (const path of ['/trpc/carry.beat,units.add', '/trpc/items.ask', '/', '/work-units/far', '/metrics'])
      assert.notEqual(whyNotPath(caller, path), null, path);
    const subject = { by: CARRIER, credential, access: { readOnly: true }, store: house.store };
    const call = { path: 'carry.beat', type: 'mutation', input: async () => ({}) } as const;
    assert.equal(await whyNotCall(subject, CARRIERS, call), null);
    for (const roles of [VIEWERS, READERS, OPERATORS, AGENTS])
      assert.notEqual(await whyNotCall(subject, roles, call), null);
    for (const by of [OPERATOR, { ...CARRIER, role: 'agent' as const }])
      assert.notEqual(await whyNotCall({ ...subject, by }, CARRIERS, call), null);
  });

  test('nobody claims it: given up first, and a claim that comes later is refused', async () => {
    assert.equal(await look(), null);
    isWaiting = false;
    assert.equal((await look())?.exit, 'never-began');
    await refuses('run-ended', () => claim());
    assert.equal(house.status('far'), 'READY');
  });

  test('a claim that comes while it is being given up stands', async () => {
    isWaiting = false;
    const before = run();
    const outcome = carried.look(before);
    assert.equal(outcome?.exit, 'never-began');
    await claim();
    await recordEnd(partsOf(), before, outcome, null);
    assert.equal(run().carrier?.id, ONE);
  });

  test('silent for lost_after and its margin it is lost: a stuck item, whatever retry says', async () => {
    await claim();
    seconds(BOX.lost_after + marginOf(BOX.lost_after));
    assert.equal(await look(), null);
    seconds(1);
    assert.equal((await look())?.exit, 'lost');
    assert.equal(house.status('far'), 'NEEDS_ATTENTION');
    await refuses('run-ended', () => beat(0, 'late'));
    await refuses('run-ended', () => end({ exit: 'exited', code: 0 }));
    await refuses('not-ready', () => start('other'));
  });

  test('lost beside an open question it is stuck all the same: the answer alone starts no other run', async () => {
    await claim();
    await house.ask('far', 'q');
    seconds(200);
    assert.equal((await look())?.exit, 'lost');
    await house.answer('far', 'q');
    assert.equal(house.status('far'), 'NEEDS_ATTENTION');
  });

  test('each beat is heard; a new daemon counts silence from its own start', async () => {
    await claim();
    for (let nth = 0; nth < 5; nth++) {
      seconds(50);
      assert.equal((await beat(0, '')).go, 'on');
      assert.equal(await look(), null);
    }
    seconds(50);
    carried = newDaemon();
    assert.equal(await look(), null);
    seconds(50);
    assert.equal(await look(), null);
    seconds(50);
    assert.equal((await look())?.exit, 'lost');
  });

  test('another carrier is not heard: neither beat nor end of it counts', async () => {
    await claim();
    await refuses('claimed', () => beat(0, 'x', OTHER));
    await refuses('claimed', () => end({ exit: 'exited', code: 0 }, 0, OTHER));
    seconds(61);
    await refuses('claimed', () => claim(OTHER));
    seconds(10);
    assert.equal((await look())?.exit, 'lost');
  });

  test('what it prints stands at its place: repeats come once, and nothing is written behind a gap', async () => {
    await claim();
    assert.equal((await beat(0, 'one\n')).size, 4);
    assert.equal((await beat(0, 'one\n')).size, 4);
    assert.equal((await beat(0, 'one\ntwo\n')).size, 8);
    assert.equal((await beat(100, 'gap')).size, 8);
    assert.equal((await beat(8, 'three\n')).size, 14);
    assert.equal(readFileSync(join(folder, `${work().unit.id}-1`, 'output'), 'utf8'), 'one\ntwo\nthree\n');
  });

  test('its end counts once everything has come, and a repeat is told that it has ended', async () => {
    await claim();
    await beat(0, 'one\n');
    assert.deepEqual(await end({ exit: 'exited', code: 0 }, 8), { ended: false, size: 4 });
    await beat(4, 'two\n');
    assert.deepEqual(await end({ exit: 'exited', code: 0 }, 8), { ended: true, size: 8 });
    assert.equal(house.status('far'), 'DONE');
    await refuses('run-ended', () => end({ exit: 'exited', code: 0 }, 8));
  });

  test('killed before it is claimed it is granted to nobody; after that its carrier is told', async () => {
    await house.commit((state) => killRun(state, { chunk: 'far', run: 1, next: 'hold' }), OPERATOR);
    await refuses('run-ending', () => claim());
    assert.equal((await look())?.exit, 'killed');
    assert.equal(house.status('far'), 'BLOCKED');
  });

  test('its carrier is told of a kill, and it ends as killed', async () => {
    await claim();
    await house.commit((state) => killRun(state, { chunk: 'far', run: 1, next: 'hold' }), OPERATOR);
    assert.equal((await beat(0, '')).go, 'kill');
    await end({ exit: 'exited', code: 143 });
    assert.equal(work().runs.at(-1)?.outcome?.exit, 'killed');
  });

  test('lost while it is being killed, it is called lost, and stays held', async () => {
    await claim();
    await house.commit((state) => killRun(state, { chunk: 'far', run: 1, next: 'hold' }), OPERATOR);
    seconds(200);
    await look();
    assert.equal(work().runs.at(-1)?.outcome?.exit, 'lost');
    assert.equal(house.status('far'), 'BLOCKED');
  });

  test('what an executor calls it is recorded while it lives', async () => {
    const ref = { unit: work().unit.id, run: 1 };
    await house.commit((state) => submitted(state, { ...ref, job: '77' }), DAEMON);
    assert.equal(run().job, '77');
    await claim();
    await end({ exit: 'exited', code: 0 });
    await refuses('run-ended', () =>
      house.commit((state) => submitted(state, { ...ref, job: '78' }), DAEMON),
    );
  });

  test('an executor takes no more than it has room for', async () => {
    await house.add(spec('two', { executor: 'box' }), spec('three', { executor: 'box' }), spec('here'));
    const startOf = (chunk: string) =>
      house.commit(
        (state) =>
          startRun(state, {
            unit: house.work(chunk).unit.id,
            marker: chunk,
            token: hash(chunk),
            at: '2026-01-05T09:00:00.000Z',
          }),
        DAEMON,
      );
    await startOf('two');
    await refuses('no-slot', () => startOf('three'));
    await startOf('here');
    assert.equal(liveRun(house.work('here'))?.executor, undefined);
    assert.equal(liveRun(house.work('here'))?.token, hash('here'));
  });

  test('the default is for units that say nothing; worktrees and external units stay here', async () => {
    await house.commit(
      (state) => configureExecutors(state, { digest: 'e', default: 'box', executors: [BOX] }),
      OPERATOR,
    );
    const of = async (chunk: string, more: Parameters<typeof spec>[1]) => {
      await house.add(spec(chunk, more));
      return executorOf(house.store.state, house.work(chunk).unit);
    };
    assert.equal(await of('plain', {}), 'box');
    assert.equal(await of('local', { executor: 'local' }), null);
    assert.equal(await of('tree', { worktree: true }), null);
    assert.equal(await of('outside', { external: true }), null);
    assert.equal(await of('moon', { executor: 'moon' }), 'moon');
    assert.equal(house.status('moon'), 'BLOCKED');
  });
});
