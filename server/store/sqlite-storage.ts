import { notSaved } from './not-saved.ts';
import { packEvents } from './pack-events.ts';
import type { Db } from './sqlite.ts';
import { SqliteJournal } from './sqlite-journal.ts';
import type { Storage } from './storage.ts';

/** All that a daemon keeps, in one file. */
export const sqliteStorage = (db: Db): Storage => ({
  journal: new SqliteJournal(db),
  leadership: null,
  chores: [packEvents(db)],
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
  settle: () => db.checkpoint(),
  close: async () => db.close(),
});
