/** The daemons elsewhere that the operator has named, with what lets the hub in: a file of the hub's folder, for the operator alone. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { Problem } from '../server/system/problem.ts';
import { refuseOthers, writeWhole } from '../server/system/state-folder.ts';
import type { HubPaths } from '../shared/state-paths.ts';

const place = z.strictObject({
  url: z.string().max(1000),
  slug: z.string().regex(/^[A-Za-z0-9._-]{1,100}$/),
  folder: z.string().max(4096),
  machine: z.string().max(255),
  token: z.string().max(500),
  /** ssh: the daemon's socket on that machine; null: it is reached by https. */
  socket: z.string().max(1000).nullable(),
});
export type KeptPlace = z.output<typeof place>;
const file = z.array(place).max(100);

type PlacesPath = Pick<HubPaths, 'places'>;

/** Throws a `Problem` if others may read it, or its content is invalid. */
export function readPlaces({ places }: PlacesPath): readonly KeptPlace[] {
  try {
    const text = readFileSync(places, 'utf8');
    refuseOthers(places, 0o600);
    return file.parse(JSON.parse(text));
  } catch (error) {
    if (error instanceof Problem) throw error;
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new Problem(
      'data',
      `${places} cannot be taken. Mend it, or move it away and add the places again.`,
    );
  }
}

export function writePlaces({ places }: PlacesPath, all: readonly KeptPlace[]): void {
  writeWhole(places, `${JSON.stringify(all, null, 2)}\n`);
}
