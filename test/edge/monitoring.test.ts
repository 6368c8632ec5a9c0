/** What a monitoring system is told, and who it is told to; and that the examples for one fit. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import Sqlite from 'better-sqlite3';
import WebSocket from 'ws';
import { DaemonFixture } from '../daemon-fixture.ts';
import { until } from '../until.ts';
import { Callers } from './callers.ts';
import type { Answer } from './http-client.ts';

const EXAMPLES = join(import.meta.dirname, '..', '..', '..', 'examples', 'monitoring');
const ADDRESSES = ['/healthz', '/readyz', '/metrics'];
const promtool = spawnSync('promtool', ['--version']).status === 0;
const NEEDS_PROMTOOL = { skip: promtool ? false : 'there is no promtool (Debian: prometheus)' };

const house = DaemonFixture.make();
const callers = new Callers(house);
const sockets: WebSocket[] = [];
before(async () => {
  await house.start('--port', '0');
  await house.ok('origin', 'add', 'https://wiki.example');
  await callers.must('units.add', {
    units: [
      { chunk: 'asks', command: 'signalbox ask "Which port?"' },
      { chunk: 'works', command: 'true' },
      { chunk: 'fails', command: 'exit 3' },
      { chunk: 'outside', external: true },
    ],
  });
  await house.untilStatus('asks', 'NEEDS_ATTENTION');
  await house.untilStatus('works', 'DONE');
  await house.untilStatus('fails', 'NEEDS_ATTENTION');
});
after(async () => {
  for (const socket of sockets) socket.terminate();
  await house.close();
});

async function tokenFor(...flags: string[]): Promise<string> {
  return (await house.ok('token', 'add', ...flags)).trim();
}
const get = (path: string, token: string): Promise<Answer> =>
  callers.anyone({ path, headers: { authorization: `Bearer ${token}` } });

/** The lines of the metrics that begin with a name, as numbers by the rest of their name. */
async function metric(name: string): Promise<Record<string, number>> {
  const { body } = await get('/metrics', await monitor());
  const lines = body
    .split('\n')
    .filter((line) => line.startsWith(name) && /[{ ]/.test(line[name.length] ?? ''));
  return Object.fromEntries(
    lines.map((line) => [
      line.slice(name.length, line.lastIndexOf(' ')),
      Number(line.slice(line.lastIndexOf(' '))),
    ]),
  );
}
let made: Promise<string> | null = null;
const monitor = () => {
  made ??= tokenFor('--role', 'monitor', '--name', 'prometheus');
  return made;
};

describe('who is told', () => {
  const guarded = DaemonFixture.make({}, { guarded: true });
  before(() => guarded.start('--port', '0'));
  after(() => guarded.close());

  test('nobody without a token, not even that it lives', async () => {
    for (const path of ADDRESSES)
      assert.equal((await new Callers(guarded).anyone({ path })).status, 401, path);
  });

  test('a monitor, a viewer and the operator', async () => {
    for (const token of [await monitor(), await tokenFor('--role', 'viewer'), callers.token])
      for (const path of ADDRESSES) assert.equal((await get(path, token)).status, 200, path);
  });

  test('no embed and no agent', async () => {
    const embed = await tokenFor('--role', 'embed', '--origin', 'https://wiki.example');
    const agent = await tokenFor('--role', 'agent', '--chunk', 'outside');
    for (const token of [embed, agent])
      for (const path of ADDRESSES) assert.equal((await get(path, token)).status, 403, path);
  });

  test('a monitor reads nothing else', async () => {
    for (const path of [
      '/',
      '/status',
      '/work-units',
      '/history',
      '/openapi.json',
      '/embed.js',
      '/trpc/status',
    ])
      assert.equal((await get(path, await monitor())).status, 403, path);
    const socket = new WebSocket(`ws://127.0.0.1:${callers.port}/trpc`, {
      headers: { authorization: `Bearer ${await monitor()}` },
    });
    sockets.push(socket);
    const heard: string[] = [];
    socket.on('message', (data) => heard.push(String(data)));
    socket.on('open', () =>
      socket.send(
        JSON.stringify({ id: 1, jsonrpc: '2.0', method: 'query', params: { path: 'status', input: {} } }),
      ),
    );
    await until('an answer', () => heard.length > 0);
    assert.match(heard[0] ?? '', /not for the role monitor/);
    socket.terminate();
  });
});

describe('what is told', () => {
  test('units, items, runs and events are those of the state', async () => {
    assert.equal((await metric('signalbox_units'))['{status="DONE"}'], 1);
    assert.equal((await metric('signalbox_units'))['{status="NEEDS_ATTENTION"}'], 2);
    const items = await metric('signalbox_open_items');
    assert.equal(items['{kind="question"}'], 1);
    assert.equal(items['{kind="stuck"}'], 1);
    assert.equal(items['{kind="review"}'], 0);
    const waited = (await metric('signalbox_oldest_item_seconds'))[''] ?? Number.NaN;
    assert.ok(waited > 0 && waited < 120, `${waited}`);
    const ended = await metric('signalbox_runs_ended_total');
    assert.deepEqual(ended, { '{outcome="done"}': 1, '{outcome="failed"}': 1 });
    assert.equal((await metric('signalbox_live_runs'))[''], 1);
    assert.equal((await metric('signalbox_events_total'))[''], await callers.seq());
    assert.ok(((await metric('nodejs_eventloop_lag_p99_seconds'))[''] ?? 0) > 0);
  });

  test('what agents report', async () => {
    const usage = { input_tokens: 10, output_tokens: 5, cached_tokens: 2, micro_usd: 1_500_000 };
    await callers.must('runs.note', { chunk: 'asks', run: 1, refused: [], usage });
    const tokens = await metric('signalbox_agent_tokens_total');
    assert.equal(tokens['{agent="shell",kind="input"}'], 10);
    assert.equal(tokens['{agent="shell",kind="cached"}'], 2);
    assert.equal((await metric('signalbox_agent_cost_usd_total'))['{agent="shell"}'], 1.5);
  });

  test('viewers, and how long a change takes to reach them', async () => {
    assert.equal((await metric('signalbox_viewers'))[''], 0);
    const socket = new WebSocket(`ws://127.0.0.1:${callers.port}/trpc`, {
      headers: { origin: callers.origin },
    });
    sockets.push(socket);
    const follow = {
      id: 1,
      jsonrpc: '2.0',
      method: 'subscription',
      params: { path: 'board.follow', input: {} },
    };
    const heard: string[] = [];
    socket.on('message', (data) => heard.push(String(data)));
    socket.on('open', () => socket.send(JSON.stringify(follow)));
    await until('a viewer', async () => (await metric('signalbox_viewers'))[''] === 1);
    const before = (await metric('signalbox_board_messages_sent_total'))[''] ?? 0;
    await callers.must('units.prioritize', { chunk: 'outside', priority: 7 });
    await until('the change', () => heard.some((text) => text.includes('"outside"')));
    await until(
      'a message',
      async () => ((await metric('signalbox_board_messages_sent_total'))[''] ?? 0) > before,
    );
    const count = (await metric('signalbox_commit_to_sent_seconds_count'))[''] ?? 0;
    const sum = (await metric('signalbox_commit_to_sent_seconds_sum'))[''] ?? 0;
    assert.ok(count >= 1 && sum > 0 && sum < 2 * count, `${sum} s, ${count} times`);
    socket.close();
    await until('no viewer', async () => (await metric('signalbox_viewers'))[''] === 0);
  });

  test('it is not ready while nothing can be stored, and lives all the same', async () => {
    const other = new Sqlite(house.paths.database, { timeout: 5000 });
    try {
      other.exec('begin immediate');
      const { status, body } = await get('/readyz', await monitor());
      assert.equal(status, 503);
      assert.equal((JSON.parse(body) as { code: string }).code, 'busy');
      assert.equal((await get('/healthz', await monitor())).status, 200);
    } finally {
      other.close();
    }
    assert.equal((await get('/readyz', await monitor())).status, 200);
  });
});

describe('the examples', () => {
  const named = (text: string) => [
    ...new Set(text.match(/\b(signalbox|nodejs|process)_[a-z0-9_]+/g)?.filter((name) => !name.endsWith('_'))),
  ];

  test('every metric that the rules and the board name is one that is told', async () => {
    const { body } = await get('/metrics', await monitor());
    const told = new Set(body.split('\n').map((line) => line.replace(/[{ ].*/, '')));
    const board = readFileSync(join(EXAMPLES, 'grafana.json'), 'utf8');
    const rules = readFileSync(join(EXAMPLES, 'alerts.yml'), 'utf8');
    assert.ok(named(board).length > 12 && named(rules).length > 4);
    for (const name of [...named(board), ...named(rules)]) assert.ok(told.has(name), name);
  });

  test('the board is one that Grafana takes: panels with queries, none on top of another', () => {
    interface Panel {
      readonly id: number;
      readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
      readonly targets: readonly { readonly expr: string }[];
    }
    const { panels, schemaVersion, templating } = JSON.parse(
      readFileSync(join(EXAMPLES, 'grafana.json'), 'utf8'),
    ) as { panels: Panel[]; schemaVersion: number; templating: { list: { name: string }[] } };
    assert.ok(schemaVersion >= 39 && templating.list[0]?.name === 'datasource');
    const taken = new Set<string>();
    for (const { gridPos, targets } of panels) {
      assert.ok(targets.every(({ expr }) => expr !== ''));
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++)
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          assert.ok(x < 24 && !taken.has(`${x} ${y}`));
          taken.add(`${x} ${y}`);
        }
    }
    assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length);
  });

  test(
    'Prometheus takes the metrics, its configuration and the rules, and the rules alert',
    NEEDS_PROMTOOL,
    async (t) => {
      const folder = mkdtempSync(join(tmpdir(), 'sb-'));
      t.after(() => rmSync(folder, { recursive: true, force: true }));
      cpSync(EXAMPLES, folder, { recursive: true });
      writeFileSync(join(folder, 'signalbox.token'), await monitor());
      const board = JSON.parse(readFileSync(join(EXAMPLES, 'grafana.json'), 'utf8')) as {
        panels: { title: string; targets: { expr: string }[] }[];
      };
      const records = board.panels
        .flatMap(({ targets }) => targets)
        .map(({ expr }, nth) => ({ record: `board:query${nth}`, expr }));
      writeFileSync(
        join(folder, 'board.yml'),
        JSON.stringify({ groups: [{ name: 'board', rules: records }] }),
      );
      const { body } = await get('/metrics', await monitor());
      const ok = (input: string, ...words: string[]) => {
        const { status, stdout, stderr } = spawnSync('promtool', words, {
          cwd: folder,
          input,
          encoding: 'utf8',
        });
        assert.equal(status, 0, `${words.join(' ')}: ${stdout}${stderr}`);
      };
      ok('', 'check', 'config', 'prometheus.yml');
      ok('', 'test', 'rules', 'alerts.test.yml');
      ok('', 'check', 'rules', 'board.yml');
      // What is ours; of what Node itself tells, some names are not as promtool would have them.
      ok(
        `${body
          .split('\n')
          .filter((line) => /\bsignalbox_/.test(line))
          .join('\n')}\n`,
        'check',
        'metrics',
      );
    },
  );
});

