/** Agents by configuration: what a `signalbox.json` may say, and what becomes of it when a run starts. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { NoCommand, type Task } from '../../server/agents/agent.ts';
import { configuredAgent } from '../../server/agents/configured-agent.ts';
import { readDefinitions } from '../../server/agents/definitions.ts';
import { composePrompt, HOW_TO_ASK } from '../../server/agents/prompt.ts';
import { Problem } from '../../server/system/problem.ts';
import type { AgentDefinition } from '../../shared/agent-words.ts';
import { AGENT_PHASES } from '../../shared/agent-words.ts';
import type { Item, ItemKind } from '../../shared/item-words.ts';
import type { Unit } from '../../shared/words.ts';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'sbx-agents-')));
const project = join(folder, 'project');
mkdirSync(project);
after(() => rmSync(folder, { recursive: true, force: true }));

const read = (agents: unknown) => readDefinitions('signalbox.json', JSON.stringify({ agents }));

describe('what a signalbox.json may say', () => {
  test('a command is enough; the rest is filled in', () => {
    const { digest, agents } = read({ one: { command: ['do-it', '{goal}'] } });
    assert.match(digest, /^[0-9a-f]{64}$/);
    assert.deepEqual(agents, [
      {
        name: 'one',
        command: ['do-it', '{goal}'],
        env: [],
        phases: AGENT_PHASES,
        prompts: {},
        interrupt: null,
        resume: null,
      },
    ]);
  });

  test('a file that only marks the project is fine', () => {
    assert.deepEqual(readDefinitions('signalbox.json', '{}').agents, []);
  });

  test('an argument that holds braces, but no placeholder, is an argument', () => {
    const command = ['do-it', '{"env":{"A":"1"}}', '{}', 'a{b}c'];
    assert.deepEqual(read({ one: { command } }).agents[0]?.command, command);
  });

  test('a shell gets placeholders behind its script, as arguments', () => {
    const command = ['/bin/bash', '-euc', 'echo "$1"', 'sh', '{goal}'];
    assert.deepEqual(read({ one: { command } }).agents[0]?.command, command);
  });

  const refused: readonly (readonly [agents: unknown, message: RegExp])[] = [
    [{ one: {} }, /agents\.one\.command/],
    [{ one: { command: [] } }, /agents\.one\.command: Name a program/],
    [{ one: { command: ['{goal}'] } }, /agents\.one\.command: The first one names the program/],
    [{ one: { command: [''] } }, /The first one names the program/],
    [{ one: { command: ['a', '--goal={goal}'] } }, /command\.1: A placeholder is a whole argument/],
    [{ one: { command: ['a', 'do {answer} now'] } }, /A placeholder is a whole argument/],
    [{ one: { command: ['a', '{gaol}'] } }, /command\.1: There is no such placeholder; there are \{chunk\}/],
    [{ one: { command: ['sh', '-c', '{goal}'] } }, /After -c a shell runs what stands there/],
    [{ one: { command: ['/usr/bin/zsh', '-ec', '{prompt}'] } }, /After -c a shell/],
    [{ one: { command: ['a\0b'] } }, /No NUL/],
    [{ one: { command: 'a b' } }, /agents\.one\.command/],
    [{ one: { command: ['a'], env: ['A=1'] } }, /env\.0: The name of an environment variable/],
    [{ one: { command: ['a'], phases: ['plan'] } }, /phases\.0: A phase is a word/],
    [{ one: { command: ['a'], phases: ['PLAN', 'PLAN'] } }, /phases: Each phase once/],
    [{ one: { command: ['a', '{prompt}'], prompts: { PLAN: '/etc/passwd' } } }, /A path within the project/],
    [{ one: { command: ['a', '{prompt}'], prompts: { PLAN: 'a/../../b' } } }, /A path within the project/],
    [
      { one: { command: ['a', '{prompt}'], phases: ['DO'], prompts: { PLAN: 'p' } } },
      /Only phases of the agent/,
    ],
    [{ one: { command: ['a'], prompts: { PLAN: 'p' } } }, /no argument is \{prompt\}/],
    [
      { one: { command: ['a', '{session}'] } },
      /agents\.one\.command: Only "resume" goes on with a \{session\}/,
    ],
    [{ one: { command: ['a'], resume: ['a'] } }, /agents\.one\.resume: An argument is \{session\}/],
    [{ one: { command: ['a'], resume: [] } }, /agents\.one\.resume/],
    [{ one: { command: ['a'], resume: ['sh', '-c', '{session}'] } }, /After -c a shell/],
    [
      { one: { command: ['a', '{prompt}'], prompts: { GOAL: 'p' }, resume: ['a', '{session}'] } },
      /resume: There are prompts/,
    ],
    [{ one: { command: ['a'], interrupt: 'SIGKILL' } }, /interrupt: One of SIGINT/],
    [{ one: { command: ['a'], shell: true } }, /shell/],
    [{ shell: { command: ['a'] } }, /"shell" is built in/],
    [{ 'One!': { command: ['a'] } }, /The name of an agent/],
  ];
  for (const [agents, message] of refused)
    test(`refused: ${JSON.stringify(agents)}`, () => {
      assert.throws(
        () => read(agents),
        (error) => error instanceof Problem && error.exitCode === 65 && message.test(error.message),
      );
    });

  test('what is no JSON, or says something else, is refused with the name of the file', () => {
    for (const text of ['', '[]', '{"agents":[]}', '{"agents":{},"origins":["https://evil"]}'])
      assert.throws(() => readDefinitions('here/signalbox.json', text), /here\/signalbox\.json/, text);
  });
});

const SPEC = { chunk: 'api', steps: [], env: [] } as unknown as Unit['spec'];
const unit = { chunk: 'api', title: '', goal: 'Make it so.', spec: SPEC };
const task = (more: Partial<Task> = {}): Task => ({
  unit,
  phase: 'PLAN',
  run: 3,
  answered: [],
  messages: [],
  answers_file: '/runs/0-3/answers.json',
  by_file: false,
  session: null,
  work: null,
  project,
  ...more,
});

const definition = (command: string[], more: Partial<AgentDefinition> = {}): AgentDefinition => ({
  name: 'one',
  command,
  env: [],
  phases: ['PLAN'],
  prompts: {},
  interrupt: null,
  resume: null,
  ...more,
});
const commandOf = (command: string[], given: Task = task(), more: Partial<AgentDefinition> = {}) =>
  configuredAgent(definition(command, more)).command(given);

const answered = (kind: ItemKind, prompt: string, text: string, options: string[] = []): Item =>
  ({
    kind,
    prompt,
    options: [{ id: 'a', label: 'Eighty', description: '' }],
    answer: { text, options },
  }) as unknown as Item;

describe('the command of a run', () => {
  test('goes on with the session of the last run, where there is one and the agent can', () => {
    const resume = ['two', '--resume', '{session}', '{goal}'];
    const again = task({ session: 's-1' });
    assert.deepEqual(commandOf(['one', '{goal}'], again, { resume }), [
      'two',
      '--resume',
      's-1',
      'Make it so.',
    ]);
    assert.deepEqual(commandOf(['one', '{goal}'], task(), { resume }), ['one', 'Make it so.']);
    assert.deepEqual(commandOf(['one', '{goal}'], again), ['one', 'Make it so.']);
  });

  test('each placeholder becomes one argument, whatever is in it', () => {
    const goal = `$(touch pwned) "quoted' ; rm -rf / \n{chunk} \`x\``;
    const given = task({ unit: { ...unit, goal }, answered: [answered('question', 'Port?', '80 81')] });
    assert.deepEqual(commandOf(['do', '{chunk}', '{phase}', '{run}', '{goal}', '{answer}', 'end'], given), [
      'do',
      'api',
      'PLAN',
      '3',
      goal,
      '80 81',
      'end',
    ]);
  });

  test('words are never an option, unless the program was told where options end', () => {
    const given = task({ unit: { ...unit, goal: '--dangerous' } });
    assert.deepEqual(commandOf(['do', '{goal}'], given), ['do', ' --dangerous']);
    assert.deepEqual(commandOf(['do', '--', '{goal}'], given), ['do', '--', '--dangerous']);
  });

  test('without an answer the argument is empty, and stays one', () => {
    assert.deepEqual(commandOf(['do', '{answer}', 'end']), ['do', '', 'end']);
  });

  test('several answers, and words said to a run that fell, are told apart; one alone stands bare', () => {
    const port = answered('question', 'Port?', '80');
    const messages = [{ text: 'be quick', at: '' }];
    assert.deepEqual(commandOf(['do', '{answer}'], task({ messages })), ['do', 'be quick']);
    assert.deepEqual(commandOf(['do', '{answer}'], task({ messages, answered: [port] })), [
      'do',
      'You asked: Port?\nThe operator answered: 80\n\nThe operator said meanwhile: be quick',
    ]);
  });

  for (const place of ['{answer}', '{prompt}'])
    test(`answers that overfill ${place} are never left out: an error of their own, or the way to their file`, () => {
      const words = ['a', 'b', 'c'].map((letter) => answered('question', 'Q?', letter.repeat(60_000)));
      const given = task({ answered: words });
      assert.throws(
        () => commandOf(['do', place], given),
        (error) => error instanceof NoCommand && error.code === 'answers-too-long' && error.detail === place,
      );
      const [, byFile = ''] = commandOf(['do', place], { ...given, by_file: true });
      assert.match(byFile, /too long to stand here.*JSON file \/runs\/0-3\/answers\.json/s);
      assert.ok(byFile.length < 5000 && !byFile.includes('aaaa'));
      assert.deepEqual(commandOf(['do', '{answer}'], { ...task(), by_file: true }), ['do', '']);
    });

  test('what is too long without any answer is no matter of answers', () => {
    const goal = 'g'.repeat(130 * 1024);
    const given = task({ unit: { ...unit, goal }, answered: [answered('question', 'Q?', 'x')] });
    assert.throws(
      () => commandOf(['do', '{prompt}'], given),
      (error) => error instanceof NoCommand && error.code === 'argument-too-long',
    );
  });

  test('a NUL, which no argument can hold, is left out', () => {
    assert.deepEqual(commandOf(['do', '{goal}'], task({ unit: { ...unit, goal: 'a\0b' } })), ['do', 'ab']);
  });

  test('more than a program takes in one argument is refused with what is too long', () => {
    const given = task({ unit: { ...unit, goal: 'ü'.repeat(70_000) } });
    assert.throws(() => commandOf(['do', '{goal}'], given), { code: 'argument-too-long', detail: '{goal}' });
  });
});

test('the docs quote how to ask word for word', () => {
  const words = (text: string) => text.replace(/^> ?/gm, '').replace(/\s+/g, ' ').trim();
  const docs = readFileSync(join(import.meta.dirname, '..', '..', '..', 'docs', 'agents', 'own.md'), 'utf8');
  assert.ok(words(docs).includes(words(HOW_TO_ASK)));
});

describe('the agent of the example', () => {
  const folder = join(import.meta.dirname, '..', '..', '..', 'examples', 'agents');
  /** What `signalbox` is called with, where these programs are installed. */
  function calledWith(...programs: string[]): string {
    const bin = join(project, 'bin');
    rmSync(bin, { recursive: true, force: true });
    mkdirSync(bin);
    for (const name of ['signalbox', ...programs])
      writeFileSync(join(bin, name), '#!/bin/sh\nprintf "%s\\n" "$@"\n', { mode: 0o755 });
    const args = ['first.sh', 'api', 'PLAN', 'Say it.', '', 'the -- prompt'];
    return execFileSync('/bin/sh', args, {
      cwd: folder,
      env: { PATH: `${bin}:/usr/bin:/bin` },
      encoding: 'utf8',
    });
  }

  test('is the first that is installed, with the prompt as one argument; else the script', () => {
    assert.match(calledWith(), /^A prompt of 13 characters\.\nPlan for api:/);
    assert.match(
      calledWith('copilot', 'gemini'),
      /^Led by gemini\..*\nacp\n--prompt\nthe -- prompt\n--\ngemini\n--acp\n$/,
    );
  });
});

