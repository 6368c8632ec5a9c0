/** Differences of real commits, for the tests that read them. */
import type { TestContext } from 'node:test';
import { readDiff } from '../../server/work/read-diff.ts';
import { findRepository } from '../../server/work/repository.ts';
import type { DiffQuery, DiffView, FileDiff } from '../../shared/diff.ts';
import { Scene } from './scene.ts';

export const numbered = (from: number, to: number): string =>
  Array.from({ length: to - from + 1 }, (_, at) => `line ${from + at}\n`).join('');

/** The difference of the last two commits. */
export async function diffOf(scene: Scene, query: Partial<DiffQuery> = {}): Promise<DiffView> {
  const [from, to] = [scene.git('rev-parse', 'HEAD~1'), scene.git('rev-parse', 'HEAD')];
  const repository = await findRepository(scene.project);
  return readDiff({ repository, from, to, query: { file: null, page: 1, ...query } });
}

export async function changed(
  t: TestContext,
  before: Readonly<Record<string, string>>,
  change: (scene: Scene) => unknown,
): Promise<DiffView> {
  const scene = Scene.begun(t, before);
  change(scene);
  scene.commit('second');
  return diffOf(scene);
}

export const fileNamed = ({ files }: DiffView, path: string): FileDiff =>
  files.find((file) => file.path === path)!;
export const linesOf = ({ hunks }: FileDiff) => hunks.flatMap(({ lines }) => lines);
export const shown = (file: FileDiff) => linesOf(file).map(({ kind, text }) => `${kind[0]} ${text}`);
