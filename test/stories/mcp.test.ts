/** `signalbox mcp`, as an agent's program speaks to it, in the place of a run: through restarts, and with anything broken. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, describe, test } from 'node:test';
import type { Card } from '../../shared/board.ts';
import type { Detail } from '../../shared/detail.ts';
import { DaemonFixture, PROGRAM } from '../daemon-fixture.ts';
import { until } from '../until.ts';

type Message = Readonly<Record<string, unknown>>;

describe('signalbox mcp', () => {
  let house: DaemonFixture;
  const bridges: ChildProcess[] = [];
  afterEach(async () => {
    for (const bridge of bridges.splice(0)) bridge.kill('SIGKILL');
    await house.close();
  });

  const file = (name: string) => join(house.project, name);
  const ok = async (...args: string[]) => {
    const { code, stderr } = await house.signalbox(...args);
    assert.equal(code, 0, stderr);
  };
  const cards = () => house.json<Card[]>('attention');
  const asked = async (prompt: string): Promise<Card> => {
    await until(`the question ${prompt}`, async () => (await cards()).some((card) => card.prompt === prompt));
    const card = (await cards()).find((each) => each.prompt === prompt);
    assert.ok(card);
    return card;
  };

  /** A live run of a unit "a", and what is in its environment. */
  const inRun = async (): Promise<NodeJS.ProcessEnv> => {
    house = await DaemonFixture.open();
    await house.add('a', 'env -0 > env.new; mv env.new env; while [ ! -e go ]; do sleep 0.05; done');
    await until('the run to begin', () => existsSync(file('env')));
    const pairs = readFileSync(file('env'), 'utf8').split('\0').filter(Boolean);
    return Object.fromEntries(
      pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
    );
  };

  const bridgeIn = (env: NodeJS.ProcessEnv) => {
    const child = spawn(process.execPath, [PROGRAM, 'mcp'], { env, cwd: house.project });
    bridges.push(child);
    const heard: Message[] = [];
    let stderr = '';
    child.stderr.on('data', (part: Buffer) => {
      stderr += part.toString();
    });
    child.stdin.on('error', () => {});
    createInterface({ input: child.stdout }).on('line', (line) => heard.push(JSON.parse(line) as Message));
    const say = (...messages: readonly (object | string)[]) => {
      for (const message of messages)
        child.stdin.write(
          `${typeof message === 'string' ? message : JSON.stringify({ jsonrpc: '2.0', ...message })}\n`,
        );
    };
    const answerTo = async (id: unknown) => {
      await until(`an answer to ${id}`, () => heard.some((message) => message.id === id));
      return heard.find((message) => message.id === id) ?? {};
    };
    return { child, say, heard, answerTo, stderr: () => stderr };
  };
  const approve = (id: number, command: string, tool_use_id: string) => ({
    id,
    method: 'tools/call',
    params: { name: 'approve', arguments: { tool_name: 'Bash', input: { command }, tool_use_id } },
  });
  const textOf = ({ result }: Message) => (result as { content: { text: string }[] }).content[0]?.text ?? '';

  test('an agent says hello, asks for permission twice at once, and each answer goes to its call', async () => {
    const { say, answerTo } = bridgeIn(await inRun());
    say(
      { id: 'probe', method: 'server/discover', params: {} },
      { id: 0, method: 'initialize', params: { protocolVersion: '2025-06-18', capabilities: {} } },
      { method: 'notifications/initialized' },
      { id: 1, method: 'ping' },
      { id: 2, method: 'tools/list' },
      approve(3, 'make one', 'toolu_1'),
      approve(4, 'make two', 'toolu_2'),
    );
    assert.deepEqual((await answerTo(1)).result, {});
    assert.match(JSON.stringify(await answerTo(2)), /"ask_human".*"approve"/);
    const two = await asked('Allow Bash: make two?');
    const one = await asked('Allow Bash: make one?');
    await ok('answer', 'a', '--item', two.id, '--option', 'no', 'not that');
    await ok('answer', 'a', '--item', one.id, '--option', 'once');
    assert.deepEqual(JSON.parse(textOf(await answerTo(4))), { behavior: 'deny', message: 'not that' });
    assert.deepEqual(JSON.parse(textOf(await answerTo(3))), {
      behavior: 'allow',
      updatedInput: { command: 'make one' },
    });
    await until('both to be confirmed', async () =>
      (await house.json<Detail>('show', 'a')).items.every(({ delivered_to }) => delivered_to === 1),
    );
  });

  test('a call waits through a killed daemon; repeated, it is the same item, and hears the same answer', async () => {
    const env = await inRun();
    const first = bridgeIn(env);
    first.say(approve(1, 'make', 'toolu_1'));
    const card = await asked('Allow Bash: make?');
    await house.end('SIGKILL');
    await house.start();
    const second = bridgeIn(env);
    second.say(approve(7, 'make', 'toolu_1'));
    await ok('answer', 'a', '--item', card.id, '--option', 'once');
    for (const [bridge, id] of [
      [first, 1],
      [second, 7],
    ] as const)
      assert.match(textOf(await bridge.answerTo(id)), /"allow"/);
    assert.equal((await house.json<Detail>('show', 'a')).items.length, 1);
  });

  test('a cancelled call and a client that goes leave the question open', async () => {
    const { child, say, answerTo, heard } = bridgeIn(await inRun());
    say(approve(1, 'make', 'toolu_1'));
    const card = await asked('Allow Bash: make?');
    say({ method: 'notifications/cancelled', params: { requestId: 1 } }, { id: 2, method: 'ping' });
    await answerTo(2);
    say(approve(3, 'make more', 'toolu_2'));
    await asked('Allow Bash: make more?');
    child.stdin.end();
    await once(child, 'close');
    assert.deepEqual([child.exitCode, heard.some(({ id }) => id === 1)], [0, false]);
    assert.deepEqual((await cards()).map(({ id }) => id).includes(card.id), true);
    assert.equal((await cards()).length, 2);
  });

  test('broken messages change nothing, and one that is too long ends it with a sentence', async () => {
    const { child, say, answerTo, stderr, heard } = bridgeIn(await inRun());
    say(
      '{"broken',
      '[1,2]',
      { id: 1, method: 'tools/call', params: { name: 'approve', arguments: [] } },
      { id: 2, method: 'ping' },
    );
    await answerTo(2);
    assert.ok(heard.every(({ id, error }) => id === 2 || error !== undefined));
    assert.equal((await cards()).length, 0);
    child.stdin.write('x'.repeat(17 * 1024 * 1024));
    child.stdin.end('\n');
    await once(child, 'close');
    assert.deepEqual([child.exitCode, /more than 16 MiB/.test(stderr())], [65, true]);
  });

  test('outside a run it says what it lacks, and a run that lost its credential is nobody', async () => {
    const env = await inRun();
    const lost = bridgeIn({ ...env, SIGNALBOX_CREDENTIAL: '' });
    await once(lost.child, 'close');
    assert.deepEqual([lost.child.exitCode, /lost its credential/.test(lost.stderr())], [77, true]);
    const none = await house.signalbox('mcp');
    assert.deepEqual([none.code, /--chunk NAME/.test(none.stderr)], [64, true]);
    writeFileSync(file('go'), '');
    await ok('wait', 'a');
    const late = bridgeIn(env);
    late.say(approve(1, 'make', 'toolu_1'));
    assert.match(textOf(await late.answerTo(1)), /"deny".*could not be asked/);
  });
});