describe('the prompt of a phase', () => {
  const prompts = { PLAN: 'plan.md' };
  const promptOf = (given = task()) => commandOf(['do', '{prompt}'], given, { prompts })[1] ?? '';

  test('is the text of its file, filled in once, and ends with how to ask', () => {
    writeFileSync(join(project, 'plan.md'), 'Plan {chunk} ({phase}): {goal}\n');
    const given = task({ unit: { ...unit, goal: 'Say {answer} and {chunk}.' } });
    assert.equal(promptOf(given), `Plan api (PLAN): Say {answer} and {chunk}.\n\n${HOW_TO_ASK}`);
  });

  test('a phase without a file has a plain one', () => {
    const text = composePrompt(task({ phase: 'IMPLEMENT' }), null);
    assert.match(text, /^You work on "api", in its phase IMPLEMENT \(run 3\)\.\n\nMake it so\./);
  });

  test('answers stand where the file wants them, else behind its text', () => {
    const given = task({
      answered: [
        answered('question', 'Which port?', '', ['a']),
        answered('stuck', 'Run 2 failed', 'use make'),
        answered('review', 'PLAN is finished', 'too long'),
        { ...answered('review', 'GOAL is finished', 'mind the tests', ['approve']), phase: 'GOAL' },
      ],
    });
    const said =
      'You asked: Which port?\nThe operator answered: Eighty\n\nThe last run did not end well. The operator says: use make\n\nThe operator sent this phase back: too long\n\nThe operator approved GOAL and says: mind the tests';
    assert.equal(composePrompt(given, 'A\n\n{answer}\n\nB'), `A\n\n${said}\n\nB\n\n${HOW_TO_ASK}`);
    assert.equal(composePrompt(given, 'A'), `A\n\n${said}\n\n${HOW_TO_ASK}`);
    assert.equal(composePrompt(task(), 'A\n\n{answer}\n\nB'), `A\n\nB\n\n${HOW_TO_ASK}`);
  });

  test('a file that is not there, leads out of the project, or is none, is refused with its name', () => {
    const path = join(project, 'plan.md');
    rmSync(path, { force: true });
    assert.throws(promptOf, { code: 'prompt-file-missing', detail: 'plan.md' });
    writeFileSync(join(folder, 'secret'), 'secret');
    symlinkSync('../secret', path);
    assert.throws(promptOf, { code: 'prompt-file-outside', detail: 'plan.md' });
    rmSync(path);
    mkdirSync(path);
    assert.throws(promptOf, { code: 'prompt-file-too-large', detail: 'plan.md' });
  });
});
