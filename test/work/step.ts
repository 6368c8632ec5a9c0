/** Does one step in a process of its own, which may be killed: `step.js '{"step": "add", …}'`. */
import { writeFileSync } from 'node:fs';
import { pruneWorktree } from '../../server/work/keep.ts';
import { findRepository } from '../../server/work/repository.ts';
import { restoreWorktree } from '../../server/work/restore.ts';
import { takeSnapshot } from '../../server/work/snapshot.ts';
import { addWorktree, openWorktree, type WorktreePlan } from '../../server/work/worktree.ts';

export type Step = 'add' | 'snapshot' | 'prune' | 'restore';
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
  return takeSnapshot(repository, openWorktree(repository, path), { ...common, id });
}

const [call] = process.argv.slice(2);
if (call?.startsWith('{')) {
  await doStep(JSON.parse(call) as StepCall);
  process.stdout.write('done');
}
