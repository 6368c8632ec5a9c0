/** Whoever may no longer stay is heard no more and told no more, also where they do not play along; and what pages keep back. */
import assert from 'node:assert/strict';
import type { EventEmitter } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { get, request } from 'node:http';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { WebSocket } from 'ws';
import { DaemonFixture } from '../daemon-fixture.ts';
import { until } from '../until.ts';
import { Callers } from './callers.ts';

const TARGET = 'http://127.0.0.1:9';
const house = DaemonFixture.make({}, { guarded: true });
const callers = new Callers(house);
const own = join(house.folder, 'config', 'signalbox');
before(async () => {
  mkdirSync(own, { recursive: true, mode: 0o700 });
  const file = { notify: { webhook: { url: `${TARGET}/a-topic` } } };
  writeFileSync(join(own, 'config.json'), JSON.stringify(file), { mode: 0o600 });
  await house.start('--port', '0', '--max-agents', '0');
  await callers.must('units.add', { units: [{ chunk: 'elsewhere', external: true }] });
});
after(() => house.close());

const tokenFor = (...flags: string[]) => house.json<{ id: string; token: string }>('token', 'add', ...flags);
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const settings = async () =>
  (await callers.read<{ settings: { max_agents: number } }>('status')).settings.max_agents;

interface Stubborn {
  readonly say: (method: string, path: string, input: object) => void;
  /** With which code the daemon wants to close; null: it does not. */
  readonly told: () => number | null;
  /** Answers the close at last: by then, all that was said has arrived. */
  readonly leave: () => Promise<void>;
}

/** A socket that does not answer when it is closed, and goes on. */
async function stubborn(token: string): Promise<Stubborn> {
  const socket = new WebSocket(`ws://127.0.0.1:${callers.port}/trpc`, { headers: bearer(token) });
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  socket.on('error', () => {});
  const { _receiver: receiver } = socket as unknown as { _receiver: EventEmitter };
  let code: number | null = null;
  receiver.removeAllListeners('conclude').once('conclude', (told: number) => {
    code = told;
  });
  let id = 0;
  return {
    say: (method, path, input) => socket.send(JSON.stringify({ id: ++id, method, params: { path, input } })),
    told: () => code,
    async leave() {
      const closed = new Promise((resolve) => socket.once('close', resolve));
      socket.close();
      await closed;
    },
  };
}

test('a revoked token changes nothing by a socket that does not answer its close', async () => {
  const { id, token } = await tokenFor('--role', 'operator');
  const peer = await stubborn(token);
  peer.say('mutation', 'config.update', { max_agents: 0, keep_days: 9 });
  await callers.must('access.revoke', { id });
  await until('the close', () => peer.told() !== null);
  assert.equal(peer.told(), 4401);
  const seq = await callers.seq();
  peer.say('mutation', 'config.update', { max_agents: 13 });
  await peer.leave();
  assert.equal(await settings(), 0);
  assert.equal(await callers.seq(), seq);
});

test('who says too much is not heard on, whether they answer the close or not', async () => {
  const { token } = await tokenFor('--role', 'operator');
  const peer = await stubborn(token);
  for (let said = 0; said < 60; said++) peer.say('query', 'access.me', {});
  await until('the close', () => peer.told() !== null);
  assert.equal(peer.told(), 1008);
  peer.say('mutation', 'config.update', { max_agents: 14 });
  await peer.leave();
  assert.equal(await settings(), 0);
});

interface Followed {
  readonly heard: () => string;
  readonly isEnded: () => boolean;
  readonly leave: () => void;
}

/** The board as an event stream over HTTP. */
async function followed(token: string): Promise<Followed> {
  let heard = '';
  let isEnded = false;
  const call = get({
    host: '127.0.0.1',
    port: callers.port,
    path: '/trpc/board.follow?input=%7B%7D',
    headers: { ...bearer(token), accept: 'text/event-stream' },
  });
  call.on('error', () => {});
  call.on('response', (answer) => {
    answer.on('error', () => {});
    answer.setEncoding('utf8').on('data', (part: string) => {
      heard += part;
    });
    answer.once('close', () => {
      isEnded = true;
    });
  });
  await until('the board', () => heard.includes('"snapshot"'));
  return { heard: () => heard, isEnded: () => isEnded, leave: () => call.destroy() };
}

