/** A large database starts without its cold tables; damage in them is found while the daemon is at work. */
import assert from 'node:assert/strict';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import Sqlite from 'better-sqlite3';
import { quickCheck, readColdTables } from '../../server/store/cold-tables.ts';
import { Db } from '../../server/store/sqlite.ts';

const ALWAYS = () => true;
const MIB = 1024 * 1024;

/** With so many bytes in packs, which nobody opens. */
async function inDatabase(mib: number, use: (path: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-cold-'));
  const path = join(folder, 'signalbox.db');
  try {
    Db.open(path).close();
    const sqlite = new Sqlite(path);
    const add = sqlite.prepare('insert into packs values (?, ?, zeroblob(?))');
    for (let nth = 0; nth < mib; nth++) add.run(nth * 1000 + 1, nth * 1000 + 1000, MIB);
    sqlite.close();
    await use(path);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The pages of the last pack lead nowhere any more. */
function damageLastPack(path: string): void {
  const sqlite = new Sqlite(path);
  const [page, last] = ['page_size', 'page_count'].map((name) =>
    Number(sqlite.pragma(name, { simple: true })),
  );
  sqlite.pragma('wal_checkpoint(truncate)');
  sqlite.close();
  const file = openSync(path, 'r+');
  writeSync(file, Buffer.alloc((page ?? 0) * 8, 0xff), 0, undefined, ((last ?? 0) - 40) * (page ?? 0));
  closeSync(file);
}

const checked = (path: string): string => {
  const sqlite = new Sqlite(path, { readonly: true });
  try {
    return quickCheck(sqlite);
  } finally {
    sqlite.close();
  }
};

test('of a large database the start looks at what it reads; the rest is read afterwards, and found damaged', () =>
  inDatabase(70, async (path) => {
    assert.equal(checked(path), 'ok');
    await readColdTables(path, ALWAYS);
    damageLastPack(path);
    assert.equal(checked(path), 'ok');
    await assert.rejects(readColdTables(path, ALWAYS), { code: 'SQLITE_CORRUPT' });
    await readColdTables(path, () => false);
  }));

test('a small one is looked through at the start', () =>
  inDatabase(2, async (path) => {
    assert.equal(checked(path), 'ok');
    damageLastPack(path);
    assert.notEqual(checked(path), 'ok');
  }));
