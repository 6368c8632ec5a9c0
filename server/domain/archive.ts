import { isWell } from '../../shared/is-well.ts';
import type { Usage } from '../../shared/usage-words.ts';
import type { Outcome, WorkUnit } from '../../shared/words.ts';
import { PersistentMap } from './persistent-map.ts';
import type { State } from './state.ts';

/** Whose name is taken: it is DONE, and was not removed. `digest`: of the facts with which it was added. */
export interface ArchivedName {
  readonly unit: number;
  readonly digest: string;
}

export interface Archive {
  /** By chunk. */
  readonly names: PersistentMap<ArchivedName>;
  /** How many names those are. */
  readonly count: number;
  readonly sums: ArchiveSums;
}

/** Over all archived units, removed ones included. */
export interface ArchiveSums {
  /** The latest event that changed the archive. */
  readonly seq: number;
  /** How many of their runs ended in which way. */
  readonly ended: Readonly<Record<string, number>>;
  /** What their runs have used: by agent, by day (UTC). */
  readonly agents: Readonly<Record<string, Usage>>;
  readonly days: Readonly<Record<string, Usage>>;
}

export const NO_SUMS: ArchiveSums = { seq: 0, ended: {}, agents: {}, days: {} };
export const NO_ARCHIVE: Archive = { names: PersistentMap.of(), count: 0, sums: NO_SUMS };

/** How a run ended, as runs are counted. It is kept in sums: a word that changes needs a step of the schema. */
export function endWord(outcome: Outcome): string {
  if (isWell(outcome)) return 'done';
  return outcome.exit === 'exited' || outcome.exit === 'reported' ? 'failed' : outcome.exit;
}

/** A state in which an archived unit can be read as it was. Nothing is decided on it. */
export function withArchived(state: State, work: WorkUnit): State {
  const { id, chunk } = work.unit;
  return { ...state, works: state.works.with(id, work), byChunk: state.byChunk.with(chunk, id) };
}
