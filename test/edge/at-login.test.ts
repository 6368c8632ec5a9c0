/** The daemon as a service: the files for systemd and launchd, and what the service managers are told, in which order. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { launchdPlist, type ServiceFacts, systemdUnit } from '../../client/cli/commands/at-login-files.ts';
import { DaemonFixture } from '../daemon-fixture.ts';

const NASTY: ServiceFacts = {
  project: '/home/a b/50% "of" $HOME & <more>',
  command: [
    '/usr/bin/node',
    '/opt/it is/signalbox.js',
    '--project',
    '/home/a b/50% "of" $HOME & <more>',
    'a\\b',
  ],
  env: { PATH: '/usr/bin:/home/a b/%h/$bin', LANG: 'C.UTF-8' },
  log: '/home/a b/<log>',
};
const has = (program: string) => spawnSync(program, ['--version']).status === 0;

describe('the unit of systemd', () => {
  test('is one that systemd takes, odd names and all', {
    skip: has('systemd-analyze') ? false : 'no systemd-analyze',
  }, async () => {
    const house = DaemonFixture.make();
    try {
      const path = join(house.folder, 'signalbox-test.service');
      writeFileSync(
        path,
        systemdUnit({ ...NASTY, command: ['/bin/true', ...NASTY.command], project: '/tmp' }),
      );
      const { status, stdout, stderr } = spawnSync(
        'systemd-analyze',
        ['verify', '--user', '--man=no', path],
        {
          encoding: 'utf8',
          env: { ...process.env, XDG_RUNTIME_DIR: house.folder },
        },
      );
      assert.equal(status, 0, stdout + stderr);
      assert.doesNotMatch(stdout + stderr, /signalbox-test\.service:/);
    } finally {
      await house.close();
    }
  });

  test('escapes what systemd would read otherwise', () => {
    const unit = systemdUnit(NASTY);
    assert.match(
      unit,
      /^ExecStart="\/usr\/bin\/node" "\/opt\/it is\/signalbox\.js" "--project" "\/home\/a b\/50%% \\"of\\" \$\$HOME & <more>" "a\\\\b"$/m,
    );
    assert.match(unit, /^Environment="PATH=\/usr\/bin:\/home\/a b\/%%h\/\$bin"$/m);
    assert.match(unit, /^WorkingDirectory=\/home\/a b\/50%% "of" \$HOME & <more>$/m);
  });

  test('leaves the runs alone when it ends the daemon, and does not repeat a start that cannot succeed', () => {
    assert.match(systemdUnit(NASTY), /^KillMode=process$/m);
    assert.match(systemdUnit(NASTY), /^RestartPreventExitStatus=64 65 75 77 78$/m);
  });
});

test('the property list of launchd is one, with every word as it was', {
  skip: has('python3') ? false : 'no python3',
}, () => {
  const read = 'import plistlib, sys, json; print(json.dumps(plistlib.loads(sys.stdin.buffer.read())))';
  const { status, stdout, stderr } = spawnSync('python3', ['-c', read], {
    input: launchdPlist('signalbox.x', NASTY),
    encoding: 'utf8',
  });
  assert.equal(status, 0, stderr);
  const plist = JSON.parse(stdout) as Record<string, unknown>;
  assert.deepEqual(plist.ProgramArguments, NASTY.command);
  assert.deepEqual(plist.EnvironmentVariables, NASTY.env);
  assert.equal(plist.WorkingDirectory, NASTY.project);
  assert.equal(plist.StandardErrorPath, NASTY.log);
  assert.deepEqual(plist.KeepAlive, { SuccessfulExit: false });
  assert.equal(plist.AbandonProcessGroup, true);
});

describe('signalbox service', {
  skip: process.platform === 'linux' ? false : 'systemctl is what it calls here',
}, () => {
  const house = DaemonFixture.make();
  after(() => house.close());
  const calls = join(house.folder, 'calls');
  const bin = join(house.folder, 'bin');
  mkdirSync(bin);
  house.env.PATH = `${bin}:${process.env.PATH}`;

  /** A `systemctl` that notes what it is told, and knows whether the service is active. */
  function systemctl({ works = true } = {}): void {
    const active = join(house.folder, 'active');
    const script = `#!/bin/sh
echo "$*" >> '${calls}'
case "$*" in
*show-environment*) ${works ? 'exit 0' : 'echo "Failed to connect to bus" >&2; exit 1'} ;;
*enable*--now*) touch '${active}' ;;
*disable*) rm -f '${active}' ;;
*is-active*) [ -e '${active}' ] ;;
esac
`;
    writeFileSync(join(bin, 'systemctl'), script);
    chmodSync(join(bin, 'systemctl'), 0o755);
  }
  const told = () => {
    const lines = existsSync(calls) ? readFileSync(calls, 'utf8').trim().split('\n') : [];
    writeFileSync(calls, '');
    return lines;
  };
  interface Shown {
    readonly name: string;
    readonly path: string;
    readonly installed: boolean;
    readonly active: boolean;
  }
  const shown = () => house.json<Shown>('service', 'status');

  test('shows with --dry-run what it would write, and writes nothing', async () => {
    const { code, stdout } = await house.signalbox('service', 'install', '--dry-run', '--', '--port', '8123');
    assert.equal(code, 0);
    const { path, installed } = await shown();
    assert.ok(stdout.startsWith(`${path}\n\n[Unit]\n`), stdout);
    assert.match(stdout, new RegExp(`"--project" "${house.project}" "start" "--foreground" "--port" "8123"`));
    assert.ok(stdout.includes(`Environment="XDG_STATE_HOME=${house.env.XDG_STATE_HOME}"`));
    assert.ok(!installed && !existsSync(path));
  });

  test('refuses what a start would refuse', async () => {
    const { code, stderr } = await house.signalbox('service', 'install', '--', '--public-origin', 'nowhere');
    assert.equal(code, 64);
    assert.match(stderr, /--public-origin takes a scheme and a host/);
  });

  test('says where systemd does not work, and leaves nothing behind', async () => {
    systemctl({ works: false });
    const { code, stderr } = await house.signalbox('service', 'install');
    assert.equal(code, 78);
    assert.match(stderr, /Failed to connect to bus.*--dry-run/);
    assert.equal((await shown()).installed, false);
  });

  test('is written for the user alone, enabled and started; again, it is left as it is', async () => {
    systemctl();
    told();
    await house.ok('service', 'install');
    const { name, path, active } = await shown();
    assert.deepEqual(told().slice(0, 3), [
      '--user show-environment',
      '--user daemon-reload',
      `--user enable --now ${name}`,
    ]);
    assert.ok(active);
    assert.equal(statSync(path).mode & 0o777, 0o600);
    const { stderr } = await house.signalbox('service', 'install');
    assert.match(stderr, /installed already/);
    assert.ok(!told().some((line) => line.includes('enable')));
  });

  test('is installed anew with other flags: the old one ends first', async () => {
    await house.ok('service', 'install', '--', '--log-format', 'json');
    const { name, path } = await shown();
    const lines = told().filter((line) => /able/.test(line));
    assert.deepEqual(lines, [`--user disable --now ${name}`, `--user enable --now ${name}`]);
    assert.match(readFileSync(path, 'utf8'), /"--log-format" "json"/);
  });

  test('is stopped and removed, after it was shown what would be', async () => {
    const { path, name } = await shown();
    assert.equal((await house.signalbox('service', 'uninstall', '--dry-run')).stdout, `${path}\n`);
    assert.ok(existsSync(path));
    told();
    await house.ok('service', 'uninstall');
    assert.deepEqual(told(), [`--user disable --now ${name}`, '--user daemon-reload']);
    assert.ok(!existsSync(path));
    assert.match((await house.signalbox('service', 'uninstall')).stderr, /not installed/);
  });

  test('takes no place that a daemon has already', async () => {
    await house.start('--port', '0');
    const { code, stderr } = await house.signalbox('service', 'install');
    assert.equal(code, 75);
    assert.match(stderr, /runs already .*First: signalbox stop/);
    assert.equal((await shown()).installed, false);
  });
});
