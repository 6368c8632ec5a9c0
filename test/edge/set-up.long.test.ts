/** How a daemon starts, or says in a sentence and an exit code why it cannot; and how the terminal does. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterEach, test } from 'node:test';
import Sqlite from 'better-sqlite3';
import { readPlan } from '../../server/daemon/read-plan.ts';
import { Problem } from '../../server/system/problem.ts';
import { DaemonFixture, type Finished } from '../daemon-fixture.ts';
import { Callers } from './callers.ts';

const houses: DaemonFixture[] = [];
const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) server.close();
  await Promise.all(houses.splice(0).map((house) => house.close()));
});

function newHouse(env: NodeJS.ProcessEnv = {}): DaemonFixture {
  const house = DaemonFixture.make(env);
  houses.push(house);
  return house;
}

/** A house whose daemon has run once. */
async function usedHouse(...flags: string[]): Promise<DaemonFixture> {
  const house = newHouse();
  await house.start('--port', '0', '--max-agents', '0', ...flags);
  await house.end('SIGTERM');
  return house;
}

const PATIENCE_MS = 20_000;

/** A command to its end, by force where it does not end by itself: no test waits for ever. */
async function run(house: DaemonFixture, ...args: string[]): Promise<Finished> {
  const running = house.run(...args);
  const late = setTimeout(() => running.child.kill('SIGKILL'), PATIENCE_MS);
  const finished = await running.finished;
  clearTimeout(late);
  return finished;
}

/** Tries to start a daemon that should not start. */
const startOf = (house: DaemonFixture, ...flags: string[]) => run(house, 'start', '--foreground', ...flags);

/** A sentence for a person: no stack, nothing on stdout. */
function checkRefused({ code, stderr, stdout }: Finished, expected: number, message: RegExp): void {
  assert.equal(code, expected, stderr);
  assert.match(stderr, message);
  assert.match(stderr, /^signalbox: /m);
  assert.doesNotMatch(stderr, /\n\s+at |node:internal|\.js:\d+:\d+/);
  assert.equal(stdout, '');
}

const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);
const digestOf = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex');
const writePlan = (house: DaemonFixture, content: unknown): string => {
  const path = join(house.folder, 'plan.json');
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
};

/** Somebody else on a port. */
async function takePort(host: string): Promise<number> {
  const server = createServer();
  servers.push(server);
  await new Promise<void>((resolve) => server.listen({ host, port: 0, ipv6Only: host === '::1' }, resolve));
  const address = server.address();
  return typeof address === 'object' && address ? address.port : 0;
}

const isFree = (host: string, port: number) =>
  new Promise<boolean>((resolve) => {
    const probe = createServer();
    probe.on('error', () => resolve(false));
    probe.listen({ host, port }, () => probe.close(() => resolve(true)));
  });

// What it makes

test('the state is for the operator alone: folder 0700, door and database and socket 0600', async () => {
  const house = newHouse();
  await house.start('--port', '0');
  const { folder, runs, door, database, socket, holder, port } = house.paths;
  for (const path of [folder, runs]) assert.equal(modeOf(path), '700', path);
  for (const path of [door, database, socket, holder, port]) assert.equal(modeOf(path), '600', path);
  assert.ok(!readdirSync(house.project).length, 'nothing is written into the project');
});

test('a umask that lets everybody in changes nothing of that', async () => {
  const house = newHouse();
  const before = process.umask(0);
  try {
    await house.start('--port', '0');
  } finally {
    process.umask(before);
  }
  const { folder, door, database, socket } = house.paths;
  assert.deepEqual([folder, door, database, socket].map(modeOf), ['700', '600', '600', '600']);
});

test('two projects have two names; one project keeps its own', async () => {
  const nameOf = ({ paths }: DaemonFixture) =>
    (JSON.parse(readFileSync(paths.door, 'utf8')) as { host_name: string }).host_name;
  const [one, two] = [await usedHouse(), await usedHouse()];
  const first = nameOf(one);
  assert.match(first, /^[a-z2-7]{10}\.localhost$/);
  assert.notEqual(first, nameOf(two));
  await one.start('--port', '0');
  assert.equal(nameOf(one), first);
});

