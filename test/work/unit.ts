/** A unit with its worktree, ready to be worked in as an agent would. */
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { WorkRefused } from '../../server/work/refused.ts';
import { baseOf, findRepository, type Repository } from '../../server/work/repository.ts';
import { takeSnapshot, type WorkSnapshot } from '../../server/work/snapshot.ts';
import {
  addWorktree,
  type OpenWorktree,
  planWorktree,
  type WorktreePlan,
} from '../../server/work/worktree.ts';
import { gitAt, Scene } from './scene.ts';

export interface UnitAtWork {
  readonly scene: Scene;
  readonly repository: Repository;
  readonly plan: WorktreePlan;
  readonly worktree: OpenWorktree;
  readonly path: string;
  snapshot(leftOut?: readonly string[]): Promise<WorkSnapshot>;
  git(...args: string[]): string;
  write(files: Readonly<Record<string, string>>): void;
}

export const workOf = (scene: Scene): string => join(scene.state, 'work');

export async function planned(
  scene: Scene,
  chunk = 'api',
  id = 7,
): Promise<{ repository: Repository; plan: WorktreePlan }> {
  const repository = await findRepository(scene.project);
  const plan = await planWorktree(repository, workOf(scene), { id, chunk }, await baseOf(repository));
  return { repository, plan };
}

export async function atWork(
  t: Pick<TestContext, 'after'>,
  files: Readonly<Record<string, string>> = {
    'a.txt': 'one\n',
    'b.txt': 'two\n',
    '.gitignore': '*.log\nbuild/\n',
  },
): Promise<UnitAtWork> {
  const scene = Scene.begun(t, files);
  const { repository, plan } = await planned(scene);
  const worktree = await addWorktree(repository, plan);
  const { path, id, commit } = plan;
  return {
    scene,
    repository,
    plan,
    worktree,
    path,
    snapshot: (leftOut = []) =>
      takeSnapshot(repository, worktree, { id, message: 'work', base: commit, leftOut }),
    git: (...args) => gitAt(path, ...args),
    write: (more) => scene.write(more, path),
  };
}

export const refusal = (code: string) => (error: unknown) =>
  error instanceof WorkRefused && error.code === code;
