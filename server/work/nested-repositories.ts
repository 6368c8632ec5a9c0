/** Repositories inside a worktree, of which a snapshot keeps nothing, or a pointer alone. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { nameOf } from './file-name.ts';
import { Git } from './git.ts';
import { recordsOf } from './snapshot.ts';

const GITLINK = '160000';

/** `FileName.file`, with `/` at the end. Also those in ignored folders: their history is nowhere else. */
export async function nestedIn(git: Git, path: string): Promise<string[]> {
  const lists = [['--exclude-standard'], ['-i', '--exclude-standard']];
  const found = await Promise.all(lists.map((which) => git.succeed(['ls-files', '-o', '-z', ...which])));
  const names = found.flatMap(({ stdout }) => recordsOf(stdout)).map((name) => nameOf(name).file);
  return [...names.filter((name) => name.endsWith('/')), ...(await submodulesWithWork(git, path))];
}

/** Submodules whose work is nowhere else: changed files, or commits that no remote has. */
async function submodulesWithWork(git: Git, path: string): Promise<string[]> {
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