test('the token that the terminal prints is the one that the door takes', async () => {
  const house = newHouse();
  await house.start('--port', '0');
  const { stdout } = await run(house, 'token', 'add');
  const headers = { authorization: `Bearer ${stdout.trim()}`, 'content-type': 'application/json' };
  const body = JSON.stringify({ units: [{ chunk: 'one', command: 'true' }] });
  const answer = await new Callers(house).anyone({ method: 'POST', path: '/trpc/units.add', headers, body });
  assert.equal(answer.status, 200, answer.body);
});

// Whom it does not trust

test('a state folder that is open to others is refused, with the command that mends it', async () => {
  const house = await usedHouse();
  for (const mode of [0o755, 0o770, 0o701]) {
    chmodSync(house.paths.folder, mode);
    const refused = await startOf(house);
    checkRefused(refused, 77, new RegExp(`open to others \\(mode ${mode.toString(8)}\\)`));
    assert.ok(refused.stderr.includes(`chmod 700 ${house.paths.folder}`));
  }
});

test('a database or a door that is open to others is refused, with the command that mends it', async () => {
  const house = await usedHouse();
  for (const file of [house.paths.database, house.paths.door])
    for (const mode of [0o644, 0o640, 0o602]) {
      chmodSync(file, mode);
      const refused = await startOf(house);
      checkRefused(refused, 77, new RegExp(`open to others \\(mode ${mode.toString(8)}\\)`));
      assert.ok(refused.stderr.includes(`chmod 600 ${file}`));
      chmodSync(file, 0o600);
    }
});

const asRoot = { skip: process.getuid?.() !== 0 && 'only root can give a file away' };
test('a state folder, a database or a door of another user is refused', asRoot, async () => {
  const house = await usedHouse();
  for (const path of [house.paths.database, house.paths.door, house.paths.folder]) {
    chownSync(path, 65_534, 65_534);
    checkRefused(await startOf(house), 77, /belongs to another user/);
    chownSync(path, 0, 0);
  }
});

test('a door that makes no sense is refused, and left as it is', async () => {
  const house = await usedHouse();
  const good = readFileSync(house.paths.door, 'utf8');
  const bad = [
    'not json',
    '{}',
    good.replace('.localhost', '.example.com'),
    good.replace('[]', '["https://example.com/path"]'),
    good.replace('"limits": {}', '"limits": {"batch": 0}'),
    good.replace('"limits": {}', '"limits": {"nothing": 1}'),
  ];
  for (const text of bad) {
    assert.notEqual(text, good);
    writeFileSync(house.paths.door, text);
    checkRefused(await startOf(house), 65, /door\.json cannot be taken/);
    assert.equal(readFileSync(house.paths.door, 'utf8'), text);
  }
});

// One at a time

test('a second daemon is refused at once, by pid and address', async () => {
  const house = newHouse();
  await house.start('--port', '0');
  const before = house.holder();
  const from = performance.now();
  const refused = await startOf(house, '--port', '0');
  assert.ok(performance.now() - from < PATIENCE_MS);
  checkRefused(refused, 75, /Signalbox already runs/);
  assert.ok(refused.stderr.includes(`pid ${before?.pid}`));
  assert.ok(refused.stderr.includes(house.address));
  assert.deepEqual(house.holder(), before);
  assert.equal((await run(house, 'status')).code, 0);
});

test('of several started at the same time, one runs', async () => {
  const house = newHouse();
  const all = Array.from({ length: 3 }, () => house.run('start', '--foreground', '--port', '0'));
  const codes: (number | null)[] = [];
  await new Promise<void>((resolve) => {
    for (const { finished } of all)
      void finished.then(({ code }) => {
        codes.push(code);
        if (codes.length === 2) resolve();
      });
  });
  assert.deepEqual(codes, [75, 75]);
});

test('after SIGKILL the next one starts at once, on the same port, over the old socket', async () => {
  const house = newHouse();
  await house.start('--port', '0');
  const { address } = house;
  await house.end('SIGKILL');
  assert.ok(existsSync(house.paths.socket), 'the dead one left it');
  await house.start();
  assert.equal(house.address, address);
  assert.equal((await run(house, 'status')).code, 0);
});

for (const signal of ['SIGTERM', 'SIGINT'] as const)
  test(`${signal} ends it in order: code 0, and it says no more that it runs`, async () => {
    const house = newHouse();
    await house.start('--port', '0');
    const running = house.holder()?.pid ?? 0;
    if (signal === 'SIGINT') process.kill(running, 'SIGINT');
    const finished = await house.end('SIGTERM');
    assert.equal(finished?.code, 0, finished?.stderr);
    assert.equal(house.holder(), null);
  });

