/** Who has signed in, and until when: the rules by themselves, on a clock that only the test moves. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Credentials } from '../../server/access/credentials.ts';
import { hashOf } from '../../server/access/secret.ts';
import { SignInLinks } from '../../server/access/sign-in-links.ts';
import { addToken, endSessions, openSession, renewSession } from '../../server/domain/commands/access.ts';
import { endRun, startRun } from '../../server/domain/commands/runs.ts';
import { addUnits } from '../../server/domain/commands/units.ts';
import { DAEMON, exited, inHouse, OPERATOR, type StoreFixture, spec } from './store-fixture.ts';

const DAY = 24 * 3600 * 1000;

const credentialsOf = (house: StoreFixture) => new Credentials(house.store, () => new Date(house.now));
const open = (house: StoreFixture, name: string) =>
  house.store.commit(OPERATOR, (state, at) => openSession(state, { id: name, hash: hashOf(name) }, at));
const renew = (house: StoreFixture, id: string) =>
  house.store.commit(OPERATOR, (state, at) => renewSession(state, { id }, at));

test(
  'a session lasts 30 days from its last use, and a restart ends none',
  inHouse(async (house) => {
    await open(house, 'one');
    await open(house, 'two');
    house.now += 29 * DAY;
    await renew(house, 'one');
    house.now += 2 * DAY;
    house.reopen();
    const credentials = credentialsOf(house);
    assert.equal(credentials.ofSession('one')?.invalidReason, null);
    assert.match(credentials.ofSession('two')?.invalidReason ?? '', /30 days/);
    assert.equal(credentials.ofSession('nobody'), null);
    await open(house, 'three');
    assert.deepEqual(
      house.store.state.sessions.map(({ id }) => id),
      ['one', 'three'],
      'what has expired is gone',
    );
  }),
);

test(
  'a session that is used is renewed once a day, not at every look',
  inHouse(async (house) => {
    await open(house, 'one');
    const { seq } = house.store.state;
    house.now += DAY - 1;
    assert.equal((await renew(house, 'one')).seq, seq);
    house.now += 1;
    assert.equal((await renew(house, 'one')).seq, seq + 1);
    assert.equal((await renew(house, 'one')).seq, seq + 1);
    assert.equal((await renew(house, 'nobody')).seq, seq + 1);
  }),
);

test(
  'a hundred browsers are signed in at most: the oldest makes room',
  inHouse(async (house) => {
    for (let nth = 0; nth <= 100; nth++) await open(house, `browser-${nth}`);
    const { sessions } = house.store.state;
    assert.equal(sessions.length, 100);
    assert.equal(sessions[0]?.id, 'browser-1');
  }),
);

test(
  'signing out ends one session, or all of them',
  inHouse(async (house) => {
    for (const name of ['one', 'two', 'three']) await open(house, name);
    await house.store.commit(OPERATOR, (state) => endSessions(state, { id: 'two' }));
    assert.equal(house.store.state.sessions.length, 2);
    await house.store.commit(OPERATOR, (state) => endSessions(state, {}));
    assert.equal(house.store.state.sessions.length, 0);
  }),
);

test(
  'the token of a run is good until the commit that ends the run, over restarts',
  inHouse(async (house) => {
    await house.store.commit(OPERATOR, (state) => addUnits(state, [spec('one')]));
    await house.store.commit(DAEMON, (state) =>
      startRun(state, { unit: 0, marker: 'm', token: hashOf('of run 1'), at: '2026-01-05T09:00:00.000Z' }),
    );
    const before = credentialsOf(house).ofToken('of run 1');
    assert.deepEqual([before?.role, before?.unit, before?.run, before?.invalidReason], ['agent', 0, 1, null]);
    house.reopen();
    const credentials = credentialsOf(house);
    const after = credentials.ofToken('of run 1');
    assert.ok(after && credentials.isStanding(after));
    const end = {
      unit: 0,
      run: 1,
      outcome: exited(0),
      lines: '',
      key: 'k',
      at: new Date(house.now).toISOString(),
    };
    await house.store.commit(DAEMON, (state) => endRun(state, end));
    assert.equal(credentials.ofToken('of run 1')?.invalidReason, 'Run 1 has ended.');
    assert.equal(credentials.isStanding(after), false);
  }),
);

test(
  'a token that was never made names nobody, nor does a hash',
  inHouse(async (house) => {
    const fact = { id: 't', hash: hashOf('secret'), role: 'viewer' as const, name: '', may_answer: false };
    await house.store.commit(OPERATOR, (state) => addToken(state, fact, []));
    const credentials = credentialsOf(house);
    assert.equal(credentials.ofToken('secret')?.role, 'viewer');
    for (const other of ['', 'Secret', hashOf('secret')]) assert.equal(credentials.ofToken(other), null);
  }),
);

test('a sign-in link is good once, and only for its time', () => {
  let now = 0;
  const links = new SignInLinks(() => now);
  const [one, two] = [links.make(1000, '/a'), links.make(1000, '/b')];
  assert.equal(links.use(one), '/a');
  assert.equal(links.use(one), null);
  now = 1000;
  assert.equal(links.use(two), null);
  assert.equal(links.use('nothing'), null);
});
