/**
 * The real Claude Code, started by a person: its hooks, as `signalbox hooks install` writes them, bring what it asks into
 * the queue and take the answer back, beside its own terminal. With a scripted model. Needs the npm registry, once.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import { anthropicModel } from '../../client/scripted-models/anthropic-model.ts';
import type { ModelServer } from '../../client/scripted-models/model-server.ts';
import type { Card } from '../../shared/board.ts';
import type { Detail } from '../../shared/detail.ts';
import { DaemonFixture, killQuietly } from '../daemon-fixture.ts';
import { hasTerminals } from '../pseudo-terminal.ts';
import { until } from '../until.ts';
import { installed } from './installed.ts';

const VERSION = '2.1.332';
const LONG_MS = 90_000;
const found = installed('@anthropic-ai/claude-code', VERSION, 'claude');
const skip = 'missing' in found ? `skipped: ${found.missing}` : false;
if (skip) console.error(`The hooks of Claude Code ${VERSION} are not tried: ${skip}`);

const noTmux = spawnSync('tmux', ['-V']).status === 0 ? false : 'there is no tmux';

/** Nothing of the person who runs the tests, and nothing that goes further than this machine. */
const QUIET = {
  ANTHROPIC_API_KEY: 'dummy',
  CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
  DISABLE_AUTOUPDATER: '1',
  DISABLE_TELEMETRY: '1',
  DISABLE_ERROR_REPORTING: '1',
  // Claude Code wants to know that root is in a container.
  IS_SANDBOX: '1',
};

