import { readColdTables } from './cold-tables.ts';
import { isDiskError, problemOf } from './database-file.ts';
import { notSaved } from './not-saved.ts';
import { packEvents } from './pack-events.ts';
import type { Db } from './sqlite.ts';
import { SqliteJournal } from './sqlite-journal.ts';
import type { Storage } from './storage.ts';

/** All that a daemon keeps, in one file, which is at `path`. */
export const sqliteStorage = (db: Db, path: string): Storage => storageOn(db, new SqliteJournal(db), path);

const storageOn = (db: Db, journal: SqliteJournal, path: string): Storage => ({
  journal,
  leadership: null,
  chores: [packEvents(db)],
  readRest: (goOn) => readRest(path, goOn),
  followedTo: (name) => db.followedTo(name),
  keepFollowedTo: (name, seq) => db.keepFollowedTo(name, seq),
  refusals: () => db.refusals(),
  keepRefusals: (refused) => db.keepRefusals(refused),
  checkInPlace: () => db.checkInPlace(),
  checkReady: async () => {
    try {
      db.tryToWrite();
    } catch (error) {
      throw notSaved(error);
    }
  },
  settle: () => journal.settle(),
  close: async () => db.close(),
});

async function readRest(path: string, goOn: () => boolean): Promise<void> {
  try {
    await readColdTables(path, goOn);
  } catch (error) {
    // Whether the disk can be read and written is found by the next commit.
    if (!isDiskError(error)) throw problemOf(error, path);
  }
}
