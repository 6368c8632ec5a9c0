/** A daemon of another machine, by OpenSSH: a real sshd on this one, with an account's own keys and settings. */
import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { freePort } from '../../server/daemon/listen.ts';
import { DaemonFixture, PROGRAM } from '../daemon-fixture.ts';
import { answerForms, HubFixture } from '../hub-fixture.ts';
import { isOpen, noSshd, SSHD } from '../runs/sshd.ts';
import { until } from '../until.ts';
import { atTerminal } from './visitor.ts';

describe('a daemon of another machine', { skip: noSshd }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'sb-ssh-'));
  const at = (name: string) => join(folder, name);
  const far = DaemonFixture.make({}, { name: 'far' });
  const path = `${at('bin')}:${process.env.PATH}`;
  const scene = new HubFixture('near');
  const [near] = scene.houses;
  assert.ok(near);
  let port = 0;
  let sshd: ChildProcess | null = null;

  const program = (name: string, line: string) => {
    mkdirSync(at('bin'), { recursive: true });
    writeFileSync(at(`bin/${name}`), `#!/bin/sh\nexec ${line} "$@"\n`);
    chmodSync(at(`bin/${name}`), 0o755);
  };
  async function startSshd(): Promise<void> {
    sshd = spawn(SSHD, ['-D', '-e', '-f', at('sshd_config')], { stdio: 'ignore' });
    await until('sshd', () => isOpen(port));
  }
  async function stopSshd(): Promise<void> {
    const ended = new Promise((resolve) => sshd?.once('exit', resolve));
    sshd?.kill();
    await ended;
    // Connections have a process of their own each, known by what was accepted on our port.
    spawnSync('sh', [
      '-c',
      `for p in $(ss -Htnp "sport = :${port}" 2>/dev/null | grep -o 'pid=[0-9]*' | cut -d= -f2); do kill $p; done`,
    ]);
  }

  before(async () => {
    port = await freePort();
    for (const key of ['host', 'user'])
      execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', at(key)]);
    copyFileSync(at('user.pub'), at('authorized'));
    const { XDG_STATE_HOME, XDG_CONFIG_HOME } = far.env;
    program('signalbox', `'${process.execPath}' '${PROGRAM}'`);
    const set = { XDG_STATE_HOME, XDG_CONFIG_HOME, PATH: path };
    const settings = Object.entries(set).map(([name, value]) => `${name}=${value}`);
    writeFileSync(
      at('sshd_config'),
      `Port ${port}\nListenAddress 127.0.0.1\nHostKey ${at('host')}\nAuthorizedKeysFile ${at('authorized')}\nPidFile none\nStrictModes no\nUsePAM no\nPasswordAuthentication no\nSetEnv ${settings.join(' ')}\n`,
    );
    writeFileSync(
      at('ssh_config'),
      `Host *\n  User ${userInfo().username}\n  IdentityFile ${at('user')}\n  UserKnownHostsFile ${at('known')}\n  StrictHostKeyChecking accept-new\n`,
    );
    program(
      'ssh',
      `${execFileSync('sh', ['-c', 'command -v ssh']).toString().trim()} -F '${at('ssh_config')}'`,
    );
    near.env.PATH = path;
    await startSshd();
    await far.start('--port', '0', '--undo-seconds', '0');
    await far.ok('add', 'docs', '--external');
    await near.start('--port', '0');
    await scene.open('--no-auth');
  });
  after(async () => {
    await scene.close();
    await far.close();
    await stopSshd();
    rmSync(folder, { recursive: true, force: true });
  });

  const shown = async () => (await scene.projects()).find(({ machine }) => machine !== '');
  const untilShown = (what: string, isSo: (found: Awaited<ReturnType<typeof shown>>) => boolean) =>
    until(what, async () => isSo(await shown()));
  const url = () => `ssh://127.0.0.1:${port}${far.project}`;

  test('is added with one command, shown, and answered over the forwarded socket', async () => {
    await near.ok('hub', 'add', url());
    await untilShown('the daemon elsewhere', (found) => found?.away_since === null && found.items === 0);
    const questions = [{ prompt: 'Is this far away?' }];
    await atTerminal(far, 'items.ask', { key: 'far', chunk: 'docs', run: null, questions });
    await untilShown('its item', (found) => found?.items === 1);
    const [form] = answerForms(await scene.page());
    assert.ok(form);
    assert.equal((await scene.post(form.action, { ...form.fields, text: 'yes' })).status, 303);
    assert.deepEqual(await far.json('attention'), []);
  });

  test('a cut connection makes it grey; it comes back by itself', async () => {
    await stopSshd();
    await untilShown('it is away', (found) => found?.away_since !== null);
    assert.equal((await scene.projects()).find(({ machine }) => machine === '')?.away_since, null);
    await startSshd();
    await untilShown('it is back', (found) => found?.away_since === null);
  });

  test('where there is no such folder, or nobody gets in, nothing is added and it is said why', async () => {
    const gone = await near.signalbox('hub', 'add', `ssh://127.0.0.1:${port}/nowhere`);
    assert.equal(gone.code, 75);
    assert.match(gone.stderr, /nowhere/);
    for (const wrong of ['ssh://-oProxyCommand=x/y', 'ftp://box/y', 'http://box.example/'])
      assert.equal((await near.signalbox('hub', 'add', wrong)).code, 64, wrong);
    assert.equal((await near.json<unknown[]>('hub', 'places')).length, 1);
  });

  test('removed, it is gone from the page that runs', async () => {
    await near.ok('hub', 'remove', url());
    await untilShown('it is gone', (found) => found === undefined);
  });
});
