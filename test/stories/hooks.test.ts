/** `signalbox hook`, as an agent calls it by its settings, with a daemon and without; and how it gets into settings. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, test } from 'node:test';
import type { Card } from '../../shared/board.ts';
import type { Detail } from '../../shared/detail.ts';
import { DaemonFixture, killQuietly } from '../daemon-fixture.ts';
import { until } from '../until.ts';

describe('hooks of agents that a person starts', () => {
  let house: DaemonFixture;
  const children: ChildProcess[] = [];
  afterEach(async () => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    // The shells, and the hooks that they have started.
    for (const pid of house.processesWith(`CLAUDE_CONFIG_DIR=${house.env.CLAUDE_CONFIG_DIR}`))
      killQuietly(pid);
    await house.close();
  });

  const settings = () => join(house.folder, 'claude', 'settings.json');
  /** A person who uses Claude Code. */
  const open = async ({ daemon = true, install = true } = {}) => {
    house = DaemonFixture.make();
    Object.assign(house.env, {
      CLAUDE_CONFIG_DIR: join(house.folder, 'claude'),
      CODEX_HOME: join(house.folder, 'codex'),
      GEMINI_CLI_HOME: house.folder,
    });
    mkdirSync(join(house.folder, 'claude'));
    if (install) await house.ok('hooks', 'install', 'claude', '--yes');
    if (daemon) await house.start('--port', '0');
  };
  const cards = () => house.json<Card[]>('attention');
  const asked = async (): Promise<Card> => {
    await until('it to ask', async () => (await cards()).length > 0);
    const [card] = await cards();
    assert.ok(card);
    return card;
  };
  const commandOf = (event: string): string => {
    const { hooks } = JSON.parse(readFileSync(settings(), 'utf8')) as {
      hooks: Record<string, { hooks: { command: string }[] }[]>;
    };
    return hooks[event]?.[0]?.hooks[0]?.command ?? '';
  };
  const SESSION = { session_id: '1f3c9a2b-0000-4000-8000-000000000000' };
  const BASH = { tool_name: 'Bash', tool_input: { command: 'make' } };

  /** Runs what stands in the settings, as Claude Code does, with this on its standard input. */
  function called(
    input: object | string,
    env: NodeJS.ProcessEnv = {},
    command = commandOf('PermissionRequest'),
  ) {
    const child = spawn('/bin/sh', ['-c', command], {
      cwd: house.project,
      env: { ...house.env, CLAUDE_PID: String(process.pid), ...env },
    });
    children.push(child);
    let stdout = '';
    child.stdout.on('data', (part: Buffer) => {
      stdout += part.toString();
    });
    child.stdin.on('error', () => {});
    child.stdin.end(
      typeof input === 'string' ? input : JSON.stringify({ ...SESSION, cwd: house.project, ...input }),
    );
    const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, stdout }));
    return { child, ended };
  }
  const permission = { hook_event_name: 'PermissionRequest', ...BASH };
  const SILENT = { code: 0, stdout: '' };

  test('a permission waits in the queue; once answered it is asked anew, and the end of the session finishes the unit', async () => {
    await open();
    const { ended } = called(permission);
    const card = await asked();
    assert.deepEqual([card.chunk, card.prompt], ['claude-1f3c9a2b', 'Allow Bash: make?']);
    assert.equal(card.wait?.after, 'After that, only its terminal takes an answer.');
    await house.ok('answer', card.chunk, '--option', 'once');
    const { stdout } = await ended;
    assert.deepEqual(JSON.parse(stdout), {
      hookSpecificOutput: {
        hookEventName: 'PermissionRequest',
        decision: { behavior: 'allow', updatedInput: { command: 'make' } },
      },
    });
    const again = called(permission);
    assert.notEqual((await asked()).id, card.id, 'an earlier answer allowed it');
    assert.deepEqual(await called({ hook_event_name: 'PostToolUse', ...BASH }).ended, SILENT);
    assert.deepEqual(await again.ended, SILENT, 'settled at the terminal, there is nothing to say');
    assert.deepEqual(await called({ hook_event_name: 'SessionEnd' }).ended, SILENT);
    await house.untilStatus(card.chunk, 'DONE');
    const unit = await house.json<Detail>('show', card.chunk);
    assert.deepEqual([unit.status, unit.closed], ['DONE', null]);
    // Taken up again, the session is another unit.
    called(permission);
    assert.equal((await asked()).chunk, 'claude-1f3c9a2b-2');
  });

  /** A session at work, with a process of its own, whose one question is answered. */
  const answeredSession = async () => {
    await open();
    const session = spawn('sleep', ['1000'], { stdio: 'ignore' });
    children.push(session);
    const asking = called(permission, { CLAUDE_PID: String(session.pid) });
    const card = await asked();
    await house.ok('answer', card.chunk, '--option', 'once');
    await asking.ended;
    return { session, card };
  };

  test('a session that is killed while it works: its unit ends by itself, without another session', async () => {
    const { session, card } = await answeredSession();
    await house.untilStatus(card.chunk, 'RUNNING');
    session.kill('SIGKILL');
    await house.untilStatus(card.chunk, 'DONE');
    const { closed, runs } = await house.json<Detail>('show', card.chunk);
    assert.deepEqual([closed, runs.length], [null, 1]);
    assert.deepEqual(readdirSync(join(house.paths.folder, 'sessions')), []);
  });

  test('a session that ends while no daemon runs: the next one ends its unit', async () => {
    const { session, card } = await answeredSession();
    await house.end('SIGKILL');
    session.kill('SIGKILL');
    await once(session, 'exit');
    await house.start();
    await house.untilStatus(card.chunk, 'DONE');
  });

  test('an answer that comes too late allows nothing later', async () => {
    await open();
    const { ended } = called(permission);
    const card = await asked();
    // The hook is gone before it can take the answer.
    for (const pid of house.processesWith(`CLAUDE_CONFIG_DIR=${house.env.CLAUDE_CONFIG_DIR}`))
      if (pid !== house.holder()?.pid) killQuietly(pid);
    await ended;
    await house.ok('answer', card.chunk, '--option', 'once');
    assert.deepEqual(await called({ hook_event_name: 'Stop' }).ended, SILENT);
    called(permission);
    assert.notEqual((await asked()).id, card.id);
  });

  test('a hook that is overtaken settles nothing that was asked after it was called', async () => {
    await open();
    const first = called(permission);
    const card = await asked();
    const delayed = spawn('/bin/sh', ['-c', commandOf('Stop')], {
      cwd: house.project,
      env: { ...house.env, CLAUDE_PID: String(process.pid) },
    });
    children.push(delayed);
    // It is there, and is told what happened only when something else has been asked.
    await until('the hook to run', () => isNode(delayed.pid ?? 0));
    called({ ...permission, tool_input: { command: 'make more' } });
    await until('both to be asked', async () => (await cards()).length === 2);
    delayed.stdin.end(JSON.stringify({ ...SESSION, cwd: house.project, hook_event_name: 'Stop' }));
    await once(delayed, 'close');
    assert.deepEqual(await first.ended, SILENT);
    const left = await cards();
    assert.deepEqual([left.length, left[0]?.prompt], [1, 'Allow Bash: make more?']);
    assert.notEqual(left[0]?.id, card.id);
  });

  test('ended by a signal, it takes its question back', async () => {
    await open();
    const { ended } = called(permission, {}, `exec ${commandOf('PermissionRequest')}`);
    await asked();
    children.at(-1)?.kill('SIGTERM');
    assert.deepEqual(await ended, SILENT);
    assert.deepEqual(await cards(), []);
  });

  test('words wake an idle session; what is dismissed does not', async () => {
    await open();
    const idle = { hook_event_name: 'Notification', notification_type: 'idle_prompt' };
    const first = called(idle);
    await house.ok('answer', (await asked()).chunk, 'go on');
    assert.equal((await first.ended).code, 2);
    const second = called(idle);
    await house.ok('answer', (await asked()).chunk, '--option', 'dismiss');
    assert.deepEqual(await second.ended, SILENT);
  });

  test('where nothing was asked, no other event makes a unit', async () => {
    await open();
    for (const hook_event_name of ['UserPromptSubmit', 'PostToolUse', 'Stop', 'SessionEnd', 'Unknown'])
      assert.deepEqual(await called({ hook_event_name, ...BASH }).ended, SILENT);
    const news = { hook_event_name: 'Notification', notification_type: 'other', message: 'x' };
    assert.deepEqual(await called(news).ended, SILENT);
    assert.deepEqual(await house.json('ls'), []);
  });

  test('anything else on its standard input is nothing, and so is a daemon that is not there', async () => {
    await open();
    for (const input of [
      '',
      '{',
      '[]',
      'null',
      '7',
      '{}',
      JSON.stringify({ ...permission, cwd: '/no/such' }),
    ])
      assert.deepEqual(await called(input).ended, SILENT);
    assert.deepEqual(await called('x'.repeat(17 * 1024 * 1024)).ended, SILENT);
    await house.end('SIGKILL');
    assert.deepEqual(await called(permission).ended, SILENT, 'the socket of a killed daemon');
    rmSync(house.paths.socket, { force: true });
    assert.deepEqual(await called(permission).ended, SILENT);
  });

  test('no variable leads it to another daemon, and inside a run it does nothing', async () => {
    await open({ daemon: false });
    let calls = 0;
    const trap = createServer(() => calls++).listen(join(house.folder, 'trap'));
    const elsewhere = { SIGNALBOX_SOCKET: join(house.folder, 'trap'), XDG_STATE_HOME: house.folder };
    assert.deepEqual(
      await called(permission, { ...elsewhere, SIGNALBOX_PROJECT: house.folder }).ended,
      SILENT,
    );
    trap.close();
    assert.equal(calls, 0);
    await house.start('--port', '0');
    for (const name of ['SIGNALBOX_MARKER', 'SIGNALBOX_RUN', 'SIGNALBOX_CREDENTIAL'])
      assert.deepEqual(await called(permission, { [name]: '1' }).ended, SILENT);
    // Where a shell tool has dropped the variables, the daemon knows the run by its processes.
    writeFileSync(
      join(house.project, 'event'),
      JSON.stringify({ ...SESSION, cwd: house.project, ...permission }),
    );
    const clean = `env -i PATH="$PATH" CLAUDE_PID=$$ ${commandOf('PermissionRequest')} < event > said; echo "$?"`;
    await house.add('a', clean);
    await house.untilStatus('a', 'DONE');
    assert.equal(readFileSync(join(house.project, 'said'), 'utf8'), '');
    assert.equal((await house.json<unknown[]>('ls')).length, 1);
  });

  test('what is installed is shown first, kept beside, written once, and taken out again', async () => {
    await open({ daemon: false, install: false });
    const theirs = '{\n  "model": "opus"\n}\n';
    writeFileSync(settings(), theirs);
    const shown = await house.ok('hooks', 'install', 'claude', '--dry-run');
    assert.match(shown, /"PermissionRequest"/);
    assert.equal(readFileSync(settings(), 'utf8'), theirs);
    const unasked = await house.signalbox('hooks', 'install', 'claude');
    assert.deepEqual([unasked.code, /install claude --yes/.test(unasked.stderr)], [64, true]);
    assert.equal(readFileSync(settings(), 'utf8'), theirs);
    await house.ok('hooks', 'install', 'claude', '--yes');
    const once = readFileSync(settings(), 'utf8');
    assert.equal(readFileSync(`${settings()}.before-signalbox`, 'utf8'), theirs);
    assert.match((await house.signalbox('hooks', 'install', 'claude', '--yes')).stderr, /installed already/);
    assert.equal(readFileSync(settings(), 'utf8'), once);
    assert.deepEqual(readdirSync(join(house.folder, 'claude')).length, 2);
    const tried = await house.signalbox('hooks', 'uninstall', 'claude', '--dry-run');
    assert.match(tried.stdout, /^- .*hook claude --state /m);
    assert.doesNotMatch(tried.stdout, /model/);
    assert.equal(readFileSync(settings(), 'utf8'), once);
    assert.match((await house.signalbox('hooks', 'status', 'claude')).stdout, /installed in/);
    await house.ok('hooks', 'uninstall', 'claude');
    assert.equal(readFileSync(settings(), 'utf8'), theirs);
    assert.match((await house.signalbox('hooks', 'uninstall', 'claude')).stderr, /not installed/);
  });

  test('settings that are no JSON are refused by name, and stay', async () => {
    await open({ daemon: false, install: false });
    writeFileSync(settings(), '{"model": }');
    const { code, stderr } = await house.signalbox('hooks', 'install', 'claude', '--yes');
    assert.deepEqual([code, stderr.includes(settings()), /line 1/.test(stderr)], [65, true, true]);
    assert.equal(readFileSync(settings(), 'utf8'), '{"model": }');
  });

  test('status says of each agent what is there, and what it calls that is gone', async () => {
    await open({ daemon: false });
    const statusOf = async () =>
      Object.fromEntries(
        (await house.json<{ agent: string; status: string }[]>('hooks', 'status')).map((each) => [
          each.agent,
          each.status,
        ]),
      );
    await house.ok('hooks', 'install', 'codex', '--yes', '--wait', '30');
    assert.match(
      readFileSync(join(house.folder, 'codex', 'hooks.json'), 'utf8'),
      /--wait 30.*\n.*"timeout": 40/,
    );
    assert.deepEqual(await statusOf(), {
      claude: 'installed',
      codex: 'installed',
      gemini: 'absent',
      opencode: 'absent',
    });
    const { Stop: _, ...fewer } = (
      JSON.parse(readFileSync(settings(), 'utf8')) as { hooks: object & { Stop: object } }
    ).hooks;
    writeFileSync(settings(), JSON.stringify({ hooks: fewer }));
    assert.equal((await statusOf()).claude, 'incomplete');
    const record = join(house.folder, 'state', 'signalbox', 'hooks.json');
    const moved = (path: string) =>
      writeFileSync(path, readFileSync(path, 'utf8').replaceAll(process.execPath, '/gone/node'));
    for (const path of [record, join(house.folder, 'codex', 'hooks.json')]) moved(path);
    assert.equal((await statusOf()).codex, 'broken');
    assert.match((await house.signalbox('hooks', 'status', 'codex')).stdout, /\/gone\/node is gone/);
    await house.ok('hooks', 'uninstall', 'codex');
    assert.deepEqual(readdirSync(join(house.folder, 'codex')), []);
  });
});

/** The shell of a command has become Node, or has started it. */
function isNode(pid: number): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'comm=', '-p', String(pid), '--ppid', String(pid)], {
    encoding: 'utf8',
  });
  return /node|MainThread/.test(stdout);
}
