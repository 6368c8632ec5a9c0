/** Makes the worktree of a unit, and keeps what is in it. */
import { join } from 'node:path';
import type { Unit, WorkStuckCode, WorkUnit } from '../../shared/words.ts';
import type { WorkCode, WorkTrouble } from '../../shared/work-problem.ts';
import type { SnapshotTaken, UnitWork, WorktreePlanned, WorktreeProgress } from '../../shared/work-words.ts';
import { DAEMON } from '../domain/actors.ts';
import { lacksWorktree, planWorktree, workStuck, worktreeMade } from '../domain/commands/work.ts';
import { findWork, type State } from '../domain/state.ts';
import type { Store } from '../store/store.ts';
import type { Log } from '../system/log.ts';
import { newId } from '../system/new-id.ts';
import { bringIgnored } from '../work/ignored-files.ts';
import { notBrought } from '../work/not-brought.ts';
import { WorkRefused } from '../work/refused.ts';
import { type Base, baseOf, findRepository, gitIn, type Repository, refOf } from '../work/repository.ts';
import { takeSnapshot } from '../work/snapshot.ts';
import {
  addWorktree,
  planWorktree as choosePlace,
  type OpenWorktree,
  openWorktree,
} from '../work/worktree.ts';
import type { RunPlace } from './environment.ts';

export interface WorktreeParts {
  readonly store: Store;
  readonly log: Log;
  readonly project: string;
  /** The folder that holds the worktrees of the project. */
  readonly folder: string;
  /** By unit: how far the making of its worktree is, for people. Not kept: it is no event. */
  readonly progress: Map<number, WorktreeProgress>;
}

/** What is in a worktree now, or why nobody can say. */
export type Kept = { readonly snapshot: SnapshotTaken } | { readonly trouble: WorkTrouble };

/** Without these a unit that does not insist on a worktree works in the project's folder. */
const IN_PLACE: readonly WorkCode[] = ['git-missing', 'no-repository', 'no-commit'];

/** Another daemon on the repository may take each free name that we find. */
const MOST_PLANS = 10;

/** Makes the worktrees of units before their first run, and keeps what is in them after each. */
export class Worktrees {
  readonly #parts: WorktreeParts;
  #changed = (): void => {};
  /** Units whose worktree is being made. */
  readonly #making = new Map<number, Promise<void>>();
  /** Units that work in the project's folder; found out before their first run, and again by the next daemon. */
  readonly #inPlace = new Set<number>();

  constructor(parts: WorktreeParts) {
    this.#parts = parts;
  }

  /** `changed` is called when a unit may start that could not before. */
  whenChanged(changed: () => void): void {
    this.#changed = changed;
  }

  /** How many are being made: each is about to take a slot. */
  get making(): number {
    return this.#making.size;
  }

