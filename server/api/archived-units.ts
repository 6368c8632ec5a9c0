/** Units that have left the live state, by a search. */
import { z } from 'zod';
import { LONGEST_SEARCH } from '../../shared/query.ts';
import { viewer } from './procedures.ts';

const search = z.strictObject({
  q: z.string().max(LONGEST_SEARCH).default(''),
  /** The id of the last unit that was found before. */
  before: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER).optional(),
  limit: z.number().int().min(1).max(1000).default(100),
});

/** The latest first; `total`: how many there are, whatever is searched; `next`: ask for those before it, null at the end. */
export const archivedUnits = viewer
  .input(search)
  .query(async ({ ctx: { store }, input: { q, before = Number.MAX_SAFE_INTEGER, limit } }) => {
    const { seq, archive } = store.state;
    const found = await store.findArchived({ q: q.trim(), before, most: limit + 1 });
    const units = found.slice(0, limit);
    const next = found.length > limit ? (units.at(-1)?.unit ?? null) : null;
    return { seq, total: archive.count, next, units };
  });
