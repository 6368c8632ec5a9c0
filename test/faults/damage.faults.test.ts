/**
 * What may become of a database: each damage is found when the daemon starts, when it next commits, or by `check`; a sentence
 * names the backup, the file stays as it is, and nothing is acknowledged afterwards.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  closeSync,
  copyFileSync,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import Sqlite from 'better-sqlite3';
import { DaemonFixture } from '../daemon-fixture.ts';
import { Callers } from '../edge/callers.ts';

const isRoot = process.getuid?.() === 0;
const PAGE = 4096;

/** A project that has lived, with a backup, and units that came after it. */
class Lived {
  readonly house: DaemonFixture;
  readonly backup: string;

  private constructor(house: DaemonFixture) {
    this.house = house;
    this.backup = join(house.folder, 'backup.db');
  }

  static async begin(house = DaemonFixture.make()): Promise<Lived> {
    const lived = new Lived(house);
    await house.start('--port', '0', '--max-agents', '0');
    const units = Array.from({ length: 60 }, (_, nth) => ({
      chunk: `early-${nth}`,
      external: true,
      goal: 'x'.repeat(600),
    }));
    await new Callers(house).must('units.add', { units });
    await house.ok('backup', lived.backup);
    return lived;
  }

  get database(): string {
    return this.house.paths.database;
  }

  async goOn(): Promise<void> {
    for (let nth = 0; nth < 5; nth++)
      await new Callers(this.house).must('units.add', { units: [{ chunk: `late-${nth}`, external: true }] });
  }

  tamper(statement: string): void {
    const sqlite = new Sqlite(this.database);
    sqlite.exec(statement);
    sqlite.close();
  }

  bytes = (): Buffer => readFileSync(this.database);
}

type Damage = (lived: Lived) => void;

/** Done to what a stopped daemon has left. */
const WHILE_STOPPED: Readonly<Record<string, { readonly damage: Damage; readonly says: RegExp }>> = {
  'cut off in the middle': {
    damage: ({ database, bytes }) => truncateSync(database, Math.floor(bytes().length / 2 / PAGE) * PAGE),
    says: /is damaged/,
  },
  'cut off within a page': {
    damage: ({ database, bytes }) => truncateSync(database, bytes().length - 1000),
    says: /is damaged/,
  },
  garbled: {
    damage: ({ database, bytes }) => writeFileSync(database, bytes().fill(0x5a, 2 * PAGE, 12 * PAGE)),
    says: /is damaged/,
  },
  'copied by half': {
    damage: ({ database, bytes }) => {
      const half = bytes();
      writeFileSync(database, half.fill(0, Math.floor(half.length / 2 / PAGE) * PAGE));
    },
    says: /is damaged/,
  },
  emptied: {
    damage: ({ database }) => truncateSync(database, 0),
    says: /ends with event 0, but its log has had 66/,
  },
  'not a database': {
    damage: ({ database }) => writeFileSync(database, 'something else\n'.repeat(1000)),
    says: /not a database/,
  },
  'rolled back to an older copy': {
    damage: ({ database, backup }) => copyFileSync(backup, database),
    says: /ends with event 61, but its log has had 66: an older copy stands in its place/,
  },
  'an event is missing': {
    damage: (lived) => lived.tamper('delete from events where seq = 20'),
    says: /has gaps in its log: 65 events up to number 66/,
  },
  'the last event is missing': {
    damage: (lived) => lived.tamper('delete from events where seq = 66'),
    says: /ends with event 65, but its log has had 66/,
  },
  'a row that cannot be read': {
    damage: (lived) => lived.tamper('update units set facts = substr(facts, 1, 20) where id = 7'),
    says: /is damaged/,
  },
};

for (const [what, { damage, says }] of Object.entries(WHILE_STOPPED))
  test(`at the start: ${what}`, async () => {
    const lived = await Lived.begin();
    const { house, backup } = lived;
    try {
      await lived.goOn();
      await house.end('SIGTERM');
      damage(lived);
      await isRefused(lived, says);
      await house.ok('restore', '--yes', backup);
      await house.start();
      assert.equal(await house.statusOf('early-59'), 'READY');
    } finally {
      await house.close();
    }
  });

async function isRefused({ house, backup, bytes }: Lived, says: RegExp): Promise<void> {
  const before = bytes();
  for (const flags of [[], ['--foreground']]) {
    const { code, stderr } = await house.signalbox('start', ...flags);
    assert.equal(code, 65, stderr);
    assert.match(stderr, says);
    assert.ok(stderr.includes(`signalbox restore ${backup}`), stderr);
    assert.ok(stderr.includes(house.paths.database), stderr);
  }
  assert.ok(before.equals(bytes()), 'the file was changed');
  assert.equal((await house.signalbox('ls')).code === 0, false, 'nobody answers');
}

test('at the start: the write-ahead log of a killed daemon was deleted', async () => {
  const lived = await Lived.begin();
  const { house, backup } = lived;
  try {
    await lived.goOn();
    await house.end('SIGKILL');
    for (const end of ['-wal', '-shm']) rmSync(lived.database + end);
    await isRefused(lived, /ends with event \d+, but its log has had 66: .* its write-ahead log is gone/);
    // Who wants what is left, says so.
    await house.ok('restore', '--yes', lived.database);
    await house.start();
    await house.ok('add', 'goes-on', '--external');
    await house.ok('stop');
    await house.ok('restore', '--yes', backup);
  } finally {
    await house.close();
  }
});

