/** The `ask` of an older version, waiting while the daemon is exchanged, as its messages were recorded. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { afterEach, test } from 'node:test';
import { WebSocket } from 'ws';
import { DaemonFixture } from '../daemon-fixture.ts';
import { type Answer, send } from '../edge/http-client.ts';
import { Gate } from '../runs/command-gate.ts';
import { until } from '../until.ts';

const MESSAGES = join(import.meta.dirname, '..', '..', '..', 'test', 'upgrades', 'messages');
const KEY = 'recorded-key';

type Recorded = { readonly path: string; readonly body: object } | { readonly socket: string };

function recorded(version: string): Recorded[] {
  const text = readFileSync(join(MESSAGES, `${version}.json`), 'utf8');
  return JSON.parse(text.replaceAll('KEY', KEY)) as Recorded[];
}

let house: DaemonFixture;
let gate: Gate;
let socket: WebSocket | null = null;
afterEach(async () => {
  socket?.terminate();
  gate.close();
  await house.close();
});

/** The token of a run that waits at the gate. */
async function runsToken(): Promise<string> {
  await house.add('a', `printf %s "$SIGNALBOX_CREDENTIAL" > token.new; mv token.new token; ${gate.wait}`);
  let token = '';
  await until('the run to begin', () => {
    token = readFileSync(join(house.project, 'token'), 'utf8');
    return true;
  });
  return token;
}

const post = (token: string, path: string, body: object): Promise<Answer> =>
  send({
    socketPath: house.paths.socket,
    method: 'POST',
    path,
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify(body),
  });

/** What an old asker reads of a row. */
interface ReadRow {
  readonly key: string;
  readonly id: string;
  readonly state: string;
  readonly answer: { readonly options: readonly string[]; readonly text: string } | null;
  readonly withdrawn_why: string | null;
}
interface Heard {
  readonly result?: {
    readonly type: string;
    readonly data?: {
      readonly id: string;
      readonly data: {
        readonly snapshot: { readonly rows: readonly ReadRow[] } | null;
        readonly news: { readonly put: readonly ReadRow[]; readonly drop: readonly string[] } | null;
      };
    };
  };
}

async function follow(token: string, message: string): Promise<ReadRow[]> {
  const rows: ReadRow[] = [];
  const opened = new WebSocket('ws://localhost/trpc', {
    createConnection: () => createConnection(house.paths.socket),
    headers: { authorization: `Bearer ${token}` },
  });
  socket = opened;
  await new Promise((resolve, reject) => opened.once('open', resolve).once('error', reject));
  opened.on('message', (data: Buffer) => {
    const text = data.toString();
    if (text === 'PONG') return;
    const { snapshot, news } = (JSON.parse(text) as Heard).result?.data?.data ?? {};
    rows.push(...(snapshot?.rows ?? []), ...(news?.put ?? []));
  });
  opened.send(message);
  await until('the item to be shown', () => rows.length > 0);
  return rows;
}

for (const version of ['ask-of-schema-7', 'ask-of-schema-13'])
  test(`${version}: its question, its waiting over an exchange of the daemon, and its receipt are understood`, async () => {
    house = DaemonFixture.make();
    gate = new Gate(house.project);
    await house.start('--port', '0');
    const token = await runsToken();
    const [ask, ...rest] = recorded(version);
    const sockets = rest.flatMap((each) => ('socket' in each ? [each.socket] : []));
    const confirm = rest.find((each) => 'path' in each);
    assert.ok(ask && 'path' in ask && confirm && 'path' in confirm);

    const asked = await post(token, ask.path, ask.body);
    assert.equal(asked.status, 200, asked.body);
    const items = (JSON.parse(asked.body) as { result: { data: { result: { items: string[] } } } }).result;
    assert.deepEqual(items.data.result.items, [KEY]);
    await follow(token, sockets[0] ?? '');
    await house.end('SIGKILL');
    await house.start();

    // The same question sent again is the same item, and the stream goes on.
    const again = await post(token, ask.path, ask.body);
    assert.deepEqual(JSON.parse(again.body).result.data.result.items, [KEY]);
    const rows = await follow(token, sockets[0] ?? '');
    assert.deepEqual([rows[0]?.id, rows[0]?.key, rows[0]?.state], [KEY, `item:${KEY}`, 'open']);
    for (const more of sockets.slice(1, -1)) socket?.send(more);
    await house.ok('answer', 'a', '--option', '443', 'no');
    await until('the answer to arrive', () => rows.at(-1)?.state === 'answered');
    const { options, text } = rows.at(-1)?.answer ?? {};
    assert.deepEqual([options, text, rows.at(-1)?.withdrawn_why], [['443'], 'no', null]);
    const confirmed = await post(token, confirm.path, confirm.body);
    assert.equal(confirmed.status, 200, confirmed.body);
    gate.open();
    await house.untilStatus('a', 'DONE');
  });
