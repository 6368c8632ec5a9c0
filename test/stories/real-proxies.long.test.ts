/**
 * Behind nginx, HAProxy and Caddy as they are installed, with TLS, with a host of their own and under a path of one: pages,
 * forms, cookies, sockets and plans. The examples are what is tried.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { request } from 'node:https';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import WebSocket from 'ws';
import { DaemonFixture } from '../daemon-fixture.ts';
import { until } from '../until.ts';
import { linkOf } from './visitor.ts';

const EXAMPLES = join(import.meta.dirname, '..', '..', '..', 'examples', 'proxies');
const FORM = 'application/x-www-form-urlencoded';

interface Proxy {
  readonly name: string;
  /** As the example has it. */
  readonly host: string;
  readonly basePath: string;
  readonly program: string;
  /** Writes its configuration into a folder; returns its arguments. */
  readonly configure: (
    folder: string,
    ports: { readonly front: number; readonly daemon: number },
  ) => string[];
}

const example = (name: string) => readFileSync(join(EXAMPLES, name), 'utf8');

const ALONE = { host: 'signalbox.example.com', basePath: '' } as const;
const SHARED = { host: 'example.com', basePath: '/signalbox' } as const;

const nginx =
  (file: string): Proxy['configure'] =>
  (folder, { front, daemon }) => {
    const site = example(file)
      .replace('listen 443 ssl', `listen 127.0.0.1:${front} ssl`)
      .replace(/\/etc\/ssl\/\w+\.pem/, join(folder, 'cert.pem'))
      .replace(/\/etc\/ssl\/\w+\.key/, join(folder, 'key.pem'))
      .replace('127.0.0.1:7845', `127.0.0.1:${daemon}`);
    const own = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
      (kind) => `${kind}_temp_path ${join(folder, kind)};`,
    );
    const user = process.getuid?.() === 0 ? 'user root;' : '';
    const config = `${user} daemon off; pid ${join(folder, 'pid')}; error_log stderr; events {}
http { access_log off; ${own.join(' ')}
${site}}`;
    writeFileSync(join(folder, 'nginx.conf'), config);
    return ['-p', folder, '-e', 'stderr', '-c', join(folder, 'nginx.conf')];
  };

const haproxy =
  (file: string): Proxy['configure'] =>
  (folder, { front, daemon }) => {
    const config = example(file)
      .replace('bind :443', `bind 127.0.0.1:${front}`)
      .replace(/\/etc\/ssl\/\w+-with-key\.pem/, join(folder, 'both.pem'))
      .replace('127.0.0.1:7845', `127.0.0.1:${daemon}`);
    writeFileSync(join(folder, 'haproxy.cfg'), config);
    return ['-db', '-f', join(folder, 'haproxy.cfg')];
  };

const caddy: Proxy['configure'] = (folder, { front, daemon }) => {
  const site = example('Caddyfile')
    .replace(
      'signalbox.example.com {',
      `https://signalbox.example.com:${front} {\nbind 127.0.0.1\ntls cert.pem key.pem`,
    )
    .replace('127.0.0.1:7845', `127.0.0.1:${daemon}`);
  const file = join(folder, 'Caddyfile');
  writeFileSync(
    file,
    `{\nadmin off\nauto_https disable_redirects\nstorage file_system ${folder}\n}\n${site}`,
  );
  return ['run', '--config', file, '--adapter', 'caddyfile'];
};

const PROXIES: readonly Proxy[] = [
  { name: 'nginx', ...ALONE, program: '/usr/sbin/nginx', configure: nginx('nginx.conf') },
  { name: 'nginx', ...SHARED, program: '/usr/sbin/nginx', configure: nginx('nginx-sub-path.conf') },
  { name: 'HAProxy', ...ALONE, program: '/usr/sbin/haproxy', configure: haproxy('haproxy.cfg') },
  { name: 'HAProxy', ...SHARED, program: '/usr/sbin/haproxy', configure: haproxy('haproxy-sub-path.cfg') },
  { name: 'Caddy', ...ALONE, program: '/usr/bin/caddy', configure: caddy },
];

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

const isThere = (program: string) => spawnSync(program, ['-v']).error === undefined;

