/** Packs what runs have printed once they have ended, and removes it after their unit is done: after a time, or above a size. */
import { readdir, rm, stat } from 'node:fs/promises';
import type { Moment, WorkUnit } from '../../shared/words.ts';
import { MIB } from '../domain/settings.ts';
import type { State } from '../domain/state.ts';
import { roomOf } from '../output/output-file.ts';
import { packOutput } from '../output/pack-output.ts';
import type { Store } from '../store/store.ts';
import { hourly, type SettledClock } from '../system/hourly.ts';
import { runFiles, unitOfRun } from '../system/run-files.ts';
import type { Chore } from '../system/upkeep.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Files on disk of a run whose unit is finished. */
interface Kept {
  readonly folder: string;
  readonly output: string;
  readonly over_at: Moment;
}

/** Packs and deletes old run files. */
export const keepRoom = (store: Store, runs: string, clock: SettledClock): Chore =>
  hourly('retention', clock, async (at) => {
    const kept = { settings: store.state.settings, works: await worksWithRuns(store, runs) };
    await clearRuns(kept, runs, at);
    await packRuns(kept, runs, at);
  });

type WithRuns = Pick<State, 'settings'> & { readonly works: Iterable<WorkUnit> };

/** The units of the state, and archived ones of which there are still files. */
async function worksWithRuns(store: Store, runs: string): Promise<WorkUnit[]> {
  const { works } = store.state;
  const units = new Set([...(await foldersIn(runs))].map(unitOfRun));
  const archived: WorkUnit[] = [];
  for (const unit of units) {
    const work = unit === null || works.get(unit) ? undefined : await store.archived(unit);
    if (work) archived.push(work);
  }
  return [...works, ...archived];
}

/** Whoever looks at a run that has just ended reads the file as it was written. */
const FRESH_MS = HOUR_MS;
/** Less is not worth it. */
const SMALL_BYTES = 64 * 1024;

/** Packs what runs printed that ended a while ago. `now` is in milliseconds. */
export async function packRuns(state: WithRuns, runs: string, now: number): Promise<void> {
  const there = await foldersIn(runs);
  for (const work of state.works)
    for (const { unit, number, ended_at } of work.runs) {
      const { name, output } = runFiles(runs, unit, number);
      if (ended_at === null || now - Date.parse(ended_at) < FRESH_MS || !there.has(name)) continue;
      const found = await stat(output).catch(() => null);
      if (found && found.size >= SMALL_BYTES) await packOutput(output);
    }
}

/**
 * Deletes files of runs of finished units: all older than `keep_days`, then the
 * oldest until at most `keep_mib` is left. `now` is in milliseconds. Only folders of known runs are touched.
 */
export async function clearRuns(state: WithRuns, runs: string, now: number): Promise<void> {
  const { keep_days, keep_mib } = state.settings;
  let room = keep_mib * MIB;
  for (const { folder, output, over_at } of newestFirst(state, runs, await foldersIn(runs))) {
    const tooOld = now - Date.parse(over_at) > keep_days * DAY_MS;
    room -= (await roomOf(output)) ?? 0;
    if (tooOld || room < 0) await rm(folder, { recursive: true, force: true });
  }
}

function newestFirst(state: WithRuns, runs: string, there: ReadonlySet<string>): Kept[] {
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