// Where it listens

for (const host of ['127.0.0.1', '::1'])
  test(`a port that somebody has at ${host} is refused, with the command for a free one`, async () => {
    const port = await takePort(host);
    const house = newHouse();
    const refused = await startOf(house, '--port', String(port));
    checkRefused(refused, 75, new RegExp(`Port ${port} is taken by another program`));
    const [, free] = /signalbox --project \S+ start --port (\d+)/.exec(refused.stderr) ?? [];
    assert.notEqual(Number(free), port);
    assert.ok(await isFree('127.0.0.1', Number(free)));
    assert.ok(await isFree(host === '::1' ? '127.0.0.1' : '::1', port), 'both addresses or neither');
    await house.start('--port', String(free));
    assert.equal(new Callers(house).port, Number(free));
  });

test('a port that another project of ours has is refused by the name of that project', async () => {
  const first = newHouse();
  await first.start('--port', '0');
  const second = newHouse({ XDG_STATE_HOME: first.env.XDG_STATE_HOME });
  const { port } = new Callers(first);
  const refused = await startOf(second, '--port', String(port));
  checkRefused(refused, 75, new RegExp(`Port ${port} is taken by Signalbox for ${first.project}`));
});

test('the port of the last time is asked for again, and not changed in silence when it is taken', async () => {
  const house = await usedHouse();
  const port = Number(readFileSync(house.paths.port, 'utf8'));
  const server = createServer();
  servers.push(server);
  await new Promise<void>((resolve) => server.listen({ host: '127.0.0.1', port }, resolve));
  checkRefused(await startOf(house), 75, new RegExp(`Port ${port} is taken`));
  assert.equal(Number(readFileSync(house.paths.port, 'utf8')), port);
});

test('a socket path of more than 100 bytes is refused with a sentence', async () => {
  const house = newHouse();
  house.env.XDG_STATE_HOME = join(house.folder, 'ü'.repeat(40));
  checkRefused(await startOf(house, '--port', '0'), 78, /over 100 bytes\. Set XDG_STATE_HOME/);
});

// The database

