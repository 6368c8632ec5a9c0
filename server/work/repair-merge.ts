/** A merge that was interrupted, where git itself was killed: what it left is cleared away, and it is done again. */
import { existsSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { listProcesses, processesIn } from '../system/processes.ts';
import { changedPaths } from './change-set.ts';
import { foldersOf, gitAtFolder } from './checked-out.ts';
import { isAllThere } from './in-the-way.ts';
import { dropNote, type MergeNote, readNote } from './merge-note.ts';
import { type BaseMove, type MoveOptions, moveInTurn, moveRef } from './move-base.ts';
import { putBack } from './put-back.ts';
import { WorkRefused } from './refused.ts';
import { gitIn, type Repository, refOf } from './repository.ts';
import { inTurn } from './writer.ts';

/**
 * As `moveBase`, where a merge was begun and nobody knows how it ended. Files of the folder are as the operator left
 * them, or as in the old commit; all that was in it before is under `<Repository.refs>/repair/<id>`. Throws `WorkRefused`:
 * git-running (in that folder), process-unknown (the system does not say), git-failed.
 */
export function repairMerge(repository: Repository, options: MoveOptions): Promise<BaseMove> {
  return inTurn(repository, async () => {
    const note = readNote(repository);
    if (note !== null) await repairAfter(repository, note);
    return moveInTurn(repository, options);
  });
}

async function repairAfter(repository: Repository, note: MergeNote): Promise<void> {
  const folders = note.folder ? [note.folder] : await foldersOf(repository);
  for (const { path } of folders) refuseLivingGit(path);
  const { commonDir } = repository;
  const locks = [join(commonDir, `refs/heads/${note.branch}.lock`)];
  if (note.folder)
    for (const name of ['index', 'HEAD', 'ORIG_HEAD']) locks.push(join(note.folder.gitDir, `${name}.lock`));
  const now = await refOf(gitIn(repository), `refs/heads/${note.branch}`);
  const isBegun = now === note.old && note.folder !== null && existsSync(note.folder.path);
  const isAlmostDone = isBegun && (await lacksOnlyBranch(repository, note));
  if (isBegun && !isAlmostDone) await putBack(repository, note);
  for (const lock of locks) rmSync(lock, { force: true });
  if (isAlmostDone) await moveRef(gitIn(repository), note);
  dropNote(repository);
}

async function lacksOnlyBranch(repository: Repository, note: MergeNote): Promise<boolean> {
  if (note.folder === null) return false;
  const git = gitAtFolder(repository, note.folder);
  const { stdout } = await git.run(['symbolic-ref', '-q', 'HEAD']);
  if (stdout.toString().trim() !== `refs/heads/${note.branch}`) return false;
  return isAllThere(git, await changedPaths(git, note.old, note.new));
}

/** Ours have ended, or only read: this is a turn. */
function refuseLivingGit(path: string): void {
  if (!existsSync(path)) return;
  const inside = processesIn(realpathSync(path));
  if (inside === null) throw new WorkRefused({ code: 'process-unknown', path });
  const gits = listProcesses().filter(
    ({ pid, argumentsAndEnvironment }) =>
      inside.includes(pid) &&
      /^([^\0 ]*\/)?git(-[^\0 ]+)?[\0 ]/.test(argumentsAndEnvironment) &&
      !argumentsAndEnvironment.includes('SIGNALBOX_GIT_OF='),
  );
  if (gits.length > 0) throw new WorkRefused({ code: 'git-running', path, pids: gits.map(({ pid }) => pid) });
}
