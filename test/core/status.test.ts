import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exists, isDone, isPending } from '../../server/domain/state.ts';
import { freeSlots } from '../../server/domain/status.ts';
import { inHistories } from './random-commands.ts';
import { exited, inHouse, refused, type StoreFixture, spec, withSlots } from './store-fixture.ts';

const LATER = { wait: 4000 };
const MINUTE = 60_000;

test(
  '1. DONE when the last phase is finished',
  inHouse(async (house) => {
    await house.add(spec('a', { phases: ['PLAN', 'IMPLEMENT'] }));
    await house.start('a');
    await house.end('a');
    assert.equal(house.status('a'), 'READY');
    await house.start('a');
    await house.end('a');
    assert.equal(house.status('a'), 'DONE');
  }),
);

test(
  '1. DONE when closed, with its reason',
  inHouse(async (house) => {
    await house.add(spec('a', { after: ['b'] }));
    await house.close('a', 'not needed');
    assert.deepEqual([house.status('a'), house.said('a').why], ['DONE', 'not needed']);
  }),
);

test(
  '2. NEEDS_ATTENTION with an open item comes before RUNNING and BLOCKED',
  inHouse(async (house) => {
    await house.add(spec('a'), spec('b', { after: ['a'] }));
    await house.start('a');
    house.now += MINUTE;
    await house.ask('a', 'q');
    await house.ask('b', 'r');
    assert.deepEqual([house.status('a'), house.status('b')], ['NEEDS_ATTENTION', 'NEEDS_ATTENTION']);
    assert.equal(house.said('a').since, house.item('q').asked_at);
  }),
);

test(
  '3. RUNNING with a live run, also while an answer is going out',
  inHouse(async (house) => {
    await house.add(spec('a'));
    await house.start('a');
    assert.deepEqual([house.status('a'), house.said('a').why], ['RUNNING', '']);
    await house.ask('a', 'q');
    await house.answer('a', 'q', LATER);
    assert.deepEqual([house.status('a'), house.said('a').why], ['RUNNING', 'the answer is going out']);
  }),
);

test(
  '4. BLOCKED while a dependency is open, and it says which',
  inHouse(async (house) => {
    await house.add(spec('a'), spec('b', { after: ['a', 'nobody'] }));
    assert.deepEqual([house.status('b'), house.said('b').why], ['BLOCKED', 'waits for a, nobody']);
    await house.finish('a');
    assert.deepEqual([house.status('b'), house.said('b').why], ['BLOCKED', 'waits for nobody']);
  }),
);

test(
  '4. BLOCKED while an answer is going out and nothing runs; READY when it went out',
  inHouse(async (house) => {
    await house.add(spec('a'));
    await house.ask('a', 'q');
    await house.answer('a', 'q', { text: '80', ...LATER });
    assert.deepEqual([house.status('a'), house.said('a').why], ['BLOCKED', 'going out: 80']);
    house.now += 4000;
    await house.release();
    assert.equal(house.status('a'), 'READY');
  }),
);

test(
  '5. READY otherwise',
  inHouse(async (house) => {
    await house.add(spec('a'));
    assert.deepEqual([house.status('a'), house.said('a').why], ['READY', '']);
  }),
);

test(
  'a unit goes on when the last of its open items ends',
  inHouse(async (house) => {
    await house.add(spec('a'));
    await house.ask('a', 'q');
    await house.ask('a', 'r');
    assert.equal(house.said('a').why, '2 open items');
    await house.answer('a', 'q');
    assert.equal(house.status('a'), 'NEEDS_ATTENTION');
    await house.withdraw('a', 'r');
    assert.equal(house.status('a'), 'READY');
  }),
);

test(
  'closing withdraws what is open and what is going out, in the same commit',
  inHouse(async (house) => {
    await house.add(spec('a'));
    await house.ask('a', 'q');
    await house.ask('a', 'r');
    await house.answer('a', 'r', LATER);
    const { seq } = house.store.state;
    await house.close('a');
    assert.deepEqual(house.types(seq), ['unit.closed', 'item.withdrawn', 'item.withdrawn']);
  }),
);

