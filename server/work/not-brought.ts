/**
 * What a repository has and a worktree does not: to fetch it, git and git-lfs run programs that the repository's own
 * configuration may name (transports, credential helpers, transfer agents), so a `setup` does it, if the operator says so.
 */
import { NOT_BROUGHT, type NotBrought } from '../../shared/work-words.ts';
import { Git } from './git.ts';
import type { Repository } from './repository.ts';
import { recordsOf } from './snapshot.ts';
import type { OpenWorktree } from './worktree.ts';

/** By what the commit says in `.gitmodules` and in the files of attributes. Throws `WorkRefused`. */
export async function notBrought(
  { trusted }: Repository,
  { path, gitDir }: OpenWorktree,
): Promise<NotBrought[]> {
  const git = new Git({ cwd: path, gitDir, trusted });
  const patterns = ['^\\[submodule ', '[[:space:]]filter=lfs'].flatMap((pattern) => ['-e', pattern]);
  const files = [':(top,literal).gitmodules', ':(top,glob)**/.gitattributes'];
  const { stdout } = await git.run(['grep', '-l', '-z', ...patterns, 'HEAD', '--', ...files]);
  const found = recordsOf(stdout).map((name) =>
    name.toString() === 'HEAD:.gitmodules' ? 'submodules' : 'lfs',
  );
  return NOT_BROUGHT.filter((each) => found.includes(each));
}
