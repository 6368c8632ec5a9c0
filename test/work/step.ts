/** Does one step in a process of its own, which may be killed: `step.js '{"step": "add", …}'`. */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pruneWorktree } from '../../server/work/keep.ts';
import { commitMerge } from '../../server/work/merge.ts';
import { tryMerge } from '../../server/work/merge-tree.ts';
import type { MoveOptions } from '../../server/work/move-base.ts';
import { repairMerge } from '../../server/work/repair-merge.ts';
import { commitOf, findRepository, gitIn, type Repository, refOf } from '../../server/work/repository.ts';
import { restoreWorktree } from '../../server/work/restore.ts';
import { takeSnapshot, workRef } from '../../server/work/snapshot.ts';
import { addWorktree, openWorktree, type WorktreePlan } from '../../server/work/worktree.ts';

export type Step = 'add' | 'snapshot' | 'prune' | 'restore' | 'merge';
export interface StepCall {
  readonly step: Step;
  readonly project: string;
  readonly plan: WorktreePlan;
  /** Written when the repository is found: what comes then may be killed. */
  readonly armed?: string;
}

export async function doStep({ step, project, plan, armed }: StepCall): Promise<unknown> {
  const repository = await findRepository(project);
  if (armed !== undefined) writeFileSync(armed, '');
  const { path, commit, id } = plan;
  const common = { base: commit, message: 'work' };
  if (step === 'add') return addWorktree(repository, plan);
  if (step === 'restore') return restoreWorktree(repository, { ...plan });
  if (step === 'prune') return pruneWorktree(repository, { ...common, unit: plan, path });
  if (step === 'merge') return mergeInto(repository, plan);
  return takeSnapshot(repository, openWorktree(repository, path), { ...common, id });
}

/** What stands for the log: a merge that was planned. */
export const plannedMerge = ({ path }: WorktreePlan): string => join(path, '../planned-merge');

async function mergeInto(repository: Repository, plan: WorktreePlan): Promise<unknown> {
  const file = plannedMerge(plan);
  if (!existsSync(file)) {
    writeFileSync(`${file}.new`, JSON.stringify(await planMerge(repository, plan)));
    renameSync(`${file}.new`, file);
  }
  return repairMerge(repository, JSON.parse(readFileSync(file, 'utf8')) as MoveOptions);
}

async function planMerge(repository: Repository, { id }: WorktreePlan): Promise<MoveOptions> {
  const git = gitIn(repository);
  const old = (await commitOf(git, 'refs/heads/main')) ?? '';
  const snapshot = (await refOf(git, workRef(repository, id))) ?? '';
  const { tree } = await tryMerge(repository, { base: old, snapshot });
  const names = { title: 'title', goal: 'goal', base: 'main' };
  const strategy = 'merge';
  const to = await commitMerge(repository, { ...names, strategy, old, snapshot, tree, id });
  return { branch: 'main', old, new: to, id };
}

const [call] = process.argv.slice(2);
if (call?.startsWith('{')) {
  await doStep(JSON.parse(call) as StepCall);
  process.stdout.write('done');
}
