/** Packs what the log has had for long, so that years of it take little room and a start stays short. */
import type { Chore } from '../system/upkeep.ts';
import { PACK } from './packs.ts';
import type { Db } from './sqlite.ts';

/** So many events at least stay as they are: pages show the latest, followers read them. */
const KEPT = 100_000;

/** Between two packs others have their turn. */
export function packEvents(db: Db, kept = KEPT): Chore {
  return {
    name: 'packing the log',
    look: async () => {
      while (db.log.unpacked >= kept + PACK) {
        packOldest(db);
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
  };
}

function packOldest(db: Db): void {
  db.begin();
  try {
    db.log.packOldest();
    db.commit();
  } finally {
    db.rollback();
  }
}
