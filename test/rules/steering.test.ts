/** What the operator does to a unit: hold, release, prioritize, edit, link, unlink, remove. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as steer from '../../server/domain/commands/steering.ts';
import { startOrder } from '../../server/domain/start-order.ts';
import type { UnitEdit } from '../../shared/events.ts';
import { withdrawalWords } from '../../shared/reason-sentences.ts';
import { exited, inHouse, refused, type StoreFixture, spec } from '../core/store-fixture.ts';
import { sleep } from './store-commands.ts';

const hold = (house: StoreFixture, chunk: string, why = 'not yet') =>
  house.commit((state) => steer.holdUnit(state, { chunk, why }));
const letGo = (house: StoreFixture, chunk: string) =>
  house.commit((state) => steer.releaseUnit(state, { chunk }));
const prioritize = (house: StoreFixture, chunk: string, priority: number) =>
  house.commit((state) => steer.prioritizeUnit(state, { chunk, priority }));
const edit = (house: StoreFixture, chunk: string, edit: UnitEdit) =>
  house.commit((state) => steer.editUnit(state, { chunk, ...edit }));
const link = (house: StoreFixture, chunk: string, after: string) =>
  house.commit((state) => steer.linkUnit(state, { chunk, after }));
const unlink = (house: StoreFixture, chunk: string, after: string) =>
  house.commit((state) => steer.unlinkUnit(state, { chunk, after }));
const remove = (house: StoreFixture, chunk: string, unlink = false) =>
  house.commit((state) => steer.removeUnit(state, { chunk, unlink }));

// Hold and release

test(
  'a held unit is BLOCKED, says why, and does not start; released it is READY',
  inHouse(async (house) => {
    await house.add(spec('a'));
    await hold(house, 'a', 'the design is not settled');
    assert.equal(house.status('a'), 'BLOCKED');
    assert.match(house.said('a').why, /held.*the design is not settled/);
    await refused(house.start('a'), 'conflict', /Not ready/);
    assert.deepEqual(startOrder(house.store.state), []);
    await letGo(house, 'a');
    assert.equal(house.status('a'), 'READY');
  }),
);

test(
  'hold stops no run: "held after this phase", and the next phase waits',
  inHouse(async (house) => {
    await house.add(spec('a', { phases: ['PLAN', 'IMPLEMENT'] }));
    await house.start('a');
    await hold(house, 'a');
    assert.equal(house.status('a'), 'RUNNING');
    assert.match(house.said('a').why, /held after this phase/);
    await house.end('a');
    assert.deepEqual([house.status('a'), house.work('a').unit.finished], ['BLOCKED', 1]);
    house.reopen();
    assert.equal(house.status('a'), 'BLOCKED', 'also after a restart');
  }),
);

test(
  'a held unit that finishes its last phase is DONE',
  inHouse(async (house) => {
    await house.add(spec('a'));
    await house.start('a');
    await hold(house, 'a');
    await house.end('a');
    assert.equal(house.status('a'), 'DONE');
  }),
);

test(
  'a held unit still asks, and its answer does not release it',
  inHouse(async (house) => {
    await house.add(spec('a'));
    await hold(house, 'a');
    await house.ask('a', 'q');
    assert.equal(house.status('a'), 'NEEDS_ATTENTION');
    await house.answer('a', 'q');
    assert.equal(house.status('a'), 'BLOCKED');
  }),
);

// Priority

test(
  'priority decides the start order among those that free as much',
  inHouse(async (house) => {
    const order = () => startOrder(house.store.state).map(({ unit }) => unit.chunk);
    await house.add(spec('a'), spec('b'), spec('c'), spec('d', { after: ['c'] }));
    await prioritize(house, 'b', 7);
    assert.deepEqual(order(), ['c', 'b', 'a']);
    await prioritize(house, 'b', -1);
    assert.deepEqual(order(), ['c', 'a', 'b']);
  }),
);

// Edit

test(
  'an edit sets what it names and keeps the rest; asking what is so changes nothing',
  inHouse(async (house) => {
    await house.add(spec('a', { title: 'old', goal: 'goal', paths: ['src/**'] }));
    const { seq } = await edit(house, 'a', { title: 'new' });
    const { title, goal, paths } = house.work('a').unit;
    assert.deepEqual([title, goal, paths], ['new', 'goal', ['src/**']]);
    assert.equal((await edit(house, 'a', { title: 'new', goal: 'goal', paths: ['src/**'] })).seq, seq);
    const last = house.log(seq - 1)[0];
    assert.deepEqual([last?.type, last?.data], ['unit.edited', { title: 'new' }]);
  }),
);

test(
  'an empty title, goal or list of paths is an edit too',
  inHouse(async (house) => {
    await house.add(spec('a', { title: 'old', goal: 'goal', paths: ['src/**'] }));
    await edit(house, 'a', { title: '', goal: '', paths: [] });
    const { title, goal, paths } = house.work('a').unit;
    assert.deepEqual([title, goal, paths], ['', '', []]);
  }),
);

test(
  'two lists of paths that differ only in where a comma stands are different',
  inHouse(async (house) => {
    await house.add(spec('a', { paths: ['src/{a', 'b}.ts'] }));
    await edit(house, 'a', { paths: ['src/{a,b}.ts'] });
    assert.deepEqual(house.work('a').unit.paths, ['src/{a,b}.ts']);
  }),
);

// Link and unlink

test(
  'linked, a unit waits; unlinked, it is READY again, and the history says both',
  inHouse(async (house) => {
    await house.add(spec('a'), spec('b'));
    const { seq } = await link(house, 'b', 'a');
    assert.deepEqual([house.status('b'), house.said('b').why], ['BLOCKED', 'waits for a']);
    await unlink(house, 'b', 'a');
    assert.equal(house.status('b'), 'READY');
    assert.deepEqual(house.types(seq - 1), ['dependency.added', 'dependency.removed']);
  }),
);

test(
  'a link to a name that nobody has added yet is an open dependency; to a DONE unit it is met at once',
  inHouse(async (house) => {
    await house.add(spec('a'), spec('b'), spec('done'));
    await house.finish('done');
    await link(house, 'a', 'comes-later');
    assert.equal(house.status('a'), 'BLOCKED');
    await link(house, 'b', 'done');
    assert.deepEqual([house.status('b'), house.work('b').unit.met], ['READY', ['done']]);
  }),
);

test(
  'a link that closes a cycle is refused in a sentence that names it, and nothing changes',
  inHouse(async (house) => {
    await house.add(spec('a'), spec('b', { after: ['a'] }), spec('c', { after: ['b'] }));
    const { seq } = house.store.state;
    const { message } = await refused(link(house, 'a', 'c'), 'invalid', /would wait for itself/);
    for (const chunk of ['a', 'b', 'c']) assert.match(message, new RegExp(`\\b${chunk}\\b`));
    await refused(link(house, 'a', 'a'), 'invalid', /a → a/);
    assert.equal(house.store.state.seq, seq);
  }),
);

test(
  'sleep is an edge of the cycle too: a link against it is refused',
  inHouse(async (house) => {
    await house.add(spec('a'), spec('b'));
    await house.ask('a', 'q');
    await sleep(house, 'q', { until_done: 'b' });
    await refused(link(house, 'b', 'a'), 'invalid', /a → b|b → a/);
  }),
);

test(
  'a cycle may go through a name that is added later: then the adding is refused',
  inHouse(async (house) => {
    await house.add(spec('a', { after: ['later'] }));
    await refused(house.add(spec('later', { after: ['a'] })), 'invalid', /would wait for itself/);
  }),
);

test(
  'a link to a name met once, now carried by a new unit, is a new dependency',
  inHouse(async (house) => {
    await house.add(spec('a'), spec('b', { after: ['a'] }));
    await house.finish('a');
    await remove(house, 'a');
    await house.add(spec('a'));
    assert.equal(house.status('b'), 'READY', 'what was met stays met');
    await link(house, 'b', 'a');
    assert.equal(house.status('b'), 'BLOCKED');
  }),
);

// Remove

test(
  'removing a unit for which others wait is refused with their names',
  inHouse(async (house) => {
    await house.add(
      spec('a'),
      spec('b', { after: ['a'] }),
      spec('c', { after: ['a'] }),
      spec('d', { after: ['b'] }),
    );
    const { message } = await refused(remove(house, 'a'), 'conflict', /\bb\b.*\bc\b/);
    assert.ok(!/\bd\b/.test(message), 'd waits for b, not for a');
    assert.equal(house.status('a'), 'READY');
  }),
);

test(
  'asked to unlink as well, it is removed, they are unlinked in the same commit, and say so',
  inHouse(async (house) => {
    await house.add(spec('a'), spec('b', { after: ['a'] }), spec('c', { after: ['a', 'x'] }));
    const { seq } = house.store.state;
    await remove(house, 'a', true);
    assert.deepEqual(house.types(seq), ['dependency.removed', 'dependency.removed', 'unit.removed']);
    assert.deepEqual([house.status('b'), house.said('c').why], ['READY', 'waits for x']);
    await refused(edit(house, 'a', { title: 'x' }), 'not-found', /no unit called a/);
  }),
);

test(
  'removing a DONE unit changes nobody',
  inHouse(async (house) => {
    await house.add(spec('a'), spec('b', { after: ['a'] }));
    await house.finish('a');
    const before = house.work('b');
    await remove(house, 'a');
    assert.equal(house.work('b'), before);
    house.reopen();
    assert.deepEqual([house.status('b'), house.work('b').unit.met], ['READY', ['a']]);
  }),
);

test(
  'removing withdraws what the unit asked, and keeps who said what',
  inHouse(async (house) => {
    await house.add(spec('a'));
    await house.ask('a', 'q');
    await house.ask('a', 'r');
    await house.answer('a', 'r', { text: 'yes', wait: 4000 });
    await remove(house, 'a');
    assert.equal(house.item('q').withdrawal?.code, 'unit-removed');
    assert.equal(withdrawalWords(house.item('r')), 'the unit was removed; never delivered');
    assert.equal(house.item('r').answer?.text, 'yes');
  }),
);

test(
  'a removed name may be added again: a new unit, with nothing of the old',
  inHouse(async (house) => {
    await house.add(spec('a', { title: 'old' }), spec('b'));
    await house.start('a');
    await house.end('a', exited(1));
    const { id } = house.work('a').unit;
    await remove(house, 'a');
    await house.add(spec('a', { title: 'new' }));
    const { unit, runs, items, conflicts } = house.work('a');
    assert.notEqual(unit.id, id);
    assert.deepEqual([unit.title, runs, items, conflicts, house.status('a')], ['new', [], [], [], 'READY']);
    assert.equal(house.store.state.works.get(id)?.runs.length, 1, 'the old one keeps its runs');
    house.reopen();
    assert.equal(house.work('a').unit.title, 'new');
  }),
);

test(
  'close and remove are refused beside a live run, which goes on',
  inHouse(async (house) => {
    await house.add(spec('a'));
    await house.start('a');
    await refused(remove(house, 'a', true), 'conflict', /live run/);
    await refused(house.close('a'), 'conflict', /live run/);
    assert.equal(house.status('a'), 'RUNNING');
  }),
);

// What is so already, what is over, what is not there

type Act = (house: StoreFixture) => Promise<unknown>;
const TWICE: Record<string, Act> = {
  hold: (house) => hold(house, 'a'),
  release: (house) => letGo(house, 'a'),
  prioritize: (house) => prioritize(house, 'a', 3),
  edit: (house) => edit(house, 'a', { title: 't' }),
  link: (house) => link(house, 'a', 'b'),
  unlink: (house) => unlink(house, 'a', 'b'),
};

for (const [name, act] of Object.entries(TWICE))
  test(
    `${name}: asking for what is so already is a success that changes nothing`,
    inHouse(async (house) => {
      await house.add(spec('a'), spec('b'));
      await act(house);
      const { seq } = house.store.state;
      await act(house);
      assert.equal(house.store.state.seq, seq);
    }),
  );

for (const name of ['hold', 'release', 'prioritize', 'link'] as const)
  test(
    `${name}: a unit that is DONE is not steered any more`,
    inHouse(async (house) => {
      await house.add(spec('a'), spec('b'));
      await house.close('a');
      await refused(TWICE[name]?.(house) ?? Promise.resolve(), 'conflict', /a is done already/);
    }),
  );

for (const [name, act] of Object.entries({ ...TWICE, remove: (house: StoreFixture) => remove(house, 'a') }))
  test(
    `${name}: a unit that is not there is named in the refusal`,
    inHouse((house) => refused(act(house), 'not-found', /no unit called a/)),
  );
