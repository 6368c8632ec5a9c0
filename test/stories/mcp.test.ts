/** `signalbox mcp`, as an agent's program speaks to it, in a run or started by hand: through restarts, and with anything broken. */
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

  const bridgeIn = (env: NodeJS.ProcessEnv, ...flags: string[]) => {
    const child = spawn(process.execPath, [PROGRAM, 'mcp', ...flags], { env, cwd: house.project });
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
    await house.ok('answer', 'a', '--item', two.id, '--option', 'no', 'not that');
    await house.ok('answer', 'a', '--item', one.id, '--option', 'once');
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
    await house.ok('answer', 'a', '--item', card.id, '--option', 'once');
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

  test('a run reports how it goes and looks at its unit; that it is done, only its end can say', async () => {
    const { say, answerTo } = bridgeIn(await inRun());
    const call = (id: number, name: string, given: object) =>
      say({ id, method: 'tools/call', params: { name, arguments: given } });
    call(1, 'report', { what: 'progress', words: 'half way' });
    assert.equal(textOf(await answerTo(1)), 'Reported.');
    assert.equal((await house.json<Detail>('show', 'a')).why, 'half way');
    call(2, 'notify', { message: 'nearly there' });
    await answerTo(2);
    call(3, 'my_unit', {});
    assert.match(textOf(await answerTo(3)), /^unit: a\nstatus: RUNNING \(nearly there\)\nphase: IMPLEMENT/);
    call(4, 'report', { what: 'finished' });
    const said = (await answerTo(4)).result as { isError?: boolean };
    assert.equal(said.isError, true);
    assert.match(textOf(await answerTo(4)), /the end of this run says whether it is done/);
    assert.equal(await house.statusOf('a'), 'RUNNING');
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

  test('a run that lost its credential is nobody, and one that has ended asks no more', async () => {
    const env = await inRun();
    const lost = bridgeIn({ ...env, SIGNALBOX_CREDENTIAL: '' });
    await once(lost.child, 'close');
    assert.deepEqual([lost.child.exitCode, /lost its credential/.test(lost.stderr())], [77, true]);
    writeFileSync(file('go'), '');
    await house.ok('wait', 'a');
    const late = bridgeIn(env);
    late.say(approve(1, 'make', 'toolu_1'));
    assert.match(textOf(await late.answerTo(1)), /"deny".*could not be asked/);
  });

  const HELLO = {
    id: 'hello',
    method: 'initialize',
    params: { protocolVersion: '2025-11-25', clientInfo: { name: 'some-host', title: 'Some\nHost' } },
  };
  const askHuman = (id: number, question: string, _meta?: object) => ({
    id,
    method: 'tools/call',
    params: { name: 'ask_human', arguments: { question }, _meta },
  });
  const details = async () => {
    const cells = await house.json<{ chunk: string }[]>('ls');
    return Promise.all(cells.map(({ chunk }) => house.json<Detail>('show', chunk)));
  };

  test('started by hand, its session is a unit from its first question to its end', async () => {
    house = await DaemonFixture.open();
    const { say, answerTo, child } = bridgeIn(house.env);
    say(HELLO, { id: 1, method: 'tools/list' });
    await answerTo(1);
    assert.deepEqual(await details(), [], 'a session that never asks is no unit');
    say(askHuman(2, 'Which port?'));
    const card = await asked('Which port?');
    assert.deepEqual([card.chunk, card.asked_by, card.run], ['some-host-project', 'Some Host', 1]);
    await house.ok('answer', card.chunk, '--item', card.id, 'port 80');
    assert.equal(textOf(await answerTo(2)), 'port 80');
    say({ id: 3, method: 'tools/call', params: { name: 'my_unit', arguments: {} } });
    assert.match(textOf(await answerTo(3)), /- Which port\?\n {2}answered: port 80/);
    child.stdin.end();
    await once(child, 'close');
    await house.untilStatus('some-host-project', 'DONE');
    const [unit] = await details();
    assert.deepEqual(
      [unit?.chunk, unit?.title, unit?.external, unit?.status, unit?.items.map(({ delivery }) => delivery)],
      ['some-host-project', 'Some Host in project', true, 'DONE', ['delivered']],
    );
  });

  test('a question whose session has ended stays, and the next session that asks it has the answer', async () => {
    house = await DaemonFixture.open();
    // The host is a process of its own: while it lives, nobody takes its unit over.
    const script = `trap : TERM; "$0" "$1" mcp & wait $!; echo ended; read -r x`;
    const host = spawn(
      '/bin/sh',
      ['-c', `exec 3<&0; ${script.replace('mcp &', 'mcp <&3 &')}`, process.execPath, PROGRAM],
      {
        env: house.env,
        cwd: house.project,
        stdio: ['pipe', 'pipe', 'ignore'],
      },
    );
    bridges.push(host);
    const say = (to: ChildProcess, ...messages: readonly object[]) => {
      for (const message of messages) to.stdin?.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
    };
    say(host, HELLO, askHuman(1, 'Which port?'));
    const card = await asked('Which port?');
    const other = bridgeIn(house.env);
    other.say(HELLO, askHuman(1, 'Which color?'));
    assert.equal(
      (await asked('Which color?')).chunk,
      'some-host-project-2',
      'that of a living session was taken',
    );
    host.kill('SIGKILL');
    host.stdin.end();
    await until('the session to have ended', async () => (await details())[0]?.live === null);
    assert.equal((await asked('Which port?')).id, card.id);
    await house.ok('answer', card.chunk, '--item', card.id, 'port 80');
    const next = bridgeIn(house.env);
    next.say(HELLO, askHuman(1, 'Which port?'));
    assert.equal(textOf(await next.answerTo(1)), 'port 80');
    assert.equal((await details()).length, 2);
  });

  test('started by hand: cancelled, late, reported, closed', async () => {
    house = await DaemonFixture.open();
    const { say, answerTo, heard, child } = bridgeIn(house.env, '--wait', '1');
    say(HELLO, askHuman(1, 'Which port?'));
    const card = await asked('Which port?');
    assert.match(textOf(await answerTo(1)), /^No answer yet: call again with the same words/);
    say(askHuman(2, 'Which port?'), { method: 'notifications/cancelled', params: { requestId: 2 } });
    say(askHuman(3, 'Which port?', { progressToken: 'p' }));
    assert.match(textOf(await answerTo(3)), /^No answer yet/);
    assert.deepEqual([(await cards()).length, heard.some(({ id }) => id === 2)], [1, false]);
    await house.ok('answer', card.chunk, '--item', card.id, '80');
    // On a slow machine, once more.
    let said = '';
    for (let id = 100; said === '' || said.startsWith('No answer yet'); id++) {
      say(askHuman(id, 'Which port?'));
      said = textOf(await answerTo(id));
    }
    assert.equal(said, 'The operator answers: 80');
    const report = (id: number, given: object) =>
      say({ id, method: 'tools/call', params: { name: 'report', arguments: given } });
    report(5, { what: 'failed', words: 'no network' });
    await answerTo(5);
    assert.deepEqual(
      (await cards()).map(({ kind, context }) => [kind, context[0]?.text]),
      [['stuck', 'no network']],
    );
    await house.ok('answer', card.chunk, '--option', 'retry');
    report(6, { what: 'finished' });
    await answerTo(6);
    assert.equal(await house.statusOf(card.chunk), 'DONE');
    say(askHuman(7, 'And now?'));
    assert.equal((await asked('And now?')).chunk, `${card.chunk}-2`, 'work after the end is another unit');
    child.stdin.end();
    await once(child, 'close');
  });

  test('in a run of a host that gives calls up, the card names the moment, anew when it asks again', async () => {
    const { say } = bridgeIn(await inRun());
    const began = Date.now();
    say({ ...HELLO, params: { clientInfo: { name: 'codex-mcp-client' } } }, askHuman(1, 'Which port?'));
    const first = await asked('Which port?');
    const left = Date.parse(first.wait?.until ?? '') - began;
    assert.ok(left >= 290_000 && left < 350_000, `${first.wait?.until}`);
    const { stdout } = await house.signalbox('attention');
    const words =
      /The agent waits \d+ min more\. An answer after that is kept until it asks again, or for its next run\./;
    assert.match(stdout, words);
    assert.match((await house.signalbox('show', 'a')).stdout, words);
    say(askHuman(2, 'Which port?'));
    await until(
      'the second call',
      async () => (await asked('Which port?')).wait?.until !== first.wait?.until,
    );
    assert.ok(((await asked('Which port?')).wait?.until ?? '') > (first.wait?.until ?? ''));
    await house.end('SIGKILL');
    await house.start();
    assert.match((await house.signalbox('attention')).stdout, words);
  });

  test('started by hand where no daemon runs, the agent is told so, and asks once it does', async () => {
    house = DaemonFixture.make();
    const { say, answerTo } = bridgeIn(house.env);
    say(HELLO, askHuman(1, 'Which port?'));
    assert.match(textOf(await answerTo(1)), /No Signalbox runs for this folder.*signalbox start/);
    await house.start('--port', '0');
    say(askHuman(2, 'Which port?'));
    await asked('Which port?');
  });
});
