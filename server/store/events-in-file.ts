import { Db } from './sqlite.ts';

/** How many events a file holds, of which a daemon may be writing. Throws where it is damaged. */
export function eventsInFile(path: string): number {
  const db = Db.look(path);
  try {
    return db.lastSeq();
  } finally {
    db.close();
  }
}