  /** Whether a unit has a folder to run in. If not, one is made. */
  isReady(work: WorkUnit): boolean {
    const { id, work: facts } = work.unit;
    if (this.#making.has(id)) return false;
    if (
      facts ? facts.made_at !== null : this.#inPlace.has(id) || !lacksWorktree(this.#parts.store.state, work)
    )
      return true;
    this.#making.set(
      id,
      this.#make(id).finally(() => {
        this.#making.delete(id);
        this.#parts.progress.delete(id);
        this.#changed();
      }),
    );
    return false;
  }

  /** Resolves when nothing is being made any more. */
  async idle(): Promise<void> {
    await Promise.all(this.#making.values());
  }

  async #make(unit: number): Promise<void> {
    try {
      const repository = await this.#repositoryFor(unit);
      if (repository === null) this.#inPlace.add(unit);
      else await this.#makeIn(repository, unit);
    } catch (error) {
      await this.report(unit, 'worktree', error);
    }
  }

  /** Null: it works in the project's folder. */
  async #repositoryFor(unit: number): Promise<Repository | null> {
    const { store, project } = this.#parts;
    try {
      return await findRepository(project);
    } catch (error) {
      const insists = store.state.works.get(unit)?.unit.spec.worktree === true;
      if (error instanceof WorkRefused && IN_PLACE.includes(error.code) && !insists) return null;
      throw error;
    }
  }

  async #makeIn(repository: Repository, unit: number): Promise<void> {
    const { store, progress } = this.#parts;
    const worktree = await this.#added(repository, this.#workOf(unit));
    const { path } = worktree;
    progress.set(unit, { code: 'ignored' });
    const { copy, link, setup, setup_limit: limit } = store.state.trusted.work;
    const { copied, linked } = await bringIgnored(repository, path, { copy, link });
    const made = {
      unit,
      copied,
      linked,
      setup: setup === null ? null : { command: setup, limit },
      not_brought: await notBrought(repository, worktree),
    };
    await store.commit(DAEMON, (state) => worktreeMade(state, made));
  }

  /** As planned before, by this daemon or one that was killed; planned anew while others take the branch first. */
  async #added(repository: Repository, work: WorkUnit): Promise<OpenWorktree> {
    const { progress } = this.#parts;
    const { id, chunk } = work.unit;
    progress.set(id, { code: 'waiting' });
    const onProgress = (percent: number) => progress.set(id, { code: 'files', percent });
    let planned: WorktreePlanned = work.unit.work ?? (await this.#plan(repository, work));
    for (let plans = 1; ; plans += 1) {
      const { branch, base_commit: commit, path } = planned;
      try {
        return await addWorktree(repository, { id, chunk, branch, commit, path }, { onProgress });
      } catch (error) {
        if (plans === MOST_PLANS || !(error instanceof WorkRefused && error.code === 'branch-in-use'))
          throw error;
        planned = await this.#plan(repository, work);
      }
    }
  }

  #workOf(unit: number): WorkUnit {
    const work = this.#parts.store.state.works.get(unit);
    if (!work) throw new Error(`unit ${unit} is gone`);
    return work;
  }

  async #plan(repository: Repository, work: WorkUnit): Promise<WorktreePlanned> {
    const { store, folder } = this.#parts;
    const unit = work.unit.id;
    const { base: named, chunk } = work.unit.spec;
    const base = await baseOf(repository, named ?? store.state.trusted.work.base);
    const begin = { ...base, ...(leftBranch(store.state, work) ?? {}) };
    const { branch, commit, path } = await choosePlace(repository, folder, { id: unit, chunk }, begin);
    const planned = { branch, base: base.branch, base_commit: commit, path };
    await store.lead((state) => planWorktree(state, { unit, ...planned }));
    return planned;
  }

  /** Where the runs of a unit work: the folder in its worktree that stands for the project, or the project itself. Throws `WorkRefused`. */
  async placeOf({ work }: Unit): Promise<RunPlace> {
    const { project } = this.#parts;
    if (!work) return { cwd: project, env: { SIGNALBOX_PROJECT: project } };
    const { prefix } = await findRepository(project);
    const env = {
      SIGNALBOX_PROJECT: project,
      SIGNALBOX_WORKTREE: work.path,
      SIGNALBOX_BRANCH: work.branch,
      SIGNALBOX_BASE: work.base ?? work.base_commit,
    };
    return { cwd: join(work.path, prefix), env };
  }

  /** Keeps what is in the worktree of a unit in which nobody is at work. */
  async keep(unit: Unit, facts: UnitWork): Promise<Kept> {
    try {
      const repository = await findRepository(this.#parts.project);
      const worktree = openWorktree(repository, facts.path);
      const base = await baseCommit(repository, facts);
      const message = messageOf(unit);
      const options = { id: unit.id, message, base, leftOut: facts.linked };
      const { head: _, ...snapshot } = await takeSnapshot(repository, worktree, options);
      return { snapshot };
    } catch (error) {
      return { trouble: this.#troubleOf(error) };
    }
  }

  /** Brings what went wrong about a worktree to the operator. */
  async report(unit: number, code: WorkStuckCode, error: unknown): Promise<void> {
    await this.stuck(unit, code, this.#troubleOf(error));
  }

  async stuck(unit: number, code: WorkStuckCode, trouble: WorkTrouble): Promise<void> {
    const stuck = { unit, code, trouble, key: newId() };
    await this.#parts.store.commit(DAEMON, (state) => workStuck(state, stuck));
  }

  #troubleOf(error: unknown): WorkTrouble {
    if (error instanceof WorkRefused) return error.problem;
    this.#parts.log.error('worktrees', error);
    return { code: 'unexpected', words: error instanceof Error ? error.message : String(error) };
  }
}

/** The base as it is now; where the branch is gone or never was, the commit at which the work began. */
export async function baseCommit(repository: Repository, { base, base_commit }: UnitWork): Promise<string> {
  const tip = base === null ? null : await refOf(gitIn(repository), `refs/heads/${base}`);
  return tip ?? base_commit;
}

/** What a unit goes on from that waited for one other unit alone, whose work was left on its branch. */
function leftBranch(state: State, { unit }: WorkUnit): Pick<Base, 'commit'> | null {
  const [only, ...more] = unit.met;
  const before = only === undefined || more.length > 0 ? undefined : findWork(state, only)?.unit.work;
  return before?.end?.how === 'left' && before.snapshot ? { commit: before.snapshot.commit } : null;
}

/** Of the commit with what the agent has not committed itself. */
export const messageOf = ({ chunk, title }: Pick<Unit, 'chunk' | 'title'>): string => `${title || chunk}\n`;