describe(`Claude Code ${VERSION}, started by a person`, { skip }, () => {
  let model: ModelServer;
  let house: DaemonFixture;
  const children: ChildProcess[] = [];
  before(async () => {
    model = await anthropicModel();
  });
  after(() => model?.close());
  afterEach(async () => {
    for (const child of children.splice(0)) {
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'close');
    }
    for (const pid of sessions()) killQuietly(pid);
    await until('the sessions to end', () => sessions().length === 0);
    await house.close();
  });

  const file = (name: string) => join(house.project, name);
  const ok = async (...args: string[]) => {
    const { code, stdout, stderr } = await house.signalbox(...args);
    assert.equal(code, 0, `${args.join(' ')}: ${stderr}`);
    return stdout;
  };
  /** Every process that was given the home of this test: Claude Code, and its hooks. */
  const sessions = (): number[] =>
    house
      .processesWith(`HOME=${house.env.HOME}`)
      .filter((pid) => pid !== house.holder()?.pid && pid !== process.pid);

  /** A project of a person who has hooks installed and uses Claude Code for the hundredth time. */
  async function open({ daemon = true } = {}) {
    assert.ok('bin' in found);
    house = DaemonFixture.make({ ...QUIET, ANTHROPIC_BASE_URL: model.url });
    const home = join(house.folder, 'home');
    mkdirSync(join(home, '.claude'), { recursive: true });
    writeFileSync(
      join(home, '.claude', 'settings.json'),
      JSON.stringify({ permissions: { defaultMode: 'default' } }),
    );
    writeFileSync(
      join(home, '.claude.json'),
      JSON.stringify({
        hasCompletedOnboarding: true,
        theme: 'dark',
        // A minute, else.
        messageIdleNotifThresholdMs: 1500,
        customApiKeyResponses: { approved: ['dummy'], rejected: [] },
        projects: { [house.project]: { hasTrustDialogAccepted: true } },
      }),
    );
    Object.assign(house.env, { HOME: home, PATH: `${found.bin}:${process.env.PATH}`, TERM: 'xterm' });
    for (const name of ['CLAUDE_CONFIG_DIR', 'ANTHROPIC_AUTH_TOKEN', 'CLAUDE_CODE_OAUTH_TOKEN'])
      delete house.env[name];
    await ok('hooks', 'install', 'claude', '--yes');
    if (daemon) await house.start('--port', '0');
  }

  const use = (tool: string, input: object) => ({ use: tool, with: input });
  const promptOf = (script: readonly object[]) =>
    script.map((line) => `model: ${JSON.stringify(line)}`).join('\n');

  /** What it prints when it has done its work and ends. */
  async function printed(...script: object[]): Promise<string> {
    const child = spawn('claude', ['-p', '--permission-mode', 'default', promptOf(script)], {
      cwd: house.project,
      env: house.env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.push(child);
    let text = '';
    child.stdout.on('data', (part: Buffer) => {
      text += part.toString();
    });
    await once(child, 'close');
    return text;
  }

  /** At a terminal. `type` presses keys. */
  function atTerminal(...script: object[]) {
    writeFileSync(file('prompt'), promptOf(script));
    const line = 'stty cols 150 rows 50; exec claude --permission-mode default "$(cat prompt)"';
    const child = spawn('script', ['-qfec', line, '/dev/null'], { cwd: house.project, env: house.env });
    children.push(child);
    let text = '';
    for (const output of [child.stdout, child.stderr])
      output.on('data', (part: Buffer) => {
        text += part.toString();
      });
    return {
      type: (keys: string) => child.stdin.write(keys),
      shows: (wanted: RegExp) =>
        until(`${wanted} at the terminal: ${text.slice(-2000)}`, () => wanted.test(text), LONG_MS),
    };
  }

  const tmux = (...args: string[]): string =>
    spawnSync('tmux', ['-S', join(house.folder, 'tmux'), '-f', '/dev/null', ...args], {
      cwd: house.project,
      env: house.env,
      encoding: 'utf8',
    }).stdout;

  /** By hand: only somebody who has typed is told later that it is idle. */
  async function typed(...script: object[]): Promise<void> {
    tmux('new-session', '-d', '-x', '150', '-y', '50', 'claude');
    await until('its prompt', () => /❯/.test(tmux('capture-pane', '-p')), LONG_MS);
    tmux('send-keys', '-l', promptOf(script));
    await until('the words', () => /model:/.test(tmux('capture-pane', '-p')), LONG_MS);
    tmux('send-keys', 'Enter');
  }

  async function asked(): Promise<Card> {
    let card: Card | undefined;
    await until(
      'it to ask',
      async () => {
        [card] = await house.json<Card[]>('attention');
        return card !== undefined;
      },
      LONG_MS,
    );
    assert.ok(card);
    return card;
  }
  const answer = ({ chunk, id }: Card, ...words: string[]) => ok('answer', chunk, '--item', id, ...words);
  const nothingIsAsked = () =>
    until('the queue to be empty', async () => (await house.json<Card[]>('attention')).length === 0, LONG_MS);
  const detail = (chunk: string) => house.json<Detail>('show', chunk);

  test('a permission is answered in the queue, and it goes on; its session is a unit until it ends', async () => {
    await open();
    const ended = printed(use('Bash', { command: 'touch allowed' }));
    const card = await asked();
    assert.deepEqual([card.kind, card.prompt], ['decision', 'Allow Bash: touch allowed?']);
    assert.match(card.chunk, /^claude-[0-9a-f]{8}$/);
    const unit = await detail(card.chunk);
    assert.deepEqual([unit.external, unit.title], [true, 'Claude Code in project']);
    assert.ok(!existsSync(file('allowed')));
    await answer(card, '--option', 'once');
    assert.match(await ended, /heard: \(Bash completed/);
    assert.ok(existsSync(file('allowed')));
    await house.untilStatus(card.chunk, 'DONE');
    assert.deepEqual(
      (await detail(card.chunk)).items.map(({ delivery }) => delivery),
      ['delivered'],
    );
  });

  test('what is refused is not done, and the model reads the words; the next is asked again', async () => {
    await open();
    const ended = printed(
      use('Bash', { command: 'touch refused' }),
      use('Bash', { command: 'touch refused' }),
    );
    const first = await asked();
    await answer(first, '--option', 'no', 'use make for that');
    await until('the second', async () => (await asked()).id !== first.id, LONG_MS);
    await answer(await asked(), 'not that either');
    assert.match(await ended, /heard: .*not that either/);
    assert.ok(model.requests.some((body) => body.includes('use make for that')));
    assert.ok(!existsSync(file('refused')));
  });

  test('without a daemon it works as if there were no hooks', async () => {
    await open({ daemon: false });
    assert.match(await printed(use('Bash', { command: 'touch never' })), /heard: .*needs approval/);
    assert.ok(!existsSync(file('never')));
    assert.match(await printed(use('Bash', { command: 'echo "harmless"' })), /heard: harmless/);
  });

  test('hooks that nobody has installed do nothing, wherever the settings come from', async () => {
    await open();
    const settings = join(house.env.HOME ?? '', '.claude', 'settings.json');
    const text = readFileSync(settings, 'utf8');
    await ok('hooks', 'uninstall', 'claude');
    mkdirSync(file('.claude'));
    writeFileSync(file('.claude/settings.json'), text);
    assert.match(await printed(use('Bash', { command: 'touch never' })), /heard: .*needs approval/);
    assert.deepEqual(await house.json('ls'), []);
  });

  describe('at a terminal', { skip: !hasTerminals && 'there is no "script" of util-linux' }, () => {
    test('its question comes with the options, and the answer goes back', async () => {
      await open();
      const options = [
        { label: 'Red', description: 'as before' },
        { label: 'Blue', description: 'calmer' },
      ];
      const questions = [{ question: 'Which color?', header: 'Color', multiSelect: false, options }];
      atTerminal(use('AskUserQuestion', { questions }));
      const card = await asked();
      assert.deepEqual(
        [card.kind, card.prompt, card.options.map(({ label }) => label)],
        ['question', 'Which color?', ['Red', 'Blue']],
      );
      await answer(card, '--option', '2', 'but dark');
      await until(
        'the model to hear it',
        () => model.requests.some((body) => body.includes('Blue, but dark')),
        LONG_MS,
      );
    });

    test('what is answered at the terminal leaves the queue', async () => {
      await open();
      const { shows, type } = atTerminal(use('Bash', { command: 'touch typed' }));
      const card = await asked();
      await shows(/proceed/);
      type('1');
      await until('the command to run', () => existsSync(file('typed')), LONG_MS);
      await nothingIsAsked();
      const [item] = (await detail(card.chunk)).items;
      assert.equal(item?.withdrawn_why, 'settled at its terminal');
    });

    test('words wake it when it has ended its turn, and it goes on with them', { skip: noTmux }, async () => {
      await open();
      await typed({ end: 'All is done.' });
      const idle = await asked();
      assert.deepEqual(
        [idle.prompt, idle.options.map(({ id }) => id), idle.context[0]?.text],
        ['Claude Code has ended its turn and waits for you.', ['dismiss'], 'All is done.'],
      );
      await answer(idle, `go on:\n${promptOf([use('Bash', { command: 'touch woken' })])}`);
      const next = await asked();
      assert.deepEqual([next.chunk, next.prompt], [idle.chunk, 'Allow Bash: touch woken?']);
      await answer(next, '--option', 'once');
      await until('the command to run', () => existsSync(file('woken')), LONG_MS);
    });

    test('a session that is killed asks no more, and its unit ends', async () => {
      await open();
      atTerminal(use('Bash', { command: 'touch never' }));
      const card = await asked();
      for (const pid of sessions()) if (nameOf(pid) === 'claude') killQuietly(pid);
      await nothingIsAsked();
      await house.untilStatus(card.chunk, 'DONE');
    });
  });
});

function nameOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
  } catch {
    return '';
  }
}
