/**
 * The entry for Claude Code as it is shipped, with the real Claude Code and a scripted model: what it asks comes in,
 * what is answered goes back, and what nobody could be asked about is an item. Needs the npm registry, once.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import { anthropicModel } from '../../client/scripted-models/anthropic-model.ts';
import type { ModelServer } from '../../client/scripted-models/model-server.ts';
import type { Card } from '../../shared/board.ts';
import type { Detail } from '../../shared/detail.ts';
import { DaemonFixture, killQuietly } from '../daemon-fixture.ts';
import { until } from '../until.ts';
import { installed } from './installed.ts';

const VERSION = '2.1.332';
const EXAMPLE = join(import.meta.dirname, '..', '..', '..', 'examples', 'agents', 'signalbox.json');
const LONG_MS = 180_000;
const found = installed('@anthropic-ai/claude-code', VERSION, 'claude');
const skip = 'missing' in found ? `skipped: ${found.missing}` : false;
if (skip) console.error(`Claude Code ${VERSION} is not tried: ${skip}`);

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

interface Definition {
  readonly command: readonly string[];
  readonly resume: readonly string[];
  readonly env: readonly string[];
}

describe(`Claude Code ${VERSION}`, { skip }, () => {
  let model: ModelServer;
  let house: DaemonFixture;
  before(async () => {
    model = await anthropicModel();
  });
  after(() => model?.close());
  afterEach(() => house.close());

  const file = (name: string) => join(house.project, name);
  const ok = async (...args: string[]) => {
    const { code, stdout, stderr } = await house.signalbox(...args);
    assert.equal(code, 0, `${args.join(' ')}: ${stderr}`);
    return stdout;
  };
  const detail = (chunk: string) => house.json<Detail>('show', chunk);

  /** A daemon whose runs find the real program, with a home that is empty. `change` is made to the shipped entry. */
  async function open(change: (words: readonly string[]) => readonly string[] = (words) => words) {
    assert.ok('bin' in found);
    house = DaemonFixture.make({ ...QUIET, ANTHROPIC_BASE_URL: model.url });
    const home = join(house.folder, 'home');
    mkdirSync(home);
    Object.assign(house.env, { HOME: home, PATH: `${found.bin}:${process.env.PATH}` });
    for (const name of ['CLAUDE_CONFIG_DIR', 'ANTHROPIC_AUTH_TOKEN', 'CLAUDE_CODE_OAUTH_TOKEN'])
      delete house.env[name];
    const { agents } = JSON.parse(readFileSync(EXAMPLE, 'utf8')) as { agents: { claude: Definition } };
    const { command, resume, env } = agents.claude;
    const claude = {
      command: change(command),
      resume: change(resume),
      env: [...env, ...Object.keys(QUIET)].filter((name, at, all) => all.indexOf(name) === at),
      phases: ['DO'],
    };
    writeFileSync(file('signalbox.json'), JSON.stringify({ agents: { claude } }));
    await ok('trust', '--yes');
    await house.start('--port', '0');
  }

  const add = (chunk: string, ...script: object[]) =>
    ok(
      'add',
      chunk,
      '--agent',
      'claude',
      '--goal',
      script.map((line) => `model: ${JSON.stringify(line)}`).join('\n'),
    );
  const use = (tool: string, input: object) => ({ use: tool, with: input });
  const asked = async (chunk: string): Promise<Card> => {
    let card: Card | undefined;
    await until(
      `${chunk} to ask`,
      async () => {
        [card] = (await house.json<Card[]>('attention')).filter((each) => each.chunk === chunk);
        return card !== undefined;
      },
      LONG_MS,
    );
    assert.ok(card);
    return card;
  };
  const answer = (chunk: string, { id }: Card, ...words: string[]) =>
    ok('answer', chunk, '--item', id, ...words);
  const done = async (chunk: string) => {
    await ok('wait', chunk, '--timeout', '180');
    return ok('logs', chunk);
  };
  const shown = ({ context }: Card) => Object.fromEntries(context.map(({ label, text }) => [label, text]));
  /** The process that speaks the protocol to Claude Code. */
  const bridges = () =>
    house.processes().filter((pid) => / mcp\0?$/.test(commandLine(pid).replaceAll('\0', ' ').trimEnd()));

  test('a command that needs permission is asked about, whole, and runs once it is allowed', async () => {
    await open();
    await add('a', use('Bash', { command: 'touch allowed', description: 'Just looks' }));
    const card = await asked('a');
    assert.deepEqual(
      [card.kind, card.prompt, card.allows_text],
      ['decision', 'Allow Bash: touch allowed?', true],
    );
    assert.equal(shown(card).Command, 'touch allowed');
    assert.equal(shown(card).Folder, house.project);
    assert.match(shown(card).Input ?? '', /Just looks/);
    assert.ok(!existsSync(file('allowed')));
    await answer('a', card, '--option', 'once');
    await done('a');
    assert.ok(existsSync(file('allowed')));
    const [item] = (await detail('a')).items;
    assert.equal(item?.delivered_to, 1);
  });

  test('what is refused is not done, and the model reads the words', async () => {
    await open();
    writeFileSync(file('kept.txt'), 'old\n');
    await add(
      'a',
      use('Read', { file_path: file('kept.txt') }),
      use('Edit', { file_path: file('kept.txt'), old_string: 'old', new_string: 'new' }),
    );
    const card = await asked('a');
    assert.equal(shown(card).Diff, '-old\n+new');
    assert.equal(shown(card).File, file('kept.txt'));
    await answer('a', card, '--option', 'no', 'leave that file alone');
    assert.match(await done('a'), /heard: leave that file alone/);
    assert.equal(readFileSync(file('kept.txt'), 'utf8'), 'old\n');
    assert.equal((await detail('a')).items.length, 1, 'the operator refused: nothing else needs them');
  });

  test('what is always allowed is asked about once, and only that', async () => {
    await open();
    await add(
      'a',
      use('Bash', { command: 'touch twice' }),
      use('Bash', { command: 'touch twice' }),
      use('Bash', { command: 'touch other' }),
    );
    const first = await asked('a');
    await answer('a', first, '--option', 'always');
    await until('the next question', async () => (await asked('a')).id !== first.id, LONG_MS);
    const second = await asked('a');
    assert.equal(second.prompt, 'Allow Bash: touch other?');
    await answer('a', second, '--option', 'once');
    await done('a');
  });

  test('its own questions come with their options, and the answers go back', async () => {
    await open();
    const options = [
      { label: 'Red', description: 'as before' },
      { label: 'Blue', description: 'calmer' },
    ];
    await add(
      'a',
      use('AskUserQuestion', {
        questions: [
          { question: 'Which color?', header: 'Color', multiSelect: false, options },
          {
            question: 'Which pages?',
            header: 'Pages',
            multiSelect: true,
            options: [
              { label: 'All', description: '' },
              { label: 'Home', description: '' },
            ],
          },
        ],
      }),
    );
    await asked('a');
    const cards = await house.json<Card[]>('attention');
    assert.deepEqual(
      cards.map(({ prompt, kind, multiple }) => [prompt, kind, multiple]),
      [
        ['Which color?', 'question', false],
        ['Which pages?', 'question', true],
      ],
    );
    const [color, pages] = cards;
    assert.ok(color && pages);
    assert.deepEqual(
      color.options.map(({ label, description }) => [label, description]),
      [
        ['Red', 'as before'],
        ['Blue', 'calmer'],
      ],
    );
    await answer('a', color, '--option', '2');
    await answer('a', pages, '--option', '1', '--option', '2', 'but not the old one');
    const printed = await done('a');
    assert.match(printed, /"Which color\?"="Blue"/);
    assert.match(printed, /"Which pages\?"="All, Home, but not the old one"/);
  });

  test('a plan is shown; sent back with words, then approved with an addition', async () => {
    await open();
    await add(
      'a',
      use('EnterPlanMode', {}),
      use('Write', { file_path: '$PLAN_FILE', content: '# The plan\n\nOne, two.' }),
      use('ExitPlanMode', {}),
      use('ExitPlanMode', {}),
    );
    const first = await asked('a');
    assert.deepEqual(
      [first.kind, first.prompt, shown(first).Plan],
      ['decision', 'Carry out this plan?', '# The plan\n\nOne, two.'],
    );
    await answer('a', first, 'and three');
    await until('the plan to come again', async () => (await asked('a')).id !== first.id, LONG_MS);
    await answer('a', await asked('a'), '--option', 'approve', 'mind the port');
    assert.match(await done('a'), /# The plan\n\nOne, two\.\n\nThe operator adds: mind the port/);
    assert.ok(
      model.requests.some((body) => body.includes('and three')),
      'the model never read the words',
    );
  });

  test('a question of the model itself waits through a daemon that is killed and started again', async () => {
    await open();
    await add(
      'a',
      use('mcp__signalbox__ask_human', {
        question: 'Which port?',
        options: [{ label: '80' }, { label: '8080' }],
      }),
    );
    const card = await asked('a');
    assert.deepEqual([card.kind, card.prompt], ['question', 'Which port?']);
    await house.end('SIGKILL');
    await house.start();
    await answer('a', await asked('a'), '--option', '2', 'for now');
    assert.match(await done('a'), /heard: 8080, for now/);
    assert.equal((await detail('a')).runs.length, 1);
  });

  test('permission is waited for while the daemon is killed and started again', async () => {
    await open();
    await add('a', use('Bash', { command: 'touch later' }));
    const card = await asked('a');
    await house.end('SIGKILL');
    await house.start();
    const again = await asked('a');
    assert.equal(again.id, card.id);
    await answer('a', again, '--option', 'once');
    await done('a');
    assert.ok(existsSync(file('later')));
    assert.equal((await detail('a')).runs.length, 1);
  });

  test('a bridge killed while it asks leaves the question, whose answer the next run finds, in the same session', async () => {
    await open();
    await add('a', use('Bash', { command: 'touch asked' }));
    const card = await asked('a');
    for (const pid of bridges()) killQuietly(pid);
    await until('the run to end', async () => (await detail('a')).runs[0]?.ended_at !== null, LONG_MS);
    assert.equal((await asked('a')).id, card.id);
    assert.equal(await house.statusOf('a'), 'NEEDS_ATTENTION');
    await answer('a', card, '--option', 'once');
    await done('a');
    assert.ok(existsSync(file('asked')));
    const sessions = (await detail('a')).history.filter(({ what }) => /has the session/.test(what));
    assert.equal(new Set(sessions.map(({ what }) => what.split(' ').at(-1))).size, 1);
    assert.equal(sessions.length, 2, 'each run says its session');
  });

  test('a bridge killed before it could ask: what was refused for it is an item, and the unit is not done', async () => {
    await open();
    await add('a', { until: file('go') }, use('Bash', { command: 'touch unasked' }));
    await until('the bridge', () => bridges().length > 0, LONG_MS);
    // In place of the daemon, somebody who hears the question and says nothing.
    await house.end('SIGKILL');
    rmSync(house.paths.socket, { force: true });
    const deaf = createServer(({ url = '' }, response) => {
      if (url.includes('items.ask')) for (const pid of bridges()) killQuietly(pid);
      response.destroy();
    });
    deaf.listen(house.paths.socket);
    writeFileSync(file('go'), '');
    const output = join(house.paths.runs, '0-1', 'output');
    await until('the call to be refused', () => /heard: /.test(readFileSync(output, 'utf8')), LONG_MS);
    deaf.closeAllConnections();
    deaf.close();
    await once(deaf, 'close');
    await house.start();
    const card = await asked('a');
    assert.deepEqual(
      [card.kind, card.prompt],
      ['stuck', 'Run 1 ended, but Bash was refused and you were not asked. What now?'],
    );
    assert.equal(shown(card).Refused, 'Bash: touch unasked');
    assert.deepEqual((await detail('a')).runs[0]?.outcome, { exit: 'refused', tools: ['Bash'] });
    assert.ok(!existsSync(file('unasked')));
  });

  test('a question whose bridge is killed is asked by nobody else, and stays', async () => {
    await open();
    await add('a', use('mcp__signalbox__ask_human', { question: 'Hm?' }));
    const card = await asked('a');
    for (const pid of bridges()) killQuietly(pid);
    await until('the run to end', async () => (await detail('a')).runs[0]?.ended_at !== null, LONG_MS);
    assert.equal((await asked('a')).id, card.id);
    await answer('a', card, 'yes, go on');
    assert.match(await done('a'), /heard: yes, go on/);
  });

  test('what a rule of the project refuses is an item', async () => {
    await open();
    mkdirSync(file('.claude'));
    writeFileSync(file('.claude/settings.json'), JSON.stringify({ permissions: { deny: ['Bash(rm *)'] } }));
    await add('a', use('Bash', { command: 'rm all' }));
    const card = await asked('a');
    assert.deepEqual([card.kind, shown(card).Refused], ['stuck', 'Bash: rm all']);
  });

  test('without the permission tool, what needs permission is refused: an item, never done', async () => {
    const words = ['--permission-prompt-tool', 'mcp__signalbox__approve'];
    await open((command) => command.filter((word) => !words.includes(word)));
    await add('a', use('Bash', { command: 'touch nothing' }));
    const card = await asked('a');
    assert.deepEqual([card.kind, shown(card).Refused], ['stuck', 'Bash: touch nothing']);
    assert.ok(!existsSync(file('nothing')));
  });
});

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}