test('an event stream over HTTP ends with the token that opened it, and no other does', async () => {
  const [gone, stays] = [await tokenFor('--role', 'viewer'), await tokenFor('--role', 'viewer')];
  const [ended, going] = [await followed(gone.token), await followed(stays.token)];
  await callers.must('access.revoke', { id: gone.id });
  await until('the end', ended.isEnded);
  await callers.must('units.edit', { chunk: 'elsewhere', title: 'Told on' });
  await until('the news', () => going.heard().includes('Told on'));
  assert.ok(!ended.heard().includes('Told on'));
  going.leave();
});

for (const [path, type, body] of [
  ['/trpc/config.update', 'application/json', '{"max_agents": 15}'],
  ['/config', 'application/json', '{"max_agents": 15}'],
  ['/config', 'application/x-www-form-urlencoded', 'max_agents=15'],
  [
    '/new/plan',
    'application/json',
    '{"text": "{\\"units\\":[{\\"chunk\\":\\"late\\",\\"external\\":true}]}"}',
  ],
] as const)
  test(`a ${type} to ${path} whose body comes after the token is revoked changes nothing`, async () => {
    const { id, token } = await tokenFor('--role', 'operator');
    const call = request({
      host: '127.0.0.1',
      port: callers.port,
      method: 'POST',
      path,
      headers: {
        ...bearer(token),
        'content-type': type,
        'content-length': body.length,
        expect: '100-continue',
      },
    });
    const status = new Promise<number>((resolve, reject) => {
      call.on('response', (answer) => resolve(answer.resume().statusCode ?? 0)).on('error', reject);
    });
    // The head was looked at: the body is asked for.
    const wanted = new Promise((resolve) => call.once('continue', resolve));
    call.flushHeaders();
    await wanted;
    await callers.must('access.revoke', { id });
    const seq = await callers.seq();
    call.end(body);
    assert.equal(await status, 401);
    assert.equal(await callers.seq(), seq);
    assert.equal(await settings(), 0);
  });

test('the name of a stream is short', async () => {
  const { token } = await tokenFor('--role', 'viewer');
  const socket = new WebSocket(`ws://127.0.0.1:${callers.port}/trpc`, { headers: bearer(token) });
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  const reply = new Promise<string>((resolve) => socket.once('message', (data) => resolve(String(data))));
  const params = { path: 'board.follow', input: {} };
  socket.send(JSON.stringify({ id: 'x'.repeat(201), method: 'subscription', params }));
  assert.match(await reply, /"error".*at most 200 characters/);
  socket.terminate();
});

test('pages tell the operator alone where notices go, and what is wrong on this machine', async () => {
  const page = async (token: string, path: string) => {
    const { status, body } = await callers.anyone({ path, headers: bearer(token) });
    assert.equal(status, 200, path);
    return body;
  };
  writeFileSync(join(own, 'policy.json'), '{');
  assert.equal((await callers.anyone({ path: '/', headers: bearer('Z'.repeat(43)) })).status, 401);
  const shown = async (token: string) => {
    const both = (await page(token, '/settings')) + (await page(token, '/'));
    return [TARGET, own, 'sign-in failed', 'Send a test'].filter((words) => both.includes(words));
  };
  assert.deepEqual(await shown(callers.token), [TARGET, own, 'sign-in failed', 'Send a test']);
  assert.equal((await house.signalbox('origin', 'add', 'https://board.example')).code, 0);
  const viewer = await tokenFor('--role', 'viewer');
  const embed = await tokenFor('--role', 'embed', '--origin', 'https://board.example');
  for (const { token } of [viewer, embed]) assert.deepEqual(await shown(token), []);
});