/** Done under a daemon that runs. `-wal`: its write-ahead log. */
const WHILE_RUNNING: Readonly<Record<string, Damage>> = {
  'cut off': ({ database }) => truncateSync(database, PAGE),
  'replaced by an older copy': ({ database, backup }) => {
    copyFileSync(backup, `${database}.other`);
    renameSync(`${database}.other`, database);
  },
  'the write-ahead log is deleted': ({ database }) => rmSync(`${database}-wal`),
  'the database is deleted': ({ database }) => rmSync(database),
  'the folder has vanished': ({ house }) => rmSync(house.paths.folder, { recursive: true }),
  'the folder was renamed': ({ house }) => renameSync(house.paths.folder, `${house.paths.folder}-away`),
};

for (const [what, damage] of Object.entries(WHILE_RUNNING))
  test(`at the next commit: ${what}`, async () => {
    const lived = await Lived.begin();
    const { house, backup } = lived;
    try {
      await lived.goOn();
      await house.end('SIGTERM');
      await house.start();
      damage(lived);
      const add = (nth: number) =>
        new Callers(house)
          .terminal('units.add', { units: [{ chunk: `never-${nth}`, external: true }] })
          .then(({ status }) => status);
      const answers = await Promise.all(Array.from({ length: 20 }, (_, nth) => add(nth)));
      assert.ok(!answers.includes(200), `acknowledged: ${answers.join(' ')}`);
      const ended = await house.ended();
      assert.equal(ended?.code, 74, ended?.stderr);
      assert.match(ended?.stderr ?? '', /was moved, removed, replaced or cut off/);
      assert.ok(ended?.stderr.includes(`signalbox restore ${backup}`), ended?.stderr);
    } finally {
      await house.close();
    }
  });

/** Archived units that make the database so large that a start does not look through them: each has a MiB. */
const LARGE = `with recursive n (i) as (select 100 union all select i + 1 from n where i < 170)
  insert into archive select i, 'old-' || i, '', null, '', '', zeroblob(1048576) from n`;

test('while it is at work: damage where the start of a large database has not looked', async () => {
  const lived = await Lived.begin();
  const { house, backup, database } = lived;
  try {
    await house.end('SIGTERM');
    lived.tamper(LARGE);
    lived.tamper('pragma wal_checkpoint(truncate)');
    // The pages of the last archived unit lead nowhere.
    const file = openSync(database, 'r+');
    writeSync(file, Buffer.alloc(8 * PAGE, 0xff), 0, undefined, fstatSync(file).size - 40 * PAGE);
    closeSync(file);
    await house.start();
    const ended = await house.ended();
    assert.equal(ended?.code, 65, ended?.stderr);
    assert.match(ended?.stderr ?? '', /is damaged/);
    assert.ok(ended?.stderr.includes(`signalbox restore ${backup}`), ended?.stderr);
    await house.ok('restore', '--yes', backup);
    await house.start();
    assert.equal(await house.statusOf('early-59'), 'READY');
  } finally {
    await house.close();
  }
});

describe('a folder that cannot be written', { skip: isRoot ? false : 'needs root to mount' }, () => {
  test('nothing is acknowledged while it is so, the daemon goes on afterwards; a start says so', async (t) => {
    const house = DaemonFixture.make();
    const home = house.env.XDG_STATE_HOME ?? '';
    mkdirSync(home);
    const mount = (...args: string[]) => spawnSync('mount', args).status === 0;
    if (!mount('-t', 'tmpfs', '-o', 'size=16m', 'tmpfs', home)) return t.skip('nothing can be mounted here');
    try {
      const lived = await Lived.begin(house);
      await lived.goOn();
      await house.end('SIGTERM');
      assert.ok(mount('-o', 'remount,ro', home));
      const { code, stderr } = await house.signalbox('start', '--foreground');
      assert.equal(code, 74, stderr);
      assert.ok(stderr.includes(house.paths.folder), stderr);
      assert.ok(mount('-o', 'remount,rw', home));
      await house.start();
      assert.equal(await house.statusOf('late-4'), 'READY');
    } finally {
      await house.end('SIGKILL');
      spawnSync('umount', ['-l', home]);
      await house.close();
    }
  });
});

/** What only the whole log shows: a start reads no log. */
const FOR_A_CHECK: Readonly<Record<string, { readonly statement: string; readonly says: RegExp }>> = {
  'a fact differs from the log': {
    statement: "update units set facts = json_set(facts, '$.priority', 7) where id = 3",
    says: /early-3/,
  },
  'an event says something else': {
    statement: "update events set data = json_set(data, '$.goal', 'y') where seq = 5",
    says: /early-3/,
  },
  'an event that cannot be': { statement: 'update events set unit = 999 where seq = 6', says: /6/ },
};

test('by a check: what the log says and the tables do not; no copy of it counts as a backup', async () => {
  for (const [what, { statement, says }] of Object.entries(FOR_A_CHECK)) {
    const lived = await Lived.begin();
    const { house } = lived;
    try {
      await house.end('SIGTERM');
      lived.tamper(statement);
      const { code, stdout, stderr } = await house.signalbox('check');
      assert.equal(code, 65, `${what}: ${stdout}${stderr}`);
      assert.match(stdout + stderr, says, what);
      assert.equal((await house.signalbox('backup', join(house.folder, 'no.db'))).code, 65, what);
    } finally {
      await house.close();
    }
  }
});