test('a database of a newer Signalbox is refused and left as it is', async () => {
  const house = await usedHouse();
  change(house.paths.database, (sqlite) => sqlite.pragma('user_version = 99'));
  const before = digestOf(house.paths.database);
  checkRefused(await startOf(house), 65, /newer Signalbox \(schema 99/);
  assert.equal(digestOf(house.paths.database), before);
});

test('a database of another program is refused and left as it is', async () => {
  const house = await usedHouse();
  for (const name of readdirSync(house.paths.folder))
    if (name.startsWith('signalbox.db')) rmSync(join(house.paths.folder, name));
  change(house.paths.database, (sqlite) =>
    sqlite.exec('create table theirs (x); insert into theirs values (1)'),
  );
  chmodSync(house.paths.database, 0o600);
  const before = digestOf(house.paths.database);
  checkRefused(await startOf(house), 65, /another program/);
  assert.equal(digestOf(house.paths.database), before);
});

function change(path: string, act: (sqlite: Sqlite.Database) => void): void {
  const sqlite = new Sqlite(path);
  act(sqlite);
  sqlite.pragma('journal_mode = delete');
  sqlite.close();
}

test('a file that is no database is refused and left as it is', async () => {
  const house = await usedHouse();
  for (const content of ['not a database, only words\n', '\0'.repeat(8192), 'SQLite format 3\0garbage']) {
    writeFileSync(house.paths.database, content);
    checkRefused(await startOf(house), 65, /signalbox\.db/);
    assert.equal(readFileSync(house.paths.database, 'utf8'), content);
  }
});

/** A house whose database has something in it, all in one file. */
async function fullHouse(): Promise<DaemonFixture> {
  const units = Array.from({ length: 200 }, (_, nth) => ({
    chunk: `unit-${nth}`,
    command: 'true',
    goal: 'x'.repeat(200),
  }));
  const house = newHouse();
  const plan = writePlan(house, { units });
  await house.start('--port', '0', '--max-agents', '0', '--plan', plan);
  await house.end('SIGTERM');
  change(house.paths.database, () => {});
  return house;
}

test('a damaged database is refused and left as it is', async () => {
  const house = await fullHouse();
  const whole = join(house.folder, 'whole.db');
  copyFileSync(house.paths.database, whole);
  const { size } = statSync(whole);
  assert.ok(size > 40_000);
  const damages: Record<string, (bytes: Buffer) => Buffer> = {
    'every page after the first overwritten': (bytes) =>
      Buffer.concat([bytes.subarray(0, 4096), Buffer.alloc(size - 4096, 0xaa)]),
    'pages in the middle zeroed': (bytes) => bytes.fill(0, 8192, size - 4096),
    'cut short': (bytes) => bytes.subarray(0, 12_288),
    'cut within a page': (bytes) => bytes.subarray(0, size - 1000),
  };
  for (const [what, damage] of Object.entries(damages)) {
    writeFileSync(house.paths.database, damage(readFileSync(whole)));
    const before = digestOf(house.paths.database);
    const refused = await startOf(house);
    assert.equal(refused.code, 65, `${what}: ${refused.stderr}`);
    checkRefused(refused, 65, /signalbox\.db/);
    assert.equal(digestOf(house.paths.database), before, what);
  }
});

test('a database whose pages are whole but whose facts are not is refused by its name', async () => {
  const house = await fullHouse();
  change(house.paths.database, (sqlite) => sqlite.exec("update units set facts = '{broken' where id = 7"));
  checkRefused(await startOf(house), 65, /signalbox\.db/);
});

test('a database that lost a table is refused by its name', async () => {
  const house = await fullHouse();
  change(house.paths.database, (sqlite) => sqlite.exec('drop table items'));
  checkRefused(await startOf(house), 65, /signalbox\.db/);
});

// Plans

const badPlans: readonly (readonly [what: string, content: unknown, message: RegExp])[] = [
  ['no JSON', '{"units": [', /is not JSON/],
  ['nothing', '', /is not JSON/],
  ['another shape', [], /cannot be taken/],
  ['no units', {}, /units/],
  ['none in the list', { units: [] }, /units: Name at least one unit/],
  ['a bad name', { units: [{ chunk: 'Upper', command: 'true' }] }, /units\.0\.chunk: A chunk is/],
  [
    'a unit without command',
    { units: [{ chunk: 'a', command: 'true' }, { chunk: 'b' }] },
    /units\.1\.command: Give one of/,
  ],
  [
    'both commands',
    { units: [{ chunk: 'a', command: 'x', commands: { X: 'y' } }] },
    /units\.0\.command: Give one of/,
  ],
  ['an unknown field', { units: [{ chunk: 'a', command: 'x', colour: 'red' }] }, /units\.0: .*colour/],
  ['a bad phase', { units: [{ chunk: 'a', commands: { plan: 'x' } }] }, /units\.0\.commands/],
  ['a number in words', { units: [{ chunk: 'a', command: 'x', priority: 'high' }] }, /units\.0\.priority/],
];
for (const [what, content, message] of badPlans)
  test(`a plan with ${what} is refused by file and field`, () => {
    const plan = writePlan(newHouse(), content);
    assert.throws(
      () => readPlan(plan),
      (error) => {
        assert.ok(error instanceof Problem);
        assert.equal(error.exitCode, 65);
        assert.match(error.message, message);
        return error.message.includes(plan);
      },
    );
  });

test('a daemon refuses such plans, and takes nothing of them', async () => {
  const house = newHouse();
  const good = { chunk: 'good', command: 'true' };
  const plans: readonly (readonly [units: readonly unknown[], message: RegExp])[] = [
    [[good, { chunk: 'Upper', command: 'true' }], /units\.1\.chunk: A chunk is/],
    [
      [good, { chunk: 'a', command: 'x', after: ['b'] }, { chunk: 'b', command: 'x', after: ['a'] }],
      /would wait for itself/,
    ],
    [[good, { chunk: 'a', command: 'x', after: ['a'] }], /would wait for itself/],
    [[good, { chunk: 'good', command: 'false' }], /good: a unit of this name exists/],
  ];
  for (const [units, message] of plans) {
    const plan = writePlan(house, { units });
    const refused = await startOf(house, '--port', '0', '--plan', plan);
    checkRefused(refused, 65, message);
    assert.ok(refused.stderr.includes(plan), 'the file is named');
  }
  await house.start('--port', '0', '--max-agents', '0');
  assert.deepEqual(await house.json('ls'), []);
});

test('a plan that is not there is refused by its name', async () => {
  checkRefused(
    await startOf(newHouse(), '--plan', '/no/such/plan.json'),
    65,
    /\/no\/such\/plan\.json cannot be read/,
  );
});

test('the same plan again adds nothing and harms nothing', async () => {
  const house = newHouse();
  const plan = writePlan(house, { units: [{ chunk: 'a', command: 'true' }] });
  const flags = ['--port', '0', '--max-agents', '0', '--plan', plan];
  await house.start(...flags);
  const seq = await new Callers(house).seq();
  await house.end('SIGTERM');
  await house.start(...flags);
  assert.equal(await new Callers(house).seq(), seq);
});

// Usage

const WRONG_FLAGS = [
  ['--port', 'abc'],
  ['--port', '65536'],
  ['--port', '-1'],
  ['--port', '80.5'],
  ['--port', ''],
  ['--max-agents', 'many'],
  ['--max-agents', '1001'],
  ['--undo-seconds', '3601'],
  ['--undo-seconds', '1e3'],
  ['--no-such-flag'],
  ['--port'],
  ['extra', 'words'],
];
test('flags that cannot be taken are wrong usage, and make no state', async () => {
  const house = newHouse();
  const check = async (flags: string[]) => {
    const { code, stdout, stderr } = await startOf(house, ...flags);
    assert.deepEqual([code, stdout], [64, ''], `${flags.join(' ')}: ${stderr}`);
    assert.notEqual(stderr, '');
    assert.doesNotMatch(stderr, /\n\s+at /);
  };
  await Promise.all(WRONG_FLAGS.map(check));
  assert.ok(!existsSync(house.paths.folder));
});

const WRONG_COMMANDS = [
  ['no-such-command'],
  ['show'],
  ['add'],
  ['ls', '--status', 'x'],
  ['--no-such-flag'],
  [],
];
test('commands that are not there, or lack something, are wrong usage', async () => {
  const house = newHouse();
  const check = async (args: string[]) =>
    assert.equal((await run(house, ...args)).code, 64, `signalbox ${args.join(' ')}`);
  await Promise.all(WRONG_COMMANDS.map(check));
});

test('help is no mistake, and says which exit codes there are', async () => {
  const { code, stdout } = await run(newHouse(), '--help');
  assert.equal(code, 0);
  for (const each of ['64', '65', '69', '75', '77', '78']) assert.match(stdout, new RegExp(`\\b${each}\\b`));
});

const NEED_A_DAEMON = [
  ['status'],
  ['status', '--json'],
  ['ls'],
  ['attention'],
  ['show', 'a'],
  ['answer', 'a', 'x'],
  ['add', 'a', '--command', 'true'],
  ['watch'],
  ['stop'],
];
const checkAbsent = (refused: Finished) =>
  checkRefused(refused, 69, /No Signalbox answers at .*Start it: signalbox start/);

test('without a daemon, a command says how to start one', async () => {
  const house = newHouse();
  await Promise.all(NEED_A_DAEMON.map(async (args) => checkAbsent(await run(house, ...args))));
});

test('without a daemon, "signalbox logs" says how to start one, too', async () => {
  checkAbsent(await run(newHouse(), 'logs', 'a'));
});

test('what a dead daemon left behind is not taken for a daemon', async () => {
  const house = newHouse();
  await house.start('--port', '0');
  await house.end('SIGKILL');
  checkRefused(await run(house, 'status'), 69, /No Signalbox answers/);
});

test('a project that does not exist is wrong usage', async () => {
  const house = newHouse();
  for (const command of [['status'], ['start', '--foreground']]) {
    const refused = await run(house, '--project', '/no/such/project', ...command);
    checkRefused(refused, 64, /There is no folder \/no\/such\/project/);
  }
});

test('a project that is a file is wrong usage', async () => {
  const house = newHouse();
  const file = join(house.folder, 'a-file');
  writeFileSync(file, '');
  const refused = await run(house, '--project', file, 'start', '--foreground', '--port', '0');
  checkRefused(refused, 64, /a-file/);
});

test('a folder within a project means that project', async () => {
  const house = newHouse();
  mkdirSync(join(house.project, '.git'));
  writeFileSync(join(house.project, '.git', 'HEAD'), 'ref: refs/heads/main\n');
  mkdirSync(join(house.project, 'a', 'b'), { recursive: true });
  await house.start('--port', '0');
  const { code, stdout } = await run(house, '--project', join(house.project, 'a', 'b'), 'status');
  assert.equal(code, 0);
  assert.ok(stdout.includes(house.project));
});
