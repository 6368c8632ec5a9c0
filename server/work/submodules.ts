/** Repositories that a worktree's index points at: a snapshot keeps the pointer, not what is in them. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { nameOf } from './file-name.ts';
import { Git } from './git.ts';
import { recordsOf } from './snapshot.ts';

const GITLINK = '160000';

/** Those whose work is nowhere else: changed files, or commits that no remote has. `FileName.file`, with `/` at the end. */
export async function submodulesWithWork(git: Git, path: string): Promise<string[]> {
  const { stdout } = await git.succeed(['ls-files', '-s', '-z']);
  const links = recordsOf(stdout)
    .filter((record) => record.toString('latin1', 0, GITLINK.length) === GITLINK)
    .map((record) => record.subarray(record.indexOf(TAB) + 1));
  const found = await Promise.all(
    links.map(async (name) => ((await hasOwnWork(join(path, name.toString()))) ? [name] : [])),
  );
  return found.flat().map((name) => `${nameOf(name).file}/`);
}

const TAB = 9;
const COMMITS = ['--branches', '--glob=refs/stash', 'HEAD', '--not', '--remotes'];

async function hasOwnWork(folder: string): Promise<boolean> {
  if (!existsSync(join(folder, '.git'))) return false;
  const git = new Git({ cwd: folder });
  const status = await git.run(['status', '--porcelain', '-z', '--ignore-submodules=none']);
  const commits = await git.run(['rev-list', '-n', '1', ...COMMITS]);
  return [status, commits].some(({ code, stdout }) => code !== 0 || stdout.length > 0);
}
