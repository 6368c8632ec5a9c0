/** A house in which what the scene names exists: its own name, a listed origin, a browser, tokens. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { DaemonFixture } from '../daemon-fixture.ts';
import { Callers } from '../edge/callers.ts';
import type { Renamed } from './request-bytes.ts';
import { COOKIE, LISTED, OWN_HOST, SECOND, TOKENS } from './scene.ts';

/** The name of the configured host is of no daemon that stands here: its cells are not for sending. */
export async function furnished(house: DaemonFixture): Promise<Renamed> {
  await house.start('--port', '0', '--max-agents', '0');
  const callers = new Callers(house);
  const { host_name: name } = JSON.parse(readFileSync(house.paths.door, 'utf8')) as { host_name: string };
  for (const origin of [LISTED, SECOND]) await told(house, 'origin', 'add', origin);
  await told(house, 'add', 'elsewhere', '--external');
  const agent = await told(house, 'token', 'add', '--role', 'agent', '--chunk', 'elsewhere');
  const [cookie, session] = await signedIn(callers);
  const port = String(callers.port);
  return [
    [OWN_HOST, `${name}:${port}`],
    ['7845', port],
    [COOKIE, cookie],
    [TOKENS.session, session],
    [TOKENS.operator, callers.token],
    [TOKENS.agent, agent],
  ];
}

async function told(house: DaemonFixture, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await house.signalbox(...args);
  assert.equal(code, 0, `signalbox ${args.join(' ')}: ${stderr}`);
  return stdout.trim();
}

/** Name and value of the cookie that a browser is given. */
async function signedIn(callers: Callers): Promise<readonly [string, string]> {
  const { url } = (await callers.must('access.link', { to: '/' })) as { url: string };
  const { host, pathname, search } = new URL(url);
  const headers = {
    host,
    'sec-fetch-mode': 'navigate',
    'sec-fetch-dest': 'document',
    'sec-fetch-site': 'none',
  };
  const answer = await callers.anyone({ path: pathname + search, headers });
  const [, name, value] = /^([^=]+)=([^;]+)/.exec(String(answer.headers['set-cookie'])) ?? [];
  assert.ok(name && value, `no cookie: ${answer.status} ${answer.body}`);
  return [name, value];
}