test('with --log-format json every line of the log is a document, errors with their stack', async (t) => {
  const other = DaemonFixture.make();
  t.after(() => other.close());
  await other.start('--port', '0', '--log-format', 'json');
  writeFileSync(other.paths.door, '{', { mode: 0o600 });
  await until('an error', async () => {
    await fetch(other.address);
    return other.daemonOutput.includes('door.json');
  });
  const ended = await other.end('SIGTERM');
  assert.equal(ended?.stderr, '');
  const lines = (ended?.stdout ?? '')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  for (const { level, time, pid, msg } of lines) {
    assert.ok(level === 30 || level === 50);
    assert.match(String(time), /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    assert.ok(Number(pid) > 0 && typeof msg === 'string');
  }
  assert.match(String(lines.at(-1)?.msg), /^Stopped/);
  const error = lines.find(({ level }) => level === 50) as {
    where: string;
    err: { message: string; stack: string };
  };
  assert.equal(error.where, 'door.json');
  assert.match(error.err.stack, /\n {4}at /);
});

test('a format of the log that there is not is refused', async () => {
  const { code, stderr } = await house.signalbox('start', '--log-format', 'xml');
  assert.equal(code, 64, stderr);
  assert.match(stderr, /--log-format takes text or json, not "xml"/);
});
