/**
 * The real Claude Code, started by a person: its hooks, as `signalbox hooks install` writes them, bring what it asks into
 * the queue and take the answer back, beside its own terminal. With a scripted model. Needs the npm registry, once.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import type { ModelServer } from '../../client/scripted-models/model-server.ts';
import { scripted } from '../../client/scripted-models/script.ts';
import { SCRIPTED_AGENTS } from '../../client/scripted-models/scripted-agents.ts';
import { hasTerminals } from '../pseudo-terminal.ts';
import { until } from '../until.ts';
import { CLAUDE_CODE } from './acp-agents.ts';
import { ByHand, noTmux } from './by-hand.ts';
import { installed } from './installed.ts';

const LONG_MS = 180_000;
const { package: name, version, program, env } = CLAUDE_CODE;
const found = installed(name, version, program);
const skip = 'missing' in found ? `skipped: ${found.missing}` : false;
if (skip) console.error(`The hooks of Claude Code ${version} are not tried: ${skip}`);

describe(`Claude Code ${version}, started by a person`, { skip }, () => {
  let model: ModelServer;
  let hand: ByHand;
  before(async () => {
    model = await CLAUDE_CODE.model();
  });
  after(() => model?.close());
  afterEach(() => hand.close());

  async function open({ daemon = true } = {}) {
    assert.ok('bin' in found);
    hand = await ByHand.open({ agent: 'claude', bin: found.bin, env: env(model.url), furnish, daemon });
  }

  const use = (tool: string, input: object) => ({ use: tool, with: input });
  const file = (path: string) => hand.file(path);

  /** What it prints when it has done its work and ends. */
  async function printed(...script: object[]): Promise<string> {
    const child = hand.spawn('claude', ['-p', '--permission-mode', 'default', scripted(...script)]);
    child.stdin?.end();
    let text = '';
    child.stdout?.on('data', (part: Buffer) => {
      text += part.toString();
    });
    await once(child, 'close');
    return text;
  }

  /** At a terminal. `type` presses keys. */
  function atTerminal(...script: object[]) {
    writeFileSync(file('prompt'), scripted(...script));
    const line = 'stty cols 150 rows 50; exec claude --permission-mode default "$(cat prompt)"';
    const child = hand.spawn('script', ['-qfec', line, '/dev/null']);
    let text = '';
    for (const output of [child.stdout, child.stderr])
      output?.on('data', (part: Buffer) => {
        text += part.toString();
      });
    return {
      type: (keys: string) => child.stdin?.write(keys),
      shows: (wanted: RegExp) =>
        until(`${wanted} at the terminal: ${text.slice(-2000)}`, () => wanted.test(text), LONG_MS),
    };
  }

  test('a permission is answered in the queue, and it goes on; its session is a unit until it ends', async () => {
    await open();
    const ended = printed(use('Bash', { command: 'touch allowed' }));
    const card = await hand.asked();
    assert.deepEqual([card.kind, card.prompt], ['decision', 'Allow Bash: touch allowed?']);
    assert.match(card.chunk, /^claude-[0-9a-f]{8}$/);
    const unit = await hand.detail(card.chunk);
    assert.deepEqual([unit.external, unit.title], [true, 'Claude Code in project']);
    assert.ok(!existsSync(file('allowed')));
    await hand.answer(card, ['once']);
    assert.match(await ended, /heard: \(Bash completed/);
    assert.ok(existsSync(file('allowed')));
    await hand.house.untilStatus(card.chunk, 'DONE');
    assert.deepEqual(
      (await hand.detail(card.chunk)).items.map(({ delivery }) => delivery),
      ['delivered'],
    );
  });

  test('what is refused is not done, and the model reads the words; the next is asked again', async () => {
    await open();
    const ended = printed(
      use('Bash', { command: 'touch refused' }),
      use('Bash', { command: 'touch refused' }),
    );
    const first = await hand.asked();
    await hand.answer(first, ['no'], 'use make for that');
    await hand.answer(await hand.asked(first.id), [], 'not that either');
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
    const settings = join(hand.home, '.claude', 'settings.json');
    const text = readFileSync(settings, 'utf8');
    await hand.ok('hooks', 'uninstall', 'claude');
    mkdirSync(file('.claude'));
    writeFileSync(file('.claude/settings.json'), text);
    assert.match(await printed(use('Bash', { command: 'touch never' })), /heard: .*needs approval/);
    assert.deepEqual(await hand.house.json('ls'), []);
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
      const card = await hand.asked();
      assert.deepEqual(
        [card.kind, card.prompt, card.options.map(({ label }) => label)],
        ['question', 'Which color?', ['Red', 'Blue']],
      );
      await hand.answer(card, ['2'], 'but dark');
      await until(
        'the model to hear it',
        () => model.requests.some((body) => body.includes('Blue, but dark')),
        LONG_MS,
      );
    });

    test('what is answered at the terminal leaves the queue', async () => {
      await open();
      const { shows, type } = atTerminal(use('Bash', { command: 'touch typed' }));
      const card = await hand.asked();
      await shows(/proceed/);
      type('1');
      await until('the command to run', () => existsSync(file('typed')), LONG_MS);
      await hand.nothingIsAsked();
      const [item] = (await hand.detail(card.chunk)).items;
      assert.equal(item?.withdrawn_why, 'settled at its terminal');
    });

    test('words wake it when it has ended its turn, and it goes on with them', { skip: noTmux }, async () => {
      await open();
      await hand.begin('claude', /❯/);
      // Only somebody who has typed is told later that it is idle.
      await hand.type(scripted({ end: 'All is done.' }));
      const idle = await hand.asked();
      assert.deepEqual(
        [idle.prompt, idle.options.map(({ id }) => id), idle.context[0]?.text],
        ['Claude Code has ended its turn and waits for you.', ['dismiss'], 'All is done.'],
      );
      await hand.answer(idle, [], `go on:\n${scripted(use('Bash', { command: 'touch woken' }))}`);
      const next = await hand.asked();
      assert.deepEqual([next.chunk, next.prompt], [idle.chunk, 'Allow Bash: touch woken?']);
      await hand.answer(next, ['once']);
      await until('the command to run', () => existsSync(file('woken')), LONG_MS);
    });

    test('a session that is killed asks no more, and its unit ends', async () => {
      await open();
      atTerminal(use('Bash', { command: 'touch never' }));
      const card = await hand.asked();
      hand.kill('claude');
      await hand.nothingIsAsked();
      await hand.house.untilStatus(card.chunk, 'DONE');
    });
  });
});

/** A person who uses Claude Code for the hundredth time. */
function furnish(home: string, project: string): void {
  SCRIPTED_AGENTS.claude?.furnish(home, '');
  mkdirSync(join(home, '.claude'));
  const settings = { permissions: { defaultMode: 'default' } };
  writeFileSync(join(home, '.claude', 'settings.json'), JSON.stringify(settings));
  const used = {
    hasCompletedOnboarding: true,
    theme: 'dark',
    // A minute, else.
    messageIdleNotifThresholdMs: 1500,
    customApiKeyResponses: { approved: ['dummy'], rejected: [] },
    projects: { [project]: { hasTrustDialogAccepted: true } },
  };
  writeFileSync(join(home, '.claude.json'), JSON.stringify(used));
}
