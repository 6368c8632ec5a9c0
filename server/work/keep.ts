/**
 * The end of a worktree: what is in it is kept under a ref, its folder goes to the trash, its entry is dropped.
 * Others' entries are never touched (so never `worktree prune`), and nothing of the repository is deleted (no `gc`).
 */

import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import type { Ignored } from '../../shared/work-words.ts';
import { processesIn } from '../system/processes.ts';
import { nameOf } from './file-name.ts';
import { Git } from './git.ts';
import { listIgnored, sizeOf } from './ignored-files.ts';
import { nestedIn } from './nested-repositories.ts';
import { WorkRefused } from './refused.ts';
import { contains, gitIn, listWorktrees, type Repository, refOf } from './repository.ts';
import { snapshotIn, workRef } from './snapshot.ts';
import { clearPlace, dropRefLock, type OpenWorktree, openWorktree, type UnitName } from './worktree.ts';
import { adminFolderOf } from './worktree-entry.ts';
import { inTurn } from './writer.ts';

export interface KeepOptions {
  readonly unit: UnitName;
  readonly path: string;
  /** For the change set of the last snapshot. */
  readonly base: string;
  readonly message: string;
  /** Names of what we copied and linked there (`FileName.file`): no results of the agent. */
  readonly brought?: readonly string[];
  /** Of those, the links. */
  readonly linked?: readonly string[];
}

export interface Pruned {
  readonly ref: string;
  /** What is kept; null where a prune that was killed has done all of it before. */
  readonly commit: string | null;
  /** Where the folder lies until the trash is emptied; null where it was gone. */
  readonly aside: string | null;
  /** Files that no snapshot holds. */
  readonly ignored: readonly Ignored[];
}

/** What stands in the way of a prune, and what it would throw away after some days. Changes nothing. */
export interface PruneOutlook {
  /** Processes that work in the folder; null where the system does not say. */
  readonly processes: readonly number[] | null;
  readonly nested: readonly string[];
  readonly ignored: readonly Ignored[];
}

const keptName = ({ chunk, id }: UnitName): string => `${chunk}-${id}`;
export const keptRef = ({ refs }: Repository, unit: UnitName): string => `${refs}/kept/${keptName(unit)}`;
/** What HEAD was on when the work was kept. */
export const keptHeadRef = ({ refs }: Repository, unit: UnitName): string =>
  `${refs}/kept-head/${keptName(unit)}`;

/** Throws `WorkRefused` no-worktree. */
export async function lookAtPrune(
  repository: Repository,
  { path, brought = [] }: Pick<KeepOptions, 'path' | 'brought'>,
): Promise<PruneOutlook> {
  const worktree = openWorktree(repository, path);
  const git = gitOf(repository, worktree);
  const [nested, ignored] = await Promise.all([nestedIn(git, path), ignoredIn(git, path, brought)]);
  return { processes: processesIn(realpathSync(path)), nested, ignored };
}

const gitOf = ({ trusted }: Repository, { path, gitDir }: OpenWorktree): Git =>
  new Git({ cwd: path, gitDir, trusted });

async function ignoredIn(git: Git, path: string, brought: readonly string[]): Promise<Ignored[]> {
  const isOurs = new Set(brought);
  const names = (await listIgnored(git)).map((bytes) => ({ bytes, name: nameOf(bytes).file }));
  const others = names.filter(({ name }) => !isOurs.has(name.replace(/\/$/, '')));
  return Promise.all(
    others.map(async ({ bytes, name }) => ({
      name,
      bytes: await sizeOf(Buffer.concat([Buffer.from(join(path, '/')), bytes])),
    })),
  );
}

/**
 * Throws `WorkRefused`: process-inside, process-unknown, nested-repositories, not-saved (files that git cannot take),
 * no-worktree (a folder without an entry), project-moved. Repeated after it was killed anywhere, it goes on.
 */
export function pruneWorktree(repository: Repository, options: KeepOptions): Promise<Pruned> {
  return inTurn(repository, async () => {
    const { unit, path } = options;
    const worktree = stillThere(repository, path);
    if (worktree) return keepAndClear(repository, worktree, options);
    const commit = await keepLast(repository, unit);
    await clearPlace(repository, path);
    return { ref: keptRef(repository, unit), commit, aside: null, ignored: [] };
  });
}

/** Null where only the entry is left, or nothing. A folder without an entry may be anybody's. */
function stillThere(repository: Repository, path: string): OpenWorktree | null {
  try {
    return openWorktree(repository, path);
  } catch (error) {
    const isGone = error instanceof WorkRefused && error.code === 'no-worktree' && !isThere(path);
    if (isGone) return null;
    throw error;
  }
}

function isThere(path: string): boolean {
  try {
    realpathSync(path);
    return true;
  } catch {
    return false;
  }
}

