/** Whoever opens connections and says nothing takes no run, no page and no terminal away. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { Connections, mostConnections, openFileLimit } from '../../server/web/connections.ts';
import { DaemonFixture, PROGRAM } from '../daemon-fixture.ts';
import { until } from '../until.ts';
import { Callers } from './callers.ts';
import { raw } from './http-client.ts';

const FILES = 256;

/** A daemon that may open no more files than this. */
async function startWith(house: DaemonFixture, files: number): Promise<void> {
  const words = [process.execPath, PROGRAM, 'start', '--foreground', '--no-auth', '--port', '0'];
  const line = `ulimit -n ${files} && exec "$0" "$@"`;
  spawn('/bin/sh', ['-c', line, ...words], { cwd: house.project, env: house.env, stdio: 'ignore' });
  await until('the daemon', async () => (await fetch(house.address)).status === 200);
}

const KINDS: Readonly<Record<string, (own: string) => string>> = {
  'say nothing': () => '',
  'say half a head': (own) => `GET / HTTP/1.1\r\nHost: ${own}\r\nX: `,
  'are answered and stay': (own) => `GET /sign-in HTTP/1.1\r\nHost: ${own}\r\n\r\n`,
  'say half a body': (own) =>
    `POST /config HTTP/1.1\r\nHost: ${own}\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{`,
};

describe(`with ${FILES} files`, { skip: process.platform === 'linux' ? false : 'Counts by ulimit.' }, () => {
  const house = DaemonFixture.make();
  const silent: Socket[] = [];
  before(() => startWith(house, FILES));
  after(async () => {
    for (const socket of silent) socket.destroy();
    await house.close();
  });

  test('600 silent connections of every kind keep nobody out', async () => {
    const { port, host } = new URL(house.address);
    const kinds = Object.values(KINDS);
    for (let nth = 0; nth < 600; nth++) {
      // First those that the oldest limits of Node let stay for a minute.
      const said = kinds[nth < 500 ? nth % 2 : nth % kinds.length]?.(host) ?? '';
      const socket = connect(Number(port), '127.0.0.1', () => socket.write(said));
      socket.on('error', () => {}).on('data', () => {});
      silent.push(socket);
    }
    await until('all to be let in or sent away', () => silent.every(({ connecting }) => !connecting));
    const open = () => silent.filter(({ closed, destroyed }) => !closed && !destroyed).length;
    await until('most to be sent away', () => open() <= mostConnections(FILES));
    assert.equal((await fetch(house.address)).status, 200, 'a page');
    await house.add('one', 'signalbox ask "Which?"');
    await house.untilStatus('one', 'NEEDS_ATTENTION');
    assert.equal((await house.signalbox('answer', 'one', 'this')).code, 0);
    await house.untilStatus('one', 'DONE');
    const { runs } = await house.json<{ runs: readonly unknown[] }>('show', 'one');
    assert.equal(runs.length, 1, 'none that could not begin');
  });
});

describe('too slow', { concurrency: true }, () => {
  const house = DaemonFixture.make();
  const callers = new Callers(house);
  before(async () => {
    for (const [name, value] of [
      ['head_ms', '400'],
      ['request_ms', '400'],
    ] as const)
      assert.equal((await house.signalbox('limits', 'set', name, value)).code, 0);
    await house.start('--port', '0', '--max-agents', '0');
  });
  after(() => house.close());

  const where = () => ({ host: '127.0.0.1', port: callers.port });
  const own = () => `127.0.0.1:${callers.port}`;
  const post = (type: string, path: string) =>
    `POST ${path} HTTP/1.1\r\nHost: ${own()}\r\nOrigin: http://${own()}\r\nContent-Type: ${type}\r\n`;
  const slow: Readonly<Record<string, () => string>> = {
    'nothing at all': () => '',
    'half a head': () => `GET / HTTP/1.1\r\nHost: ${own()}\r\nX: `,
    'half a form': () =>
      `${post('application/x-www-form-urlencoded', '/config')}Content-Length: 99\r\n\r\nmax`,
    'half a JSON': () => `${post('application/json', '/config')}Content-Length: 99\r\n\r\n{"max`,
    'half a procedure': () =>
      `${post('application/json', '/trpc/units.close')}Content-Length: 99\r\n\r\n{"chu`,
    'chunks that end nowhere': () =>
      `${post('application/json', '/config')}Transfer-Encoding: chunked\r\n\r\n4\r\n{"ma\r\n`,
  };
  for (const [what, said] of Object.entries(slow))
    test(`${what} is cut, with what every answer carries`, async () => {
      const seq = await callers.seq();
      const { status, text } = await raw(where(), said());
      assert.equal(status, 408, text);
      assert.match(text, /Content-Security-Policy: default-src 'none'/);
      assert.equal(await callers.seq(), seq);
    });

  test('somebody who is slow to read, or waits between requests, is none of them', async () => {
    const socket = connect(callers.port, '127.0.0.1');
    let heard = '';
    socket.on('data', (part: Buffer) => {
      heard += part.toString('latin1');
    });
    await once(socket, 'connect');
    for (let nth = 1; nth <= 3; nth++) {
      socket.write(`GET /sign-in HTTP/1.1\r\nHost: ${own()}\r\n\r\n`);
      await until(`answer ${nth}`, () => heard.split('HTTP/1.1 200').length === nth + 1);
      const now = Date.now();
      await until('longer than a head may take', () => Date.now() > now + 500);
    }
    socket.destroy();
    assert.doesNotMatch(heard, /408/);
  });
});

test('the limit of files is that of this process', () => {
  const limit = openFileLimit();
  assert.ok(limit >= 64, String(limit));
  assert.ok(mostConnections(1024) <= 1024 - 256, 'a quarter is kept');
  for (const files of [64, 256, 1024, 1_000_000]) assert.ok(mostConnections(files) >= 16);
});

test('of silent connections the oldest goes, and never one on which somebody speaks', () => {
  const gone: number[] = [];
  const socketOf = (port: number) => {
    const close: (() => void)[] = [];
    const once = (_: string, listener: () => void) => close.push(listener);
    const destroy = () => {
      gone.push(port);
      for (const each of close) each();
    };
    return { remoteAddress: '127.0.0.1', remotePort: port, once, destroy };
  };
  let come: (socket: object) => void = () => {};
  const server = { on: (_: string, listener: typeof come) => (come = listener) };
  // Three silent ones, sixteen in all.
  const connections = new Connections(64, 3);
  connections.watch(server as never);
  const sockets = Array.from({ length: 40 }, (_, port) => socketOf(port));
  const speaking = sockets.slice(0, 13);
  for (const socket of speaking) {
    come(socket);
    connections.speaks(socket as never);
  }
  for (const socket of sockets.slice(13, 16)) come(socket);
  assert.deepEqual(gone, []);
  come(sockets[16]!);
  assert.deepEqual(gone, [13]);
  connections.isSilentAgain(sockets[0] as never);
  assert.deepEqual(gone, [13, 14]);
  for (const socket of [sockets[0]!, sockets[15]!, sockets[16]!]) connections.speaks(socket as never);
  come(sockets[17]!);
  assert.deepEqual(gone, [13, 14], 'sixteen are open');
  come(sockets[18]!);
  assert.deepEqual(gone, [13, 14, 17]);
  connections.speaks(sockets[18] as never);
  come(sockets[19]!);
  assert.deepEqual(gone, [13, 14, 17, 19], 'all speak: the newcomer goes');
});
