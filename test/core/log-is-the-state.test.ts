import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reduce } from '../../server/domain/reduce.ts';
import { EMPTY, type State } from '../../server/domain/state.ts';
import type { Event } from '../../shared/events.ts';
import { inHistories } from './random-commands.ts';
import { inHouse, type StoreFixture, spec } from './store-fixture.ts';

/** What a state says, its indexes included: they answer for every name and id that was ever used. */
function factsOf(state: State): unknown {
  const works = [...state.works];
  const names = [...new Set(works.flatMap(({ unit }) => [unit.chunk, ...unit.spec.after]))];
  const ids = works.flatMap(({ items }) => items.map(({ id }) => id));
  return {
    seq: state.seq,
    settings: state.settings,
    works,
    byChunk: names.map((name) => [name, state.byChunk.get(name)]),
    byItem: ids.map((id) => [id, state.byItem.get(id)]),
    waiting: names.map((name) => [name, state.waiting.get(name)]),
    active: state.active,
  };
}

function assertAllAgree(house: StoreFixture): void {
  const memory = factsOf(house.store.state);
  const log = house.log();
  assert.deepEqual(factsOf(log.reduce(reduce, EMPTY)), memory);
  assert.deepEqual(factsOf(house.db.state()), memory);
  assert.deepEqual(
    log.map(({ seq }) => seq),
    log.map((_, nth) => nth + 1),
  );
}

test('log, tables and memory agree after a thousand random commands, and after a restart', async () => {
  const happened = new Set<string>();
  await inHistories({ runs: 8, length: 1000 }, (house, refusals) => {
    assert.ok(
      house.store.state.seq > 200,
      `only ${house.store.state.seq} events, ${refusals.length} refused`,
    );
    for (const type of house.types()) happened.add(type);
    assertAllAgree(house);
    const before = factsOf(house.store.state);
    const { epoch } = house.store;
    house.reopen();
    assertAllAgree(house);
    assert.deepEqual(factsOf(house.store.state), before);
    assert.equal(house.store.epoch, epoch);
  });
  assert.deepEqual(
    ALL.filter((type) => !happened.has(type)),
    [],
  );
});

/** Every type of event: what never happens in the test above is not guarded by it. */
const ALL: readonly Event['type'][] = [
  'config.updated',
  'unit.added',
  'unit.closed',
  'unit.edited',
  'unit.held',
  'unit.released',
  'unit.prioritized',
  'unit.removed',
  'dependency.added',
  'dependency.removed',
  'dependency.met',
  'phase.finished',
  'conflict.judged',
  'conflict.noted',
  'retry.scheduled',
  'retry.due',
  'run.started',
  'run.spawned',
  'run.killing',
  'run.ended',
  'item.asked',
  'item.attached',
  'item.snoozed',
  'item.woke',
  'item.changed',
  'item.awaited',
  'item.answered',
  'item.reopened',
  'item.released',
  'item.delivered',
  'item.withdrawn',
];

test('an item is sent or withdrawn, never both, and only what was answered is sent', () =>
  inHistories({ runs: 12, length: 300 }, (house) => {
    for (const { items } of house.store.state.works)
      for (const item of items) {
        assert.ok(item.withdrawal === null || !item.answer?.released_at, `${item.id} sent and withdrawn`);
        assert.ok(item.delivery === null || Boolean(item.answer?.released_at), `${item.id} got, not sent`);
      }
  }));

test(
  'a restart goes on with the next number',
  inHouse(async (house) => {
    await house.add(spec('a'));
    house.reopen();
    assert.equal((await house.add(spec('b'))).seq, 2);
  }),
);

test('an event that does not follow, or is about no unit, is never folded', () => {
  const by = { actor: 'x', role: 'daemon', door: 'daemon', origin: null } as const;
  const closed = (seq: number): Event => ({
    type: 'unit.closed',
    unit: 0,
    data: { code: 'operator', text: '' },
    seq,
    at: '',
    by,
  });
  assert.throws(() => reduce(EMPTY, closed(2)), /does not follow/);
  assert.throws(() => reduce(EMPTY, closed(1)), /never added/);
});
