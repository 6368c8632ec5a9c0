/** A disk that is full or read-only, as it shows in the terminal: 74, and the path. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, test } from 'node:test';
import type { Finding } from '../../shared/offline.ts';
import { DaemonFixture, type Finished, PROGRAM, whatPrints } from '../daemon-fixture.ts';

const isRoot = process.getuid?.() === 0;

describe('a disk that takes nothing', () => {
  let house: DaemonFixture;
  let mounted: string | null = null;
  afterEach(async () => {
    try {
      await house.end('SIGKILL');
      house.killProcesses();
    } finally {
      if (mounted) spawnSync('umount', ['-l', mounted]);
      mounted = null;
      await house.close();
    }
  });

  /** The state home is a file system of its own. False: it cannot be had here. */
  function mount(...options: string[]): boolean {
    house = DaemonFixture.make();
    const home = house.env.XDG_STATE_HOME ?? '';
    mkdirSync(home);
    const did =
      spawnSync('mount', ['-t', 'tmpfs', '-o', ['size=2m', ...options].join(), 'tmpfs', home]).status === 0;
    if (did) mounted = home;
    return did;
  }
  const fill = () => spawnSync('dd', ['if=/dev/zero', `of=${mounted}/ballast`, 'bs=1k']);

  const checkDisk = ({ code, stderr }: Finished, what: string) => {
    assert.equal(code, 74, `${what}: ${stderr}`);
    assert.match(stderr, /disk is full|is the disk full/, what);
    assert.doesNotMatch(stderr, /\n\s+at |No Signalbox answers/, what);
  };

  test('full, with a daemon: every command that changes something ends with 74, and works when there is room', {
    skip: !isRoot,
  }, async (t) => {
    if (!mount()) return t.skip('no file system can be mounted here');
    await house.start('--port', '0', '--max-agents', '0');
    await house.signalbox('add', 'a', '--external');
    fill();
    const commands = [
      ['add', 'b', '--external', '--goal', 'x'.repeat(20_000)],
      ['edit', 'a', '--goal', 'x'.repeat(20_000)],
      ['hold', 'a', 'x'.repeat(1500)],
      ['origin', 'add', 'https://wiki.example'],
      ['limits', 'set', 'batch', '10'],
    ];
    for (const words of commands) {
      // What is left in the log's file is used up first.
      let ended = await house.signalbox(...words);
      for (let tries = 0; ended.code === 0 && tries < 20; tries++) ended = await house.signalbox(...words);
      checkDisk(ended, words.slice(0, 2).join(' '));
    }
    const { stdout } = await house.signalbox('doctor', '--json');
    const folder = (JSON.parse(stdout) as Finding[]).find(({ what }) => what === 'state folder');
    assert.equal(folder?.status, 'bad');
    assert.ok(folder?.message.includes(house.paths.folder), folder?.message);
    rmSync(`${mounted}/ballast`);
    assert.equal((await house.signalbox('hold', 'a', 'later')).code, 0);
  });

  test('full, without a daemon: a start ends with 74, in the background, too', {
    skip: !isRoot,
  }, async (t) => {
    if (!mount()) return t.skip('no file system can be mounted here');
    fill();
    checkDisk(await house.signalbox('start', '--foreground', '--port', '0'), 'foreground');
    checkDisk(await house.signalbox('start', '--port', '0'), 'background');
  });

  test('read-only: start and doctor say so with the path', { skip: !isRoot }, async (t) => {
    if (!mount('ro')) return t.skip('no file system can be mounted here');
    for (const flags of [[], ['--foreground']]) {
      const ended = await house.signalbox('start', '--port', '0', ...flags);
      checkDisk(ended, `start ${flags}`);
      assert.ok(ended.stderr.includes(house.env.XDG_STATE_HOME ?? ''), ended.stderr);
    }
    const { code, stdout } = await house.signalbox('doctor', '--json');
    assert.equal(code, 1);
    const folder = (JSON.parse(stdout) as Finding[]).find(({ what }) => what === 'state folder');
    assert.equal(folder?.status, 'bad');
    assert.ok(folder?.message.includes(house.env.XDG_STATE_HOME ?? ''), folder?.message);
  });

  test('a state home of somebody else: 77 with the path, from start and by doctor', {
    skip: !isRoot,
  }, async () => {
    house = DaemonFixture.make();
    chmodSync(house.folder, 0o755);
    const home = house.env.XDG_STATE_HOME ?? '';
    mkdirSync(home, { mode: 0o755 });
    const asNobody = async (...words: string[]): Promise<Finished> => {
      const child = spawn(process.execPath, [PROGRAM, ...words], {
        cwd: house.project,
        env: house.env,
        uid: 65534,
        gid: 65534,
      });
      return whatPrints(child).finished;
    };
    for (const flags of [[], ['--foreground']]) {
      const { code, stderr } = await asNobody('start', '--port', '0', ...flags);
      assert.equal(code, 77, stderr);
      assert.ok(stderr.includes(home), stderr);
      assert.doesNotMatch(stderr, /may not reach Signalbox|sandbox/);
    }
    const { code, stdout } = await asNobody('doctor', '--json');
    assert.equal(code, 1);
    const folder = (JSON.parse(stdout) as Finding[]).find(({ what }) => what === 'state folder');
    assert.match(folder?.message ?? '', new RegExp(`^${home} may not be used by you`));
  });

  test('what is printed finds no room: 74, and a daemon whose log finds none goes on', {
    skip: !existsSync('/dev/full'),
  }, async () => {
    house = DaemonFixture.make();
    const sh = (script: string) =>
      spawnSync('sh', ['-c', script, 'sh', process.execPath, PROGRAM], {
        cwd: house.project,
        env: house.env,
      });
    const started = sh('"$@" start --no-auth --port 0 > /dev/full');
    assert.equal(started.status, 74, started.stderr.toString());
    for (const words of ['status', 'ls --json', 'attention', 'completion bash']) {
      const { status, stderr } = sh(`"$@" ${words} > /dev/full`);
      assert.equal(status, 74, `${words}: ${stderr}`);
      assert.match(stderr.toString(), /^signalbox: Standard output cannot be written \(ENOSPC\)/m);
    }
    assert.equal(sh('"$@" show nobody 2> /dev/full').status, 1);
    assert.equal((await house.signalbox('stop')).code, 0);
    const daemon = spawn(
      'sh',
      [
        '-c',
        'exec "$@" start --foreground --no-auth --port 0 > /dev/full 2>&1',
        'sh',
        process.execPath,
        PROGRAM,
      ],
      {
        cwd: house.project,
        env: house.env,
      },
    );
    const closed = once(daemon, 'close');
    writeFileSync(join(house.folder, 'unused'), '');
    for (let tries = 0; tries < 50 && (await house.signalbox('status')).code !== 0; tries++);
    assert.equal((await house.signalbox('add', 'a', '--external')).code, 0);
    assert.equal((await house.signalbox('stop')).code, 0);
    assert.equal((await closed)[0], 0);
  });
});
