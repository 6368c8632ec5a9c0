/** Removes what runs of units that are done have printed, after a time or above a size. */
import { readdir, rm } from 'node:fs/promises';
import type { Moment } from '../../shared/words.ts';
import { MIB } from '../domain/settings.ts';
import type { State } from '../domain/state.ts';
import { sizeOf } from '../output/transcript.ts';
import type { Store } from '../store/store.ts';
import { runFiles } from '../system/run-files.ts';
import type { Chore } from '../system/upkeep.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Files on disk of a run whose unit is finished. */
interface Kept {
  readonly folder: string;
  readonly output: string;
  readonly over_at: Moment;
}

/** Deletes old run files at the start and then every hour of the wall clock. */
export function keepRoom(store: Store, runs: string, now: () => number = Date.now): Chore {
  let cleared = Number.NEGATIVE_INFINITY;
  return {
    name: 'retention',
    look: async () => {
      const at = now();
      if (Math.abs(at - cleared) < HOUR_MS) return;
      cleared = at;
      await clearRuns(store.state, runs, at);
    },
  };
}

/**
 * Deletes files of runs of finished units: all older than `keep_days`, then the
 * oldest until at most `keep_mib` is left. `now` is in milliseconds. Only folders of known runs are touched.
 */
export async function clearRuns(state: State, runs: string, now: number): Promise<void> {
  const { keep_days, keep_mib } = state.settings;
  let room = keep_mib * MIB;
  for (const { folder, output, over_at } of newestFirst(state, runs, await foldersIn(runs))) {
    const tooOld = now - Date.parse(over_at) > keep_days * DAY_MS;
    room -= (await sizeOf(output)) ?? 0;
    if (tooOld || room < 0) await rm(folder, { recursive: true, force: true });
  }
}

function newestFirst(state: State, runs: string, there: ReadonlySet<string>): Kept[] {
  const kept: Kept[] = [];
  for (const work of state.works) {
    const over_at = work.unit.done_at ?? work.unit.removed_at;
    if (over_at === null) continue;
    for (const run of work.runs) {
      const { name, folder, output } = runFiles(runs, run.unit, run.number);
      if (run.ended_at !== null && there.has(name)) kept.push({ folder, output, over_at });
    }
  }
  return kept.sort((a, b) => (a.over_at < b.over_at ? 1 : -1));
}

const foldersIn = async (runs: string): Promise<Set<string>> => new Set(await readdir(runs).catch(() => []));
