/**
 * The real agents that speak the Agent Client Protocol, led by `signalbox acp` against scripted models: what they ask
 * comes in, what is answered goes back to the call that waits. Needs the npm registry, once for each.
 */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import type { Card } from '../../shared/board.ts';
import type { Detail } from '../../shared/detail.ts';
import { House, killQuietly } from '../house.ts';
import { until } from '../until.ts';
import { anthropicModel } from './anthropic-model.ts';
import { installed } from './installed.ts';
import type { ModelServer } from './model-server.ts';

const LONG_MS = 90_000;
const VERSION = '0.101.0';
const found = installed('@agentclientprotocol/claude-agent-acp', VERSION, 'claude-agent-acp');
const skip = 'missing' in found ? `skipped: ${found.missing}` : false;
if (skip) console.error(`claude-agent-acp ${VERSION} is not tried: ${skip}`);

/** Nothing of the person who runs the tests, and nothing that goes further than this machine. */
const QUIET = {
  ANTHROPIC_API_KEY: 'dummy',
  CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
  // Claude Code wants to know that root is in a container.
  IS_SANDBOX: '1',
};

describe(`claude-agent-acp ${VERSION}`, { skip }, () => {
  let model: ModelServer;
  let house: House;
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

  async function open() {
    assert.ok('bin' in found);
    house = House.make({ ...QUIET, ANTHROPIC_BASE_URL: model.url });
    const home = join(house.folder, 'home');
    mkdirSync(home);
    Object.assign(house.env, { HOME: home, PATH: `${found.bin}:${process.env.PATH}` });
    const claude = { driver: 'acp', env: Object.keys(QUIET), phases: ['DO'] };
    writeFileSync(file('signalbox.json'), JSON.stringify({ agents: { claude } }));
    await ok('trust', '--yes');
    await house.start('--port', '0');
  }
  const use = (tool: string, input: object) => ({ use: tool, with: input });
  const add = (chunk: string, ...script: object[]) =>
    ok('add', chunk, '--agent', 'claude', '--goal', linesOf(script));
  const linesOf = (script: readonly object[]) =>
    script.map((line) => `model: ${JSON.stringify(line)}`).join('\n');
  const asked = async (chunk: string, not = ''): Promise<Card> => {
    let card: Card | undefined;
    await until(
      `${chunk} to ask`,
      async () => {
        card = (await house.json<Card[]>('attention')).find(
          (each) => each.chunk === chunk && each.id !== not,
        );
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
    await ok('wait', chunk, '--timeout', '90');
    return ok('logs', chunk);
  };
  const shown = ({ context }: Card) => Object.fromEntries(context.map(({ label, text }) => [label, text]));

  test('permission: asked with the command, allowed once, and done', async () => {
    await open();
    await add('a', use('Bash', { command: 'touch allowed', description: 'Just looks' }));
    const card = await asked('a');
    assert.equal(card.prompt, 'Allow Bash: touch allowed?');
    assert.equal(shown(card).Command, 'touch allowed');
    assert.deepEqual(
      card.options.map(({ id }) => id),
      ['once', 'no'],
    );
    assert.ok(!existsSync(file('allowed')));
    await answer('a', card, '--option', 'once');
    console.log(await done('a'));
    assert.ok(existsSync(file('allowed')));
    assert.equal((await detail('a')).items[0]?.delivered_to, 1);
    assert.match(readFileSync(join(house.paths.runs, '0-1', 'acp.jsonl'), 'utf8'), /request_permission/);
  });
});
void killQuietly;