test('a unit is never DONE with an open item, whatever happens', () => {
  const watch = (house: StoreFixture) => {
    for (const work of house.store.state.works)
      assert.ok(!isDone(work) || !work.items.some(isPending), `${work.unit.chunk} is done and asks`);
  };
  return inHistories({ runs: 10, length: 250, watch }, watch);
});

test('nobody waits for a unit that is DONE, whatever happens', () =>
  inHistories({ runs: 10, length: 250 }, (house) => {
    const works = [...house.store.state.works].filter(exists);
    const done = new Set(works.filter(isDone).map(({ unit }) => unit.chunk));
    for (const { unit } of works)
      assert.deepEqual(
        unit.open.filter((on) => done.has(on)),
        [],
      );
  }));

test(
  'a dependency met once stays met, and the history says so',
  inHouse(async (house) => {
    await house.add(spec('a'), spec('b', { after: ['a'] }));
    await house.finish('a');
    const { open, met } = house.work('b').unit;
    assert.deepEqual([house.status('b'), open, met], ['READY', [], ['a']]);
    house.reopen();
    assert.equal(house.status('b'), 'READY');
  }),
);

test(
  'the commit that makes a unit DONE strikes it from all that wait',
  inHouse(async (house) => {
    await house.add(spec('a'), spec('b', { after: ['a'] }), spec('c', { after: ['a', 'b'] }));
    const { seq } = await house.close('a');
    assert.deepEqual(house.types(seq - 3), ['unit.closed', 'dependency.met', 'dependency.met']);
    assert.deepEqual([house.status('b'), house.said('c').why], ['READY', 'waits for b']);
  }),
);

test(
  'a name that nobody has added yet is an open dependency, met like any other',
  inHouse(async (house) => {
    await house.add(spec('b', { after: ['a'] }));
    assert.equal(house.status('b'), 'BLOCKED');
    await house.add(spec('a'));
    assert.equal(house.status('b'), 'BLOCKED');
    await house.finish('a');
    assert.equal(house.status('b'), 'READY');
  }),
);

test(
  'a unit added after one that is DONE does not wait for it',
  inHouse(async (house) => {
    await house.add(spec('a'));
    await house.finish('a');
    await house.add(spec('b', { after: ['a'] }));
    assert.deepEqual([house.status('b'), house.work('b').unit.met], ['READY', ['a']]);
  }),
);

test(
  'a unit with a live run is not closed beside it',
  inHouse(async (house) => {
    await house.add(spec('a'));
    await house.start('a');
    await refused(house.close('a'), 'conflict', /live run \(1\)/);
    await house.end('a', exited(1));
    await house.close('a');
    await refused(house.close('a'), 'conflict', /done already/);
  }),
);

test(
  'a live run holds a slot, unless it waits for a person or the answer is still going out',
  inHouse(async (house) => {
    await house.add(spec('a'), spec('b'));
    await house.start('a', 1);
    await refused(house.start('b', 1), 'conflict', /No slot/);
    await house.ask('a', 'q');
    assert.equal(freeSlots(withSlots(house.store.state, 1)), 1);
    await house.answer('a', 'q', LATER);
    assert.equal(freeSlots(withSlots(house.store.state, 1)), 1);
    await house.start('b', 1);
    house.now += 4000;
    await house.release();
    assert.equal(freeSlots(withSlots(house.store.state, 1)), -1);
  }),
);

test(
  'nothing new starts until one too many has fallen',
  inHouse(async (house) => {
    await house.add(spec('a'), spec('b'), spec('c'));
    await house.start('a', 1);
    await house.ask('a', 'q');
    await house.start('b', 1);
    await house.answer('a', 'q');
    await house.end('b');
    await refused(house.start('c', 1), 'conflict', /No slot/);
    await house.end('a');
    await house.start('c', 1);
  }),
);

test(
  'only a READY unit starts',
  inHouse(async (house) => {
    await house.add(spec('a'), spec('b', { after: ['a'] }));
    await house.start('a');
    for (const chunk of ['a', 'b']) await refused(house.start(chunk), 'conflict', /Not ready/);
    await house.end('a');
    await refused(house.start('a'), 'conflict', /Not ready/);
  }),
);