async function keepAndClear(repository: Repository, worktree: OpenWorktree, options: KeepOptions) {
  const { unit, path, base, message, brought, linked = [] } = options;
  const outlook = await lookAtPrune(repository, { path, ...(brought && { brought }) });
  refuseLoss(path, outlook);
  const snapshot = await snapshotIn(repository, worktree, { id: unit.id, message, base, leftOut: linked });
  if (snapshot.nested.length > 0)
    throw new WorkRefused({ code: 'nested-repositories', path, nested: snapshot.nested });
  if (snapshot.unsaved.length > 0)
    throw new WorkRefused({ code: 'not-saved', path, files: snapshot.unsaved });
  await keep(repository, unit, snapshot.commit, snapshot.head ?? snapshot.commit);
  const aside = await clearPlace(repository, path);
  return { ref: keptRef(repository, unit), commit: snapshot.commit, aside, ignored: outlook.ignored };
}

export function refuseLoss(path: string, { processes, nested }: PruneOutlook): void {
  if (processes === null) throw new WorkRefused({ code: 'process-unknown', path });
  if (processes.length > 0) throw new WorkRefused({ code: 'process-inside', path, pids: processes });
  if (nested.length > 0) throw new WorkRefused({ code: 'nested-repositories', path, nested });
}

/** The head first: what is kept can be restored only with it. */
async function keep(repository: Repository, unit: UnitName, commit: string, head: string): Promise<void> {
  await keepEarlier(repository, unit, commit);
  await setRefs(repository, [
    [keptHeadRef(repository, unit), head],
    [keptRef(repository, unit), commit],
  ]);
}

/** What was kept before a restore stays, as `<chunk>-<unit id>.1`, `.2` and so on, unless the new commit has it. */
async function keepEarlier(repository: Repository, unit: UnitName, commit: string): Promise<void> {
  const git = gitIn(repository);
  const [kept, head] = [
    await refOf(git, keptRef(repository, unit)),
    await refOf(git, keptHeadRef(repository, unit)),
  ];
  if (kept === null || (await contains(git, commit, kept))) return;
  for (let number = 1; ; number += 1) {
    const ref = `${keptRef(repository, unit)}.${number}`;
    const there = await refOf(git, ref);
    if (there !== null && there !== kept) continue;
    return setRefs(repository, [
      [`${keptHeadRef(repository, unit)}.${number}`, head ?? kept],
      [ref, kept],
    ]);
  }
}

async function setRefs(repository: Repository, refs: readonly (readonly [ref: string, to: string])[]) {
  for (const [ref, to] of refs) {
    dropRefLock(repository, ref);
    await gitIn(repository).succeed(['update-ref', ref, to]);
  }
}

/** Where somebody deleted the folder, the last snapshot is what there is. */
async function keepLast(repository: Repository, unit: UnitName): Promise<string | null> {
  const git = gitIn(repository);
  const kept = await refOf(git, keptRef(repository, unit));
  // A prune makes a snapshot before it keeps that, so none is newer than this.
  const last = await refOf(git, workRef(repository, unit.id));
  if (last === null || last === kept) return kept;
  await keep(repository, unit, last, last);
  return last;
}

export interface KeptWork {
  readonly ref: string;
  /** `<chunk>-<unit id>`; what was kept before a restore has `.1`, `.2` … behind it, the oldest first. */
  readonly name: string;
  readonly commit: string;
  /** When the commit was made: seconds since 1970. */
  readonly at: number;
}

export async function listKept(repository: Repository): Promise<KeptWork[]> {
  const format = '--format=%(refname)%00%(objectname)%00%(committerdate:unix)';
  const said = await gitIn(repository).text(['for-each-ref', format, `${repository.refs}/kept/`]);
  return said.split('\n').flatMap((line) => {
    const [ref = '', commit = '', at] = line.split('\0');
    return ref === ''
      ? []
      : [{ ref, name: ref.slice(`${repository.refs}/kept/`.length), commit, at: Number(at) }];
  });
}

export interface OurWorktree {
  readonly id: number;
  readonly path: string;
  readonly branch: string | null;
}

/** Those of all projects of the repository that we locked. */
export async function listOurWorktrees(repository: Repository): Promise<OurWorktree[]> {
  return (await listWorktrees(repository)).flatMap(({ path, branch, locked }) => {
    const [, id] = /^signalbox (\d+)\b/.exec(locked ?? '') ?? [];
    return id === undefined ? [] : [{ id: Number(id), path, branch }];
  });
}

/** Drops what was kept of a unit, for good; `dry`: only says which refs. Throws `WorkRefused` path-taken while the worktree is there. */
export function forgetKept(
  repository: Repository,
  { unit, path }: Pick<KeepOptions, 'unit' | 'path'>,
  dry = false,
): Promise<readonly string[]> {
  return inTurn(repository, async () => {
    if (adminFolderOf(repository, path)) throw new WorkRefused({ code: 'path-taken', path });
    const git = gitIn(repository);
    const kept = [keptRef(repository, unit), keptHeadRef(repository, unit)].flatMap((ref) => [
      ref,
      `${ref}.*`,
    ]);
    const said = await git.text([
      'for-each-ref',
      '--format=%(refname)',
      ...kept,
      workRef(repository, unit.id),
    ]);
    const refs = said.split('\n').filter((each) => each !== '');
    if (!dry) for (const ref of refs) await git.succeed(['update-ref', '-d', ref]);
    return refs;
  });
}
