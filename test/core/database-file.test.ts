import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import Sqlite from 'better-sqlite3';
import { DatabaseProblem, migrationSql } from '../../server/store/database-file.ts';
import { MIGRATIONS } from '../../server/store/migrations.ts';
import { POSTGRES_STEPS } from '../../server/store/postgres/base.ts';
import { Db } from '../../server/store/sqlite.ts';
import { StoreFixture, spec } from './store-fixture.ts';

const inFolder = (body: (path: string, folder: string) => unknown) => async (): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-file-'));
  try {
    await body(join(folder, 'signalbox.db'), folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

/** A database with enough in it to be damaged somewhere. */
async function lived(path: string): Promise<void> {
  const house = new StoreFixture(path);
  try {
    await house.add(...Array.from({ length: 400 }, (_, n) => spec(`u${n}`, { goal: 'x'.repeat(300) })));
    house.db.checkpoint();
  } finally {
    house.leave();
  }
}

/** Opening is a problem with this sentence, and the file is as it was. */
function assertLeftAlone(path: string, message: RegExp): void {
  const before = readFileSync(path);
  assert.throws(
    () => Db.open(path),
    (error) => {
      assert.ok(error instanceof DatabaseProblem, String(error));
      assert.match(error.message, message);
      assert.ok(error.message.includes(path), 'the sentence names the file');
      return true;
    },
  );
  assert.ok(before.equals(readFileSync(path)), 'the file was changed');
}

/** What somebody else did to the file. */
function foreign(path: string, statements: string): void {
  const sqlite = new Sqlite(path);
  sqlite.exec(statements);
  sqlite.close();
}

test(
  'a fresh file is for its owner only, and so is what lies beside it',
  inFolder((path) => {
    const umask = process.umask(0);
    const db = Db.open(path);
    try {
      db.begin();
      db.commit();
      for (const end of ['', '-wal', '-shm']) assert.equal(statSync(path + end).mode & 0o777, 0o600, end);
    } finally {
      db.close();
      process.umask(umask);
    }
  }),
);

test(
  'write-ahead log and synchronous FULL are in force',
  inFolder((path) => {
    // The setting belongs to the connection, which nobody else holds: ask it as its schema is made.
    const pragmas: unknown[] = [];
    const { pragma } = Sqlite.prototype;
    Sqlite.prototype.pragma = function (this: Sqlite.Database, source, options) {
      const said = pragma.call(this, source, options);
      pragmas.push([source, said]);
      if (source.startsWith('user_version =')) {
        pragmas.push(['then', pragma.call(this, 'synchronous', { simple: true })]);
        pragmas.push(['mode', pragma.call(this, 'journal_mode', { simple: true })]);
      }
      return said;
    };
    try {
      Db.open(path).close();
    } finally {
      Sqlite.prototype.pragma = pragma;
    }
    const after = pragmas.filter((each) => ['then', 'mode'].includes((each as string[])[0] ?? '')).slice(-2);
    assert.deepEqual(after, [
      ['then', 2],
      ['mode', 'wal'],
    ]);
  }),
);

test(
  'opening again finds the same log and the same epoch',
  inFolder(async (path) => {
    await lived(path);
    const db = Db.open(path);
    const { epoch } = db;
    assert.equal(db.lastSeq(), 400);
    db.close();
    const again = Db.open(path);
    assert.equal(again.epoch, epoch);
    again.close();
  }),
);

test(
  'a file of a newer schema is refused and left alone',
  inFolder(async (path) => {
    await lived(path);
    foreign(path, `pragma user_version = ${MIGRATIONS.length + 1}`);
    assertLeftAlone(
      path,
      new RegExp(`newer Signalbox .schema ${MIGRATIONS.length + 1}; this one knows ${MIGRATIONS.length}.`),
    );
  }),
);

test(
  "another program's database is refused and left alone",
  inFolder((path) => {
    foreign(path, 'create table notes (text); insert into notes values (1)');
    assertLeftAlone(path, /another program/);
  }),
);

test(
  "another program's database is left alone with what lies beside it",
  inFolder((path, folder) => {
    const other = join(folder, 'other.db');
    const sqlite = new Sqlite(other);
    sqlite.exec('pragma journal_mode = wal; create table notes (text); insert into notes values (1)');
    // As after a crash: the newest pages are only in the write-ahead log.
    for (const end of ['', '-wal']) copyFileSync(other + end, path + end);
    sqlite.close();
    const beside = readFileSync(`${path}-wal`);
    assertLeftAlone(path, /another program/);
    assert.ok(beside.equals(readFileSync(`${path}-wal`)), 'the write-ahead log was changed');
  }),
);

for (const [what, bytes] of [
  ['a text', 'not a database\n'],
  ['a long text', 'not a database\n'.repeat(5000)],
  ['the head of a database and nothing else', 'SQLite format 3\0'],
] as const)
  test(
    `${what} is refused and left alone`,
    inFolder((path) => {
      writeFileSync(path, bytes);
      assertLeftAlone(path, /not a database|damaged/);
    }),
  );

test(
  'a file that was cut off is refused and left alone',
  inFolder(async (path) => {
    await lived(path);
    const { size } = statSync(path);
    for (const part of [0.9, 0.5, 0.1]) {
      truncateSync(path, Math.floor((size * part) / 4096) * 4096);
      assertLeftAlone(path, /damaged/);
    }
    truncateSync(path, 3000);
    assertLeftAlone(path, /damaged/);
  }),
);

test(
  'a file with pages overwritten is refused and left alone',
  inFolder(async (path) => {
    await lived(path);
    const bytes = readFileSync(path);
    bytes.fill(0xa5, 4096 * 3, 4096 * 40);
    writeFileSync(path, bytes);
    assertLeftAlone(path, /damaged/);
  }),
);

test(
  'an empty file is a fresh one',
  inFolder((path) => {
    writeFileSync(path, '');
    Db.open(path).close();
    Db.open(path).close();
  }),
);

test(
  'a first start that was cut off before it had made its tables can be made again',
  inFolder((path) => {
    // What a first start leaves that was killed, or had a full disk, right after it chose the journal.
    foreign(path, 'pragma journal_mode = wal');
    assert.ok(statSync(path).size > 0);
    Db.open(path).close();
  }),
);

/** Root may write anywhere: then it stands aside for a moment. */
function asNobody(body: () => void): void {
  const root = process.getuid?.() === 0;
  if (root) process.seteuid?.(65534);
  try {
    body();
  } finally {
    if (root) process.seteuid?.(0);
  }
}

function assertDiskProblem(path: string): void {
  assert.throws(
    () => Db.open(path),
    (error) => {
      assert.ok(error instanceof DatabaseProblem, String(error));
      assert.equal(error.kind, 'disk');
      assert.ok(error.message.includes(path));
      return true;
    },
  );
}

test(
  'a folder in which no file can be made is a problem with a sentence',
  inFolder((path, folder) => {
    chmodSync(folder, 0o555);
    asNobody(() => assertDiskProblem(path));
    chmodSync(folder, 0o755);
  }),
);

test(
  'a file that cannot be written is a problem with a sentence, and stays as it is',
  inFolder(async (path, folder) => {
    await lived(path);
    const before = readFileSync(path);
    chmodSync(folder, 0o555);
    chmodSync(path, 0o444);
    asNobody(() => assertDiskProblem(path));
    chmodSync(folder, 0o755);
    assert.ok(before.equals(readFileSync(path)));
  }),
);

test(
  'a folder that is not there, or is a file, is a problem with a sentence',
  inFolder((path, folder) => {
    assertDiskProblem(join(folder, 'nowhere', 'signalbox.db'));
    writeFileSync(path, '');
    assertDiskProblem(join(path, 'signalbox.db'));
  }),
);

test(
  'a folder where the file should be is a problem with a sentence',
  inFolder((path) => {
    mkdirSync(path);
    assertDiskProblem(path);
  }),
);

/** A step that has been published is frozen: add a step, never change one. */
const FROZEN = [
  '7b008dcc84a76038c3181ebf114fd889cc72c6cec814c8d713e6d18ce8490f5f',
  '760a6dffc886eea57af46703872cd69c33700bc00ee58f935532ac24281f570c',
  'be39912c6170fe80a2a7371a28186126f17e9ba32673ab357d0b923aea98ca07',
  'b2b342dc37138ebe3fc74fe3fe3a7dbe2b692613a35efb2e5ad2df3d5716be23',
  '5a23da48ffd3d5865ea9cd240162cfca50a12036805dffbde4c12365485f2709',
  '334af8d74323a731d8ae315d641d1230be29290dd6197866faede8aa457cf13b',
  '957c9aca911ad1edd03c654b5eb303108f2f5658fd594800020b7ee8464a4e53',
  '809412e47c8049ef51ef58522631eb2185b754921f70f7e56dd62e18cd371082',
  'ff52b626ce0cb2d50796bb175b77c31b4ccab732a43d194e11807b394a76cf65',
  'cc36858fb5a380807c8331f1164062c2566567ad0c671315b06e987653f80284',
  'dd34c5cb2fcb20dfc97b44d1351fd6fdfabfa8c17e02d622735508cbe341e79a',
  'f06e6c9cf0f9e1455851b685de124125b9385cc07a8c8631a37e283fad7e5e7d',
  '9097b6c4653ff813fcd64960bcad0e95dbbc7c5202affec50b27865d337e4bdd',
  '1370c719f5950314e1e327ac4d951b317faeea8f3c6ff85c5f0b26f310d9c142',
  'ed7364c3e66b4840ba83b89360532a51263cb7d00a00f8ca20c8808fdcf5bdf4',
  'a30cf34959e0f4aacec22a88c28bd16e07837a75354a3e08cef4521d57a11d76',
  '3b84ba5efb38b36d180a548c3ff736a4c019a158fe3a3cc15ee3b19726616b33',
];

const digest = (sql: readonly string[]) => createHash('sha256').update(sql.join(';\n')).digest('hex');

/** Those of PostgreSQL: what all steps above come to, and what came later. */
const FROZEN_POSTGRES: readonly string[] = [
  '933204b3c1df6b4ccfe736fa8dd8e45d302b08239443c13366c4de4504ce26b1',
  'debe5dd46f07ef8aeabb6c5124ba657f39823d13b58e0b8db492821fc7afbd01',
];

test('the published steps of the schema in PostgreSQL are frozen', () => {
  assert.deepEqual(POSTGRES_STEPS.map(digest), FROZEN_POSTGRES);
});

test('the published steps of the schema are frozen', () => {
  assert.deepEqual(
    MIGRATIONS.map((step) => digest(migrationSql(step))),
    FROZEN,
  );
});
