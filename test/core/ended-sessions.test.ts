/** What becomes of the unit of a session that a person has started, when the session is over. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { report } from '../../server/domain/commands/reports.ts';
import { endSession } from '../../server/domain/commands/sessions.ts';
import { liveRun } from '../../server/domain/state.ts';
import { AGENT, DAEMON, inHouse, type StoreFixture, spec } from './store-fixture.ts';

/** A session at work that has asked. */
async function asking(house: StoreFixture): Promise<void> {
  await house.add(spec('a', { external: true }));
  const input = { chunk: 'a', what: 'started', all: false, override: false, words: '' } as const;
  await house.commit((state, at) => report(state, input, at, 'key'), AGENT);
  await house.ask('a', 'port');
}

const end = (house: StoreFixture, keepsQuestions: boolean) =>
  house.commit((state, at) => endSession(state, house.work('a'), keepsQuestions, at, 'stuck'), DAEMON);

test(
  'a question that is kept stays, and so does its answer until somebody takes it, however often it is looked at',
  inHouse(async (house) => {
    await asking(house);
    await end(house, true);
    assert.equal(liveRun(house.work('a')), undefined);
    await house.answer('a', 'port');
    const { seq } = house.store.state;
    await end(house, true);
    assert.equal(house.store.state.seq, seq);
    assert.equal(house.work('a').unit.closed, null);
  }),
);

test(
  'a question, or an answer, that nobody will come for closes the unit, with the reason as a code',
  inHouse(async (house) => {
    await asking(house);
    await end(house, false);
    assert.deepEqual(house.work('a').unit.closed, { code: 'session-ended', text: '' });
    assert.equal(house.item('port').withdrawal?.code, 'unit-closed');
  }),
);

test(
  'a session that is owed nothing has finished',
  inHouse(async (house) => {
    await asking(house);
    await house.answer('a', 'port');
    await house.confirm('a', 'port', 1);
    await end(house, true);
    assert.equal(house.status('a'), 'DONE');
    assert.equal(house.work('a').unit.closed, null);
  }),
);
