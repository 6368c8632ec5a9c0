/** Tables that grow for years and of which a start reads little: they are looked through while the daemon is at work. */
import Sqlite from 'better-sqlite3';

/** By which columns each is walked, and how many rows at once: others wait meanwhile. */
const COLD: Readonly<Record<string, { readonly by: readonly string[]; readonly rows: number }>> = {
  packs: { by: ['first'], rows: 4 },
  pack_units: { by: ['unit', 'first'], rows: 1000 },
  archive: { by: ['unit'], rows: 50 },
  keys: { by: ['key'], rows: 200 },
};
/** So much is looked through at the start, whatever it holds, in bytes. */
const SMALL = 64 * 1024 * 1024;

const isLarge = (sqlite: Sqlite.Database): boolean =>
  Number(sqlite.pragma('page_count', { simple: true })) *
    Number(sqlite.pragma('page_size', { simple: true })) >
  SMALL;

/** What SQLite says of the tables that a start reads; of a small database, of all. `ok`: nothing is wrong. */
export function quickCheck(sqlite: Sqlite.Database): string {
  const check = (of: string) => String(sqlite.pragma(`quick_check(${of})`, { simple: true }));
  if (!isLarge(sqlite)) return check('1');
  const tables = sqlite.prepare("select name from sqlite_schema where type = 'table'").pluck().all();
  for (const table of tables as string[]) {
    const said = table in COLD ? 'ok' : check(`'${table}'`);
    if (said !== 'ok') return said;
  }
  return 'ok';
}

/**
 * Reads each row of the cold tables of a large database, while `goOn` holds, on a connection of its own; others have their
 * turn in between. Throws any error: see `problemOf`.
 */
export async function readColdTables(path: string, goOn: () => boolean): Promise<void> {
  const sqlite = new Sqlite(path, { readonly: true });
  try {
    await readTables(sqlite, goOn);
  } finally {
    sqlite.close();
  }
}

async function readTables(sqlite: Sqlite.Database, goOn: () => boolean): Promise<void> {
  if (!isLarge(sqlite)) return;
  for (const [table, { by, rows }] of Object.entries(COLD)) {
    const [columns, marks] = [by.join(), by.map(() => '?').join()];
    const page = sqlite.prepare(
      `select * from ${table} where (${columns}) > (${marks}) order by ${columns} limit ${rows}`,
    );
    // Text is greater than every number, and numbers here are none below 0.
    let last: unknown[] = by.map(() => -1);
    while (goOn()) {
      const row = page.all(...last).at(-1) as Record<string, unknown> | undefined;
      if (!row) break;
      last = by.map((column) => row[column]);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}
