/** Units that have left the live state, as they were then: read one by one when somebody asks for them. */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Event } from '../../shared/events.ts';
import type { WorkUnit } from '../../shared/words.ts';
import { type Archive, type ArchivedName, type ArchiveSums, NO_SUMS } from '../domain/archive.ts';
import { PersistentMap } from '../domain/persistent-map.ts';
import type { archiveStatements } from './archive-statements.ts';
import type { ArchivedUnit, ArchiveSearch } from './journal.ts';
import type { Tables } from './tables.ts';

/** What the facts of a unit may unpack to, in bytes. */
const MOST_BYTES = 1 << 30;

export class ArchiveTable {
  readonly #statements: ReturnType<typeof archiveStatements>;

  constructor(statements: ReturnType<typeof archiveStatements>) {
    this.#statements = statements;
  }

  /** Inside the transaction that holds the event: the unit leaves the tables of the live state. */
  add({ data, at }: Extract<Event, { type: 'unit.archived' }>, work: WorkUnit): void {
    const { id, chunk, title, removed_at, done_at } = work.unit;
    const digest = removed_at === null ? data.digest : null;
    const facts = deflateRawSync(JSON.stringify(work));
    this.#statements.add.run(id, chunk, title, digest, removed_at ?? done_at ?? at, at, facts);
    for (const statement of this.#statements.leave) statement.run(id);
  }

  /** Its name is free from now on. */
  free(unit: number): void {
    this.#statements.free.run(null, unit);
  }

  putSums(before: ArchiveSums, after: ArchiveSums): void {
    for (const [name, value] of Object.entries(after))
      if (value !== before[name as keyof ArchiveSums])
        this.#statements.putSum.run(name, JSON.stringify(value));
  }

  /** Of one of them, all its facts. Throws a `SyntaxError` where they cannot be read. */
  get(unit: number): WorkUnit | undefined {
    const row = this.#statements.one.get(unit) as Tables['archive'] | undefined;
    return row && workIn(row);
  }

  *all(): Iterable<WorkUnit> {
    for (const row of this.#statements.all.iterate() as Iterable<Tables['archive']>) yield workIn(row);
  }

  find({ q, before, most }: ArchiveSearch): ArchivedUnit[] {
    const words = q.toLowerCase();
    return this.#statements.find.all(before, words, words, most) as ArchivedUnit[];
  }

  /** What the state knows of the archive. */
  read(): Archive {
    const rows = this.#statements.names.all() as (ArchivedName & { readonly chunk: string })[];
    const names = rows.map(({ chunk, unit, digest }) => [chunk, { unit, digest }] as const);
    const sums = this.#statements.sums.all() as Tables['archive_sums'][];
    const read = Object.fromEntries(sums.map(({ name, value }) => [name, JSON.parse(value)]));
    return { names: PersistentMap.of(names), count: rows.length, sums: { ...NO_SUMS, ...read } };
  }

  /** How many ids were given out, to units in the archive or not. */
  get ids(): number {
    const { live, archived } = this.#statements.ids.get() as {
      live: number | null;
      archived: number | null;
    };
    return Math.max(live ?? -1, archived ?? -1) + 1;
  }
}

function workIn({ facts, at }: Tables['archive']): WorkUnit {
  try {
    const work = JSON.parse(
      inflateRawSync(facts, { maxOutputLength: MOST_BYTES }).toString('utf8'),
    ) as WorkUnit;
    return { ...work, unit: { ...work.unit, archived_at: at } };
  } catch (error) {
    throw new SyntaxError('an archived unit cannot be read', { cause: error });
  }
}