for (const { name, host: HOST, basePath, program, configure } of PROXIES)
  describe(`behind ${name}${basePath === '' ? '' : `, at ${basePath}`}`, {
    skip: isThere(program) ? false : `${name} is not installed`,
  }, () => {
    const house = DaemonFixture.make({}, { guarded: true });
    const folder = join(house.folder, 'proxy');
    let front = 0;
    let proxy: ChildProcess | null = null;
    let cookie = '';
    let said = '';
    const underPath = basePath === '' ? [] : ['--base-path', basePath, '--trust-whole-origin'];
    const origin = () => `https://${HOST}:${front}`;

    before(async () => {
      mkdirSync(folder);
      const subject = ['-subj', `/CN=${HOST}`, '-addext', `subjectAltName=DNS:${HOST}`];
      const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
      execFileSync(
        'openssl',
        ['req', '-x509', ...key, ...subject, '-keyout', 'key.pem', '-out', 'cert.pem'],
        {
          cwd: folder,
          stdio: 'ignore',
        },
      );
      const both = ['cert.pem', 'key.pem'].map((file) => readFileSync(join(folder, file), 'utf8'));
      writeFileSync(join(folder, 'both.pem'), both.join(''));
      front = await freePort();
      await house.start('--port', '0', '--max-agents', '0', '--public-origin', origin(), ...underPath);
      const daemon = Number(
        (await house.json<{ local_address: string }>('status')).local_address.match(/:(\d+)\//)?.[1],
      );
      proxy = spawn(program, configure(folder, { front, daemon }), {
        cwd: folder,
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      for (const stream of [proxy.stdout, proxy.stderr])
        stream?.on('data', (part: Buffer) => {
          said += part.toString();
        });
      await until(`${name} to answer`, async () => {
        if (proxy?.exitCode !== null) throw new Error(`${name} ended: ${said}`);
        return (await ask('/')).status === 401;
      });
    });
    after(async () => {
      proxy?.kill('SIGTERM');
      if (proxy?.exitCode === null) await once(proxy, 'exit');
      await house.close();
    });

    interface Asking {
      readonly method?: string;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
    }
    const tls = () => ({ ca: readFileSync(join(folder, 'cert.pem')), servername: HOST });

    /** As a browser that knows the name; status 0: nobody answers. */
    const ask = (path: string, asking: Asking = {}) => askAt(basePath + path, asking);
    function askAt(path: string, { method = 'GET', headers = {}, body }: Asking) {
      return new Promise<{ status: number; headers: IncomingHttpHeaders; body: string }>((resolve) => {
        const own = { host: `${HOST}:${front}`, ...(cookie === '' ? {} : { cookie }), ...headers };
        const call = request({
          ...tls(),
          host: '127.0.0.1',
          port: front,
          path,
          method,
          headers: own,
          agent: false,
        });
        call.on('error', () => resolve({ status: 0, headers: {}, body: '' }));
        call.on('response', (answer) => {
          let text = '';
          answer.on('data', (part: Buffer) => {
            text += part.toString();
          });
          answer.on('close', () =>
            resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: text }),
          );
        });
        call.end(body);
      });
    }
    const form = (path: string, fields: Record<string, string>, from = origin()) =>
      ask(path, {
        method: 'POST',
        headers: { 'content-type': FORM, origin: from },
        body: new URLSearchParams(fields).toString(),
      });

    test('the link leads to the name of the proxy, and the cookie is for TLS alone', async () => {
      const url = await linkOf(house);
      assert.equal(new URL(url).origin, origin());
      const { status, headers } = await askAt(new URL(url).pathname, {});
      assert.equal(status, 303);
      const set = String(headers['set-cookie'] ?? '');
      assert.match(set, /HttpOnly/i);
      assert.match(set, /SameSite=Strict/i);
      assert.match(set, /Secure/i);
      assert.equal(/Path=([^;]*)/i.exec(set)?.[1], basePath || '/');
      cookie = set.split(';')[0] ?? '';
      const page = await ask('/');
      assert.equal(page.status, 200);
      assert.match(page.body, /<!doctype html>/);
      assert.match(String(page.headers['content-security-policy']), /default-src 'none'/);
    });

    test('a form with a plan of 150 units', async () => {
      const units = Array.from({ length: 150 }, (_, nth) => ({
        chunk: `form-${nth}`,
        external: true,
        goal: 'x'.repeat(250),
      }));
      const { status, headers, body } = await form('/new/plan', { plan: JSON.stringify({ units }) });
      assert.equal(status, 303, body.slice(0, 300));
      assert.equal(headers.location, `${basePath}/`);
      assert.equal((await house.json<unknown[]>('ls')).length, 150);
    });

    test('a form from another page is refused', async () => {
      const { status } = await form('/work-units/form-1/hold', { why: 'x' }, 'https://evil.example');
      assert.equal(status, 403);
    });

    test('a script with a token sends nearly a mebibyte, and more is refused', async () => {
      const token = (await house.ok('token', 'add')).trim();
      const send = (bytes: number) => {
        const units = [{ chunk: `script-${bytes}`, external: true, goal: 'y'.repeat(10) }];
        const body = JSON.stringify({ units }).padEnd(bytes, ' ');
        const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json', cookie: '' };
        return ask('/work-units', { method: 'POST', headers, body });
      };
      assert.equal((await send(1_000_000)).status, 200);
      assert.equal((await send(1_100_000)).status, 413);
    });

    test('a socket follows the board for as long as it is open, and comes with the cookie alone', async () => {
      const open = (headers: Record<string, string>) =>
        new WebSocket(`wss://${HOST}:${front}${basePath}/trpc`, {
          ...tls(),
          lookup: (_name, _options, done) => done(null, [{ address: '127.0.0.1', family: 4 }]),
          headers: { host: `${HOST}:${front}`, ...headers },
        });
      const stranger = open({ origin: origin() });
      const [refused] = (await once(stranger, 'error')) as [Error];
      assert.match(refused.message, /401/);
      const socket = open({ origin: origin(), cookie });
      const heard: string[] = [];
      socket.on('message', (data) => heard.push(String(data)));
      await once(socket, 'open');
      const params = { path: 'board.follow', input: { chunk: 'form-7' } };
      socket.send(JSON.stringify({ id: 1, jsonrpc: '2.0', method: 'subscription', params }));
      await until('the board', () => heard.some((text) => text.includes('"form-7"')));
      const before = heard.length;
      assert.equal((await form('/work-units/form-7/hold', { why: 'behind a proxy' })).status, 303);
      await until('the change', () => heard.slice(before).some((text) => text.includes('BLOCKED')));
      socket.close();
    });

    test('under another name there is nothing of ours', async () => {
      const { status, body } = await ask('/', { headers: { host: 'other.example' } });
      // Caddy does not ask us.
      assert.ok(status === 421 || body === '', `${status} ${body.slice(0, 100)}`);
    });
  });
