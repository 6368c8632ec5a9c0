/** A unit whose work is ready to be merged. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { commitMerge } from '../../server/work/merge.ts';
import { tryMerge } from '../../server/work/merge-tree.ts';
import type { MergeStrategy } from '../../shared/work-words.ts';
import { atWork, type UnitAtWork } from './unit.ts';

const FILES = { 'a.txt': 'one\n', 'b.txt': 'two\n', 'd/c.txt': 'three\n', '.gitignore': '*.log\n' };

/** What the unit did: a commit of its agent's, and more that is not committed. */
export async function worked(
  t: TestContext,
  files: Readonly<Record<string, string>> = FILES,
): Promise<UnitAtWork> {
  const unit = await atWork(t, files);
  unit.write({ 'a.txt': 'one of unit\n' });
  unit.git('commit', '-qam', 'agent: first');
  unit.write({ 'new/n.txt': 'new\n' });
  rmSync(join(unit.path, 'd/c.txt'));
  return unit;
}

export async function merged(unit: UnitAtWork, strategy: MergeStrategy = 'merge') {
  const { commit: snapshot } = await unit.snapshot();
  const old = unit.scene.git('rev-parse', 'main');
  const { tree } = await tryMerge(unit.repository, { base: old, snapshot });
  const options = {
    strategy,
    base: 'main',
    old,
    snapshot,
    tree,
    title: 'Add n',
    goal: 'So that\n\nit is.',
    id: 7,
  };
  const commit = await commitMerge(unit.repository, options);
  return { options, snapshot, old, commit, move: { branch: 'main', old, new: commit, id: 7 } };
}
