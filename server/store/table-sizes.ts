import { openToRead } from './database-file.ts';

/** Bytes that the parts of a database take. `free`: room in the file that is used next. */
export interface TableSizes {
  readonly events: number;
  readonly packed: number;
  readonly keys: number;
  readonly facts: number;
  readonly free: number;
}

const PARTS: Readonly<Record<string, keyof TableSizes>> = {
  events: 'events',
  events_of_unit: 'events',
  packs: 'packed',
  pack_units: 'packed',
  keys: 'keys',
  sqlite_autoindex_keys_1: 'keys',
};

/** Reads one number of each page; a daemon may be writing meanwhile. Throws any error: see `problemOf`. */
export function tableSizes(path: string): TableSizes {
  const sqlite = openToRead(path);
  try {
    const rows = sqlite.prepare('select name, sum(pgsize) as bytes from dbstat group by name').all();
    const sizes = { events: 0, packed: 0, keys: 0, facts: 0, free: 0 };
    for (const { name, bytes } of rows as { name: string; bytes: number }[])
      sizes[PARTS[name] ?? 'facts'] += bytes;
    const number = (pragma: string) => Number(sqlite.pragma(pragma, { simple: true }));
    return { ...sizes, free: number('freelist_count') * number('page_size') };
  } finally {
    sqlite.close();
  }
}
