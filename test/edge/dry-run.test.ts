/** What cannot be taken back is looked at first: --dry-run says what would be recorded, refuses what would be refused, and changes nothing. */
import assert from 'node:assert/strict';
import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Command } from 'commander';
import { program } from '../../client/cli/program.ts';
import { DaemonFixture } from '../daemon-fixture.ts';
import { until } from '../until.ts';
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

test('every command that destroys has it, and says so in its help', async () => {
  const ending = [
    'rm',
    'close',
    'kill',
    'withdraw',
    'bulk',
    'restore',
    'worktree prune',
    'worktree forget',
    'token revoke',
    'sign-out',
  ];
  for (const name of ending) {
    const command = name
      .split(' ')
      .reduce<Command | undefined>((at, word) => at?.commands.find((each) => each.name() === word), program);
    assert.ok(
      command?.options.some(({ long }) => long === '--dry-run'),
      name,
    );
  }
});

test('what is done to many says of each what it would be, and of whom it would be refused', async () => {
  const seq = await callers.seq();
  const { code, stdout, stderr } = await house.signalbox('bulk', 'hold', '--find', 'asks', '--dry-run');
  assert.deepEqual([code, stdout, stderr], [0, 'asks  unit.held\n', 'signalbox: nothing was changed.\n']);
  const refused = await house.signalbox('bulk', 'release', '--find', 'asks', '--dry-run');
  assert.equal(refused.code, 0, refused.stderr);
  assert.equal(await callers.seq(), seq);
});

test('an item, a token and the browsers', async () => {
  await house.ok('token', 'add', '--role', 'viewer');
  const { tokens } = await house.json<{ tokens: { id: string; role: string }[] }>('token', 'list');
  const { id = '' } = tokens.find(({ role }) => role === 'viewer') ?? {};
  const seq = await callers.seq();
  assert.equal(await house.ok('withdraw', 'asks', '--dry-run'), 'asks  item.withdrawn\n');
  assert.equal(await house.ok('token', 'revoke', id, '--dry-run'), '  token.revoked\n');
  assert.equal(await house.ok('sign-out', '--all', '--dry-run'), '');
  assert.equal((await house.signalbox('token', 'revoke', 'no-such-token', '--dry-run')).code, 1);
  assert.equal(await callers.seq(), seq);
});

test('a backup is tried: what would be refused is, and the database stays', async () => {
  const backup = join(house.folder, 'backup.db');
  await house.ok('backup', backup);
  assert.equal((await house.signalbox('restore', backup, '--dry-run')).code, 75, 'a daemon runs');
  await house.signalbox('kill', 'asks');
  await house.ok('stop');
  await house.end('SIGTERM');
  const files = () => readdirSync(house.paths.folder).sort();
  const before = [files(), statSync(house.paths.database).ino];
  await until('the runs to end', () => house.processes().length === 0);
  const { stdout, stderr } = await house.signalbox('restore', backup, '--dry-run');
  assert.match(
    stdout,
    /backup\.db: \d+ events, 2 units, 1 items?\. What is there now would go to .*before-restore-/,
  );
  assert.equal(stderr, 'signalbox: nothing was changed.\n');
  assert.deepEqual([files(), statSync(house.paths.database).ino], before);
  writeFileSync(backup, 'no database');
  assert.equal((await house.signalbox('restore', backup, '--dry-run')).code, 65);
});
