import { SAFE_DIFF } from './git.ts';
import { gitIn, type Repository } from './repository.ts';

const MOST_BYTES = 16 * 1024 * 1024;

/** The difference of two commits as text that `git apply` takes; null where it is more than 16 MiB. */
export async function patchOf(repository: Repository, from: string, to: string): Promise<string | null> {
  const args = ['diff-tree', '-r', '-p', '-M', '--binary', '--full-index', ...SAFE_DIFF, '--end-of-options'];
  const { stdout, cut } = await gitIn(repository).run([...args, from, to], { bytes: MOST_BYTES });
  return cut ? null : stdout.toString();
}
