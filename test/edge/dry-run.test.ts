/** What cannot be taken back is looked at first: --dry-run says what would be recorded, refuses what would be refused, and changes nothing. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { DaemonFixture } from '../daemon-fixture.ts';
import { Callers } from './callers.ts';

const house = DaemonFixture.make();
const callers = new Callers(house);
before(async () => {
  await house.start('--port', '0');
  await house.add('asks', 'signalbox ask "Which?"');
  await house.ok('add', 'waits', '--external', '--after', 'asks');
  await house.untilStatus('asks', 'NEEDS_ATTENTION');
});
after(() => house.close());

test('closing says that the question is withdrawn and who goes on, and does none of it', async () => {
  const seq = await callers.seq();
  const { code, stdout, stderr } = await house.signalbox('close', 'asks', '--kill', '--dry-run');
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^asks {2}run\.kill/m);
  assert.equal(stderr, 'signalbox: nothing was changed.\n');
  assert.equal(await callers.seq(), seq);
  assert.equal(await house.statusOf('asks'), 'NEEDS_ATTENTION');
});

test('removing, stopping a run and closing say their events with --json, with what follows', async () => {
  const seq = await callers.seq();
  interface Told {
    readonly would: { readonly type: string; readonly chunk: string }[];
  }
  const types = async (...words: string[]) =>
    (await house.json<Told>(...words, '--dry-run')).would.map(({ type }) => type);
  assert.deepEqual(await types('rm', 'waits'), ['unit.removed']);
  assert.deepEqual(await types('close', 'waits'), ['unit.closed']);
  assert.equal((await types('kill', 'asks'))[0]?.split('.')[0], 'run');
  assert.equal(await callers.seq(), seq);
});

test('what would be refused is refused', async () => {
  const { code, stderr } = await house.signalbox('rm', 'asks', '--kill', '--dry-run');
  assert.equal(code, 1);
  assert.match(stderr, /waits would wait for asks for ever/);
  assert.equal((await house.signalbox('close', 'asks', '--dry-run')).code, 1, 'its run is live');
});

test('by HTTP, too; and the key that came with it is still free', async () => {
  assert.notEqual(callers.token, '', 'made before it is counted what happens');
  const seq = await callers.seq();
  const send = async (more: object) =>
    JSON.parse((await callers.script('/work-units/waits/close', { key: 'once', ...more })).body) as {
      would?: unknown[];
    };
  assert.equal((await send({ dry_run: true })).would?.length, 1);
  assert.equal(await callers.seq(), seq);
  assert.equal((await send({})).would, undefined);
  assert.equal(await house.statusOf('waits'), 'DONE');
});
