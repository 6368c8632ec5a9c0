/** The operator's rules answer by every way in which an agent may ask: Claude Code's permission tool, and hooks. */
import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, test } from 'node:test';
import type { Card } from '../../shared/board.ts';
import type { Detail } from '../../shared/detail.ts';
import { DaemonFixture } from '../daemon-fixture.ts';
import { until } from '../until.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const EXAMPLE = join(ROOT, 'examples', 'agents', 'signalbox.json');
const RULES = [
  { id: 'touching', answer: 'allow', command: 'touch *' },
  { id: 'no-rm', answer: 'deny', command: 'rm *' },
];
const REFUSED =
  'A rule of the operator refuses this, always. Go on without it, or say why that is not possible.';

describe('a rule answers', () => {
  let house: DaemonFixture;
  afterEach(() => house.close());

  const open = (rules: readonly object[] = RULES) => {
    house = DaemonFixture.make();
    const home = join(house.folder, 'home');
    mkdirSync(home);
    Object.assign(house.env, { HOME: home });
    for (const name of ['CLAUDE_CONFIG_DIR', 'CODEX_HOME', 'GEMINI_CLI_HOME']) delete house.env[name];
    const folder = join(house.folder, 'config', 'signalbox');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'policy.json'), JSON.stringify({ rules }), { mode: 0o600 });
  };
  const asked = async (): Promise<Card> => {
    let card: Card | undefined;
    await until('it to ask', async () => {
      [card] = await house.json<Card[]>('attention');
      return card !== undefined;
    });
    assert.ok(card);
    return card;
  };
  const answers = async (chunk: string) =>
    (await house.json<Detail>('show', chunk)).items.map(({ answered_by, answered_by_rule, delivery }) => [
      answered_by,
      answered_by_rule?.id ?? '',
      delivery,
    ]);

  test("Claude Code's permission tool, as the shipped entry has it", async () => {
    open([{ ...RULES[0], agent: 'claude', tool: 'Bash' }, RULES[1] ?? {}]);
    const bin = join(house.folder, 'bin');
    mkdirSync(bin);
    const standIn = join(ROOT, 'test', 'stand-ins', 'claude.mjs');
    writeFileSync(join(bin, 'claude'), `#!/bin/sh\nexec "${process.execPath}" "${standIn}" "$@"\n`);
    chmodSync(join(bin, 'claude'), 0o755);
    house.env.PATH = `${bin}:${process.env.PATH}`;
    const { agents } = JSON.parse(readFileSync(EXAMPLE, 'utf8')) as { agents: { claude: object } };
    const claude = { ...agents.claude, phases: ['DO'], prompts: {} };
    writeFileSync(join(house.project, 'signalbox.json'), JSON.stringify({ agents: { claude } }));
    await house.ok('trust', '--yes');
    await house.start('--port', '0');
    const goal = ['do: run touch one', 'do: run rm one', 'do: run touch two; ls'].join('\n');
    await house.ok('add', 'a', '--agent', 'claude', '--goal', goal);
    const card = await asked();
    assert.equal(card.prompt, 'Allow Bash: touch two; ls?');
    await house.ok('answer', 'a', '--item', card.id, '--option', 'no');
    await house.ok('wait', 'a');
    assert.ok((await house.ok('logs', 'a')).includes(REFUSED), 'the agent reads that a rule refuses');
    assert.deepEqual(await answers('a'), [
      ['policy', 'touching', 'delivered'],
      ['policy', 'no-rm', 'delivered'],
      ['operator', '', 'delivered'],
    ]);
  });

  /** What the hook prints at the end, for this on its standard input. */
  const hook = (agent: string, input: object) => {
    const { child, finished } = house.run('hook', agent, '--state', join(house.folder, 'state', 'signalbox'));
    child.stdin?.end(JSON.stringify(input));
    return finished.then(({ stdout }) => (stdout === '' ? null : (JSON.parse(stdout) as unknown)));
  };
  const bash = (command: string) => ({
    session_id: '1f3c9a2b-0000-4000-8000-0000aaaabbbb',
    cwd: house.project,
    hook_event_name: 'PermissionRequest',
    tool_name: 'Bash',
    tool_input: { command },
  });
  const decision = (said: unknown) =>
    (said as { hookSpecificOutput: { decision: { behavior: string; message?: string } } }).hookSpecificOutput
      .decision;

  for (const [agent, chunk] of [
    ['claude', 'claude-1f3c9a2b'],
    ['codex', 'codex-aaaabbbb'],
  ] as const)
    test(`hooks of ${agent}: nobody is kept waiting, and the rest is asked`, async () => {
      open([{ ...RULES[0], agent }, RULES[1] ?? {}]);
      await house.ok('hooks', 'install', agent, '--yes');
      await house.start('--port', '0');
      assert.equal(decision(await hook(agent, bash('touch one'))).behavior, 'allow');
      const { behavior, message } = decision(await hook(agent, bash('rm one')));
      assert.deepEqual([behavior, message], ['deny', REFUSED]);
      const waiting = hook(agent, bash('touch one; ls'));
      const card = await asked();
      assert.deepEqual([card.chunk, card.prompt], [chunk, 'Allow Bash: touch one; ls?']);
      await house.ok('answer', chunk, '--item', card.id, '--option', 'allow-unit');
      assert.equal(decision(await waiting).behavior, 'allow');
      assert.equal(decision(await hook(agent, bash('touch one; ls'))).behavior, 'allow', 'it is a rule now');
      assert.deepEqual(await answers(chunk), [
        ['policy', 'touching', 'delivered'],
        ['policy', 'no-rm', 'delivered'],
        ['operator', '', 'delivered'],
        ['policy', 'unit-1', 'delivered'],
      ]);
    });

  test('hooks of opencode: what is denied is, and a command is asked all the same, as it does not say where it runs', async () => {
    open();
    await house.ok('hooks', 'install', 'opencode', '--yes');
    await house.start('--port', '0');
    const permission = (command: string) => ({
      event: 'permission',
      session: 'ses_0000aaaabbbb',
      folder: house.project,
      tool: 'bash',
      input: { command, patterns: [command] },
      pid: process.pid,
    });
    assert.deepEqual(await hook('opencode', permission('rm one')), { reply: 'reject', message: REFUSED });
    const waiting = hook('opencode', permission('touch one'));
    const card = await asked();
    assert.equal(card.prompt, 'Allow bash: touch one?');
    await house.ok('answer', card.chunk, '--item', card.id, '--option', 'once');
    assert.deepEqual(await waiting, { reply: 'once' });
  });
});
