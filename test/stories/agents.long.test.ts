/** Agents by configuration, as a person meets them: looked at, trusted, at work, told something. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, describe, test } from 'node:test';
import type { Card } from '../../shared/board.ts';
import type { Detail } from '../../shared/detail.ts';
import { DaemonFixture } from '../daemon-fixture.ts';
import { until } from '../until.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const STAND_INS = join(ROOT, 'test', 'stand-ins');

describe('agents by configuration', () => {
  let house: DaemonFixture;
  afterEach(() => house.close());

  const file = (name: string) => join(house.project, name);
  const write = (name: string, text: string) => {
    mkdirSync(dirname(file(name)), { recursive: true });
    writeFileSync(file(name), text);
  };
  const configure = (agents: unknown) => write('signalbox.json', JSON.stringify({ agents }));
  const detail = (chunk: string) => house.json<Detail>('show', chunk);
  const asked = async (chunk: string): Promise<Card> => {
    await house.untilStatus(chunk, 'NEEDS_ATTENTION');
    const [card] = (await house.json<Card[]>('attention')).filter((each) => each.chunk === chunk);
    assert.ok(card);
    return card;
  };

  test('nothing in the file counts before somebody has looked at it, nor what changed since', async () => {
    house = await DaemonFixture.open();
    configure({ mine: { command: ['touch', 'first'], phases: ['DO'] } });
    const early = await house.signalbox('add', 'a', '--agent', 'mine');
    assert.equal(early.code, 1);
    assert.match(early.stderr, /no trusted agent called mine.*signalbox trust/);
    const unsaid = await house.signalbox('trust');
    assert.equal(unsaid.code, 64);
    assert.match(unsaid.stdout, /touch first/);
    assert.match(await house.ok('trust', '--yes'), /not trusted yet/);
    await house.ok('add', 'a', '--agent', 'mine');
    await house.ok('wait', 'a');
    assert.ok(existsSync(file('first')));
    configure({ mine: { command: ['touch', 'second'], phases: ['DO'] } });
    await house.ok('add', 'b', '--agent', 'mine');
    await house.ok('wait', 'b');
    assert.ok(!existsSync(file('second')), 'the changed file was obeyed');
    await house.end('SIGTERM');
    await house.start();
    assert.match(house.daemonOutput, /has changed since it was trusted/);
    write('signalbox.json', '{');
    await house.end('SIGTERM');
    await house.start();
    assert.match(house.daemonOutput, /signalbox\.json is not JSON/);
    configure({ mine: { command: ['touch', 'second'], phases: ['DO'] } });
    const doctor = await house.signalbox('doctor');
    assert.match(doctor.stdout, /note +signalbox\.json .* has changed since you trusted it \(mine\)/);
    assert.equal(doctor.code, 0);
  });

  test('a run cannot trust, and a unit whose agent is no longer trusted says what is missing', async () => {
    house = await DaemonFixture.open();
    configure({
      mine: { command: ['sh', '-c', 'signalbox trust --yes; echo "code $?"'], phases: ['ONE', 'TWO'] },
    });
    await house.ok('trust', '--yes');
    await house.ok('add', 'a', '--agent', 'mine', '--review', 'ONE');
    await asked('a');
    assert.match(
      await house.ok('logs', 'a'),
      /"signalbox trust" is not for what runs inside a run.*\ncode 77/,
    );
    configure({ other: { command: ['true'] } });
    await house.ok('trust', '--yes');
    await house.ok('answer', 'a', '--option', 'approve');
    await house.untilStatus('a', 'BLOCKED');
    assert.equal((await detail('a')).why, 'the agent mine is not trusted: signalbox trust');
    configure({ mine: { command: ['true'], phases: ['ONE', 'TWO'] } });
    await house.ok('trust', '--yes');
    await house.ok('wait', 'a');
  });

  test('a plan with an agent can be started with again, also when its phases have changed since', async () => {
    house = DaemonFixture.make();
    configure({ mine: { command: ['true'], phases: ['DO'] } });
    write('plan.json', JSON.stringify({ units: [{ chunk: 'a', agent: 'mine' }] }));
    const { code, stderr } = await house.signalbox(
      'start',
      '--foreground',
      '--port',
      '0',
      '--plan',
      'plan.json',
    );
    assert.equal(code, 65);
    assert.match(stderr, /a: there is no trusted agent called mine/);
    await house.ok('trust', '--yes');
    await house.start('--port', '0', '--plan', 'plan.json');
    await house.ok('wait', 'a');
    configure({ mine: { command: ['true'], phases: ['DO', 'MORE'] } });
    await house.ok('trust', '--yes');
    await house.ok('add', '--plan', 'plan.json');
    assert.deepEqual(
      (await detail('a')).steps.map(({ phase }) => phase),
      ['DO'],
    );
  });

  /** A daemon with the shipped entries, and programs that speak as the real ones do. */
  const openExamples = async () => {
    house = DaemonFixture.make({ ANTHROPIC_API_KEY: 'k1', CODEX_API_KEY: 'k2' });
    house.env.PATH = `${house.folder}:${process.env.PATH}`;
    house.env.CLAUDE_CONFIG_DIR = join(house.folder, 'claude-home');
    for (const name of ['claude', 'codex'])
      symlinkSync(join(STAND_INS, `${name}.mjs`), join(house.folder, name));
    const example = join(ROOT, 'examples', 'agents');
    write('prompts/plan.md', readFileSync(join(example, 'prompts', 'plan.md'), 'utf8'));
    copyFileSync(join(example, 'signalbox.json'), file('signalbox.json'));
    // Codex refuses to work outside a repository; the temporary folder may lie in none.
    execFileSync('git', ['init', '--quiet', house.project]);
    await house.ok('trust', '--yes');
    await house.start('--port', '0');
  };
  /** The next thing that a unit asks, other than these. */
  const askedAnew = async (chunk: string, ...before: readonly Card[]): Promise<Card> => {
    const ids = before.map(({ id }) => id);
    let card: Card | undefined;
    await until(`${chunk} to ask`, async () => {
      const cards = await house.json<Card[]>('attention');
      card = cards.find((each) => each.chunk === chunk && !ids.includes(each.id));
      return card !== undefined;
    });
    assert.ok(card);
    return card;
  };
  const say = (card: Card, ...words: string[]) => house.ok('answer', card.chunk, '--item', card.id, ...words);
  const textsOf = ({ context }: Card) => Object.fromEntries(context.map(({ label, text }) => [label, text]));

  test('the entry for codex, with a program that speaks as it does', async () => {
    await openExamples();
    const goal = '-v first\ndo: ask Which port?\ndo: touch codex.done\ndo: print made by codex';
    await house.ok('add', 'codex', '--agent', 'codex', '--goal', goal);
    const first = await askedAnew('codex');
    assert.deepEqual([first.prompt, first.phase], ['Which port?', 'PLAN']);
    await say(first, '8080');
    const second = await askedAnew('codex', first);
    assert.deepEqual([second.prompt, second.phase], ['Which port?', 'IMPLEMENT']);
    await say(second, '8080');
    await house.ok('wait', 'codex');
    assert.match(await house.ok('logs', 'codex'), /8080[\s\S]*made by codex/);
    assert.ok(existsSync(file('codex.done')));
  });

  test('the entry for claude: permissions, questions and plans come in, the answers go back, its session is kept', async () => {
    await openExamples();
    const goal = `-v first\ndo: ask Which port?\ndo: plan one, two\ndo: question Which color?|red|blue
do: human And now?\ndo: touch claude.done\ndo: print made by claude`;
    await house.ok('add', 'claude', '--agent', 'claude', '--goal', goal);
    let last: Card | undefined;
    const answered = async (prompt: string, ...words: string[]) => {
      last = await askedAnew('claude', ...(last ? [last] : []));
      assert.equal(last.prompt, prompt);
      await say(last, ...words);
    };
    for (const phase of ['PLAN', 'IMPLEMENT']) {
      await answered('Which port?', '8080');
      assert.equal(last?.phase, phase);
      await answered('Carry out this plan?', '--option', 'approve', 'and three');
      await answered('Which color?', '--option', '2');
      await answered('And now?', 'go on');
      await answered(`Allow Bash: touch 'claude.done'?`, '--option', 'once');
    }
    await house.ok('wait', 'claude');
    const printed = await house.ok('logs', 'claude');
    assert.match(printed, /8080[\s\S]*one, two\n\nThe operator adds: and three[\s\S]*"Which color\?"="blue"/);
    assert.match(printed, /go on[\s\S]*made by claude/);
    assert.ok(existsSync(file('claude.done')));
    const { history } = await detail('claude');
    const sessions = history.flatMap(({ what }) => /has the session (.*)/.exec(what)?.[1] ?? []);
    assert.deepEqual([sessions.length, new Set(sessions).size], [2, 1]);
  });

  test('claude is refused by the operator: it reads why, and its unit goes on', async () => {
    await openExamples();
    await house.ok('add', 'a', '--agent', 'claude', '--goal', 'do: touch not.here');
    const card = await askedAnew('a');
    assert.deepEqual(
      [card.kind, card.allows_text, textsOf(card).Command],
      ['decision', true, `touch 'not.here'`],
    );
    await say(card, '--option', 'no', 'leave it');
    await say(await askedAnew('a', card), '--option', 'no', 'leave it');
    await house.ok('wait', 'a');
    assert.match(await house.ok('logs', 'a'), /leave it/);
    assert.ok(!existsSync(file('not.here')));
    assert.equal((await detail('a')).items.length, 2);
  });

  for (const [how, server, code] of [
    ['has no way to ask', {}, { exit: 'refused', tools: ['Bash'] }],
    [
      'cannot start its way to ask',
      { signalbox: { command: 'no-such-program' } },
      { exit: 'exited', code: 1 },
    ],
  ] as const)
    test(`claude ${how}: what was refused for it is an item, and the unit is not done`, async () => {
      await openExamples();
      const mcp = ['--mcp-config', JSON.stringify({ mcpServers: server }), '--allowedTools', 'x'];
      const tool = 'signalbox' in server ? ['--permission-prompt-tool', 'mcp__signalbox__approve'] : [];
      configure({
        claude: { command: ['signalbox', 'claude', ...mcp, ...tool, '--', '{prompt}'], phases: ['DO'] },
      });
      await house.ok('trust', '--yes');
      await house.ok('add', 'a', '--agent', 'claude', '--goal', 'do: touch not.here');
      const card = await askedAnew('a');
      assert.equal(card.kind, 'stuck');
      const { runs, status } = await detail('a');
      assert.deepEqual([runs[0]?.outcome, status], [code, 'NEEDS_ATTENTION']);
      if (code.exit === 'refused') assert.equal(textsOf(card).Refused, `Bash: touch 'not.here'`);
      assert.ok(!existsSync(file('not.here')));
    });

  test('a live run is told what the operator says, by the signal of its agent and in its file', async () => {
    house = await DaemonFixture.open();
    write(
      'agent.sh',
      'trap \'cp "$SIGNALBOX_ANSWERS" told\' USR1\ntouch begun\nwhile [ ! -e go ]; do sleep 0.05; done\n',
    );
    chmodSync(file('agent.sh'), 0o755);
    configure({ mine: { command: ['/bin/sh', './agent.sh'], phases: ['DO'], interrupt: 'SIGUSR1' } });
    await house.ok('trust', '--yes');
    await house.ok('add', 'a', '--agent', 'mine');
    await until('the run to begin', () => existsSync(file('begun')));
    await house.ok('interrupt', 'a', 'use port 8080 "please"');
    const told = () => JSON.parse(readFileSync(file('told'), 'utf8')) as Record<string, unknown>[];
    await until('the run to be told', () => existsSync(file('told')) && told().length === 1);
    const [message] = told();
    assert.deepEqual(
      [message?.kind, message?.text, message?.run, message?.new],
      ['message', 'use port 8080 "please"', 1, true],
    );
    assert.equal(await house.statusOf('a'), 'RUNNING');
    writeFileSync(file('go'), '');
    await house.ok('wait', 'a');
    const { history } = await detail('a');
    const what = history.map((line) => line.what);
    assert.ok(what.includes('said to run 1: use port 8080 "please"') && what.includes('run 1 was told'));
    const late = await house.signalbox('interrupt', 'a', 'too late');
    assert.deepEqual([late.code, /no live run/.test(late.stderr)], [1, true]);
    await house.add(
      'plain',
      'touch here; while [ ! -e go-on ]; do sleep 0.05; done; cat "$SIGNALBOX_ANSWERS"',
    );
    await until('the other run to begin', () => existsSync(file('here')));
    await house.ok('interrupt', 'plain', 'no signal');
    await until('it to be told', async () =>
      (await detail('plain')).history.some((line) => line.what === 'run 1 was told'),
    );
    writeFileSync(file('go-on'), '');
    await house.ok('wait', 'plain');
    assert.match(await house.ok('logs', 'plain'), /"text": "no signal"/);
  });

  test('waiting ends with a code that says how', async () => {
    house = await DaemonFixture.open();
    const nobody = await house.signalbox('wait', 'nobody');
    assert.equal(nobody.code, 1);
    await house.add('asks', 'signalbox ask Port?; signalbox ask Host?');
    const needs = house.run('wait', 'asks', '--until', 'needs-attention');
    assert.equal((await needs.finished).code, 0);
    const late = await house.signalbox('wait', 'asks', '--timeout', '0');
    assert.deepEqual([late.code, /Timed out/.test(late.stderr)], [75, true]);
    await house.ok('answer', 'asks', '80');
    await asked('asks');
    const done = house.run('wait', 'asks');
    await until('it to wait', () => done.stderr().includes('waiting for asks'));
    await house.end('SIGKILL');
    await house.start();
    await house.ok('answer', 'asks', 'here');
    assert.equal((await done.finished).code, 0, 'over a restart of the daemon');
    assert.equal((await house.signalbox('wait', 'asks', '--until', 'needs-attention')).code, 4);
    for (const [chunk, ...end] of [
      ['closed', 'close', 'closed', 'not wanted'],
      ['removed', 'rm', 'removed'],
    ] as const) {
      await house.ok('add', chunk, '--external');
      const waiting = house.run('wait', chunk);
      await until('it to wait', () => waiting.stderr().includes(`waiting for ${chunk}`));
      await house.ok(...end);
      assert.equal((await waiting.finished).code, 4);
    }
    assert.equal((await house.signalbox('wait', 'asks', '--until', 'never')).code, 64);
  });
});
