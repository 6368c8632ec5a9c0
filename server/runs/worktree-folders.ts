/** Removes the folders of worktrees, and brings them back. */
import type { UnitWork } from '../../shared/work-words.ts';
import type { PruneOutcome, WorktreeActions } from '../api/worktree-actions.ts';
import { DAEMON } from '../domain/actors.ts';
import { forgotten, pruned, restored } from '../domain/commands/work.ts';
import { isOver, liveRun, type State } from '../domain/state.ts';
import type { Store } from '../store/store.ts';
import { hourly, type SettledClock } from '../system/hourly.ts';
import type { Chore } from '../system/upkeep.ts';
import { forgetKept, type KeepOptions, lookAtPrune, pruneWorktree, refuseLoss } from '../work/keep.ts';
import { WorkRefused } from '../work/refused.ts';
import { findRepository } from '../work/repository.ts';
import { restoreWorktree } from '../work/restore.ts';
import { emptyTrash } from '../work/trash.ts';
import { baseCommit, messageOf } from './worktrees.ts';

const DAY_MS = 24 * 3_600_000;

export interface FolderParts {
  readonly store: Store;
  readonly project: string;
  /** The folder that holds the worktrees of the project. */
  readonly folder: string;
}

/** Removes the folders of worktrees that nobody needs any more, and brings them back. What was in them stays kept. */
export class WorktreeFolders implements WorktreeActions {
  readonly #parts: FolderParts;

  constructor(parts: FolderParts) {
    this.#parts = parts;
  }

  outlook = async (unit: number): Promise<PruneOutcome> => {
    const { path, copied, linked } = this.#facts(unit);
    const repository = await findRepository(this.#parts.project);
    const outlook = await lookAtPrune(repository, { path, brought: [...copied, ...linked] });
    refuseLoss(path, outlook);
    return { ref: null, ignored: outlook.ignored };
  };

  prune = async (unit: number): Promise<PruneOutcome> => {
    const { store, project } = this.#parts;
    const work = store.state.works.get(unit);
    const facts = this.#facts(unit);
    const repository = await findRepository(project);
    const { path, copied, linked } = facts;
    const base = await baseCommit(repository, facts);
    const { chunk = '', title = '' } = work?.unit ?? {};
    const brought = [...copied, ...linked];
    const options: KeepOptions = {
      unit: { id: unit, chunk },
      path,
      base,
      message: messageOf({ chunk, title }),
      brought,
      linked,
    };
    const { ref, ignored } = await pruneWorktree(repository, options);
    await store.commit(DAEMON, (state) => pruned(state, { unit, ref }));
    return { ref, ignored };
  };

  restore = async (unit: number): Promise<void> => {
    const { store, project } = this.#parts;
    const { chunk = '' } = store.state.works.get(unit)?.unit ?? {};
    const { branch, path } = this.#facts(unit);
    await restoreWorktree(await findRepository(project), { id: unit, chunk, branch, path });
    await store.commit(DAEMON, (state) => restored(state, { unit }));
  };

  forget = async (unit: number, dry: boolean): Promise<readonly string[]> => {
    const { store, project } = this.#parts;
    const { chunk = '' } = store.state.works.get(unit)?.unit ?? {};
    const { path } = this.#facts(unit);
    const refs = await forgetKept(await findRepository(project), { unit: { id: unit, chunk }, path }, dry);
    if (!dry) await store.commit(DAEMON, (state) => forgotten(state, { unit }));
    return refs;
  };

  /** Prunes what is over for `keep_worktrees_days`. */
  upkeep(clock: SettledClock): Chore {
    return hourly('worktrees', clock, async (at) => {
      for (const unit of outlived(this.#parts.store.state, at)) await this.prune(unit).catch(unlessRefused);
      await emptyTrash(this.#parts.folder);
    });
  }

  #facts(unit: number): UnitWork {
    const facts = this.#parts.store.state.works.get(unit)?.unit.work;
    if (!facts) throw new WorkRefused({ code: 'no-worktree', path: this.#parts.folder });
    return facts;
  }
}

/** What cannot be pruned now, as somebody works in it, is tried again. */
function unlessRefused(error: unknown): void {
  if (!(error instanceof WorkRefused)) throw error;
}

/** Units whose worktrees are there though they are over for longer than is kept. */
function outlived(state: State, now: number): number[] {
  const days = state.settings.keep_worktrees_days;
  return [...state.works].flatMap((work) => {
    const { id, work: facts, done_at, removed_at } = work.unit;
    const over_at = done_at ?? removed_at;
    if (!facts?.made_at || facts.pruned_at !== null || !isOver(work) || over_at === null) return [];
    return liveRun(work) || now - Date.parse(over_at) < days * DAY_MS ? [] : [id];
  });
}
