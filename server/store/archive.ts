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

type ArchivedEvent = Extract<Event, { type: 'unit.archived' }>;
export type NameRow = ArchivedName & { readonly chunk: string };
/** The highest ids in the live state and in the archive; null: none. */
export interface LastIds {
  readonly live: number | null;
  readonly archived: number | null;
}

export class ArchiveTable {
  readonly #statements: ReturnType<typeof archiveStatements>;

  constructor(statements: ReturnType<typeof archiveStatements>) {
    this.#statements = statements;
  }

  /** Inside the transaction that holds the event: the unit leaves the tables of the live state. */
  add(event: ArchivedEvent, work: WorkUnit): void {
    const { unit, chunk, title, digest, over_at, at, facts } = archiveRow(event, work);
    this.#statements.add.run(unit, chunk, title, digest, over_at, at, facts);
    for (const statement of this.#statements.leave) statement.run(unit);
  }

  /** Its name is free from now on. */
  free(unit: number): void {
    this.#statements.free.run(null, unit);
  }

  putSums(before: ArchiveSums, after: ArchiveSums): void {
    for (const { name, value } of sumsSince(before, after)) this.#statements.putSum.run(name, value);
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
    const names = this.#statements.names.all() as NameRow[];
    return archiveFrom(names, this.#statements.sums.all() as Tables['archive_sums'][]);
  }

  /** How many ids were given out, to units in the archive or not. */
  get ids(): number {
    return idsIn(this.#statements.ids.get() as LastIds);
  }
}

export function archiveRow({ data, at }: ArchivedEvent, work: WorkUnit): Tables['archive'] {
  const { id: unit, chunk, title, removed_at, done_at } = work.unit;
  const digest = removed_at === null ? data.digest : null;
  const facts = deflateRawSync(JSON.stringify(work));
  return { unit, chunk, title, digest, over_at: removed_at ?? done_at ?? at, at, facts };
}

export const sumsSince = (before: ArchiveSums, after: ArchiveSums): Tables['archive_sums'][] =>
  Object.entries(after)
    .filter(([name, value]) => value !== before[name as keyof ArchiveSums])
    .map(([name, value]) => ({ name, value: JSON.stringify(value) }));

export function archiveFrom(rows: readonly NameRow[], sums: readonly Tables['archive_sums'][]): Archive {
  const names = rows.map(({ chunk, unit, digest }) => [chunk, { unit, digest }] as const);
  const read = Object.fromEntries(sums.map(({ name, value }) => [name, JSON.parse(value)]));
  return { names: PersistentMap.of(names), count: rows.length, sums: { ...NO_SUMS, ...read } };
}

export const idsIn = ({ live, archived }: LastIds): number => Math.max(live ?? -1, archived ?? -1) + 1;

/** Throws a `SyntaxError` where it cannot be read. */
export function workIn({ facts, at }: Tables['archive']): WorkUnit {
  try {
    const work = JSON.parse(
      inflateRawSync(facts, { maxOutputLength: MOST_BYTES }).toString('utf8'),
    ) as WorkUnit;
    return { ...work, unit: { ...work.unit, archived_at: at } };
  } catch (error) {
    throw new SyntaxError('an archived unit cannot be read', { cause: error });
  }
}
