import { type Git, namesIn, SAFE_DIFF } from './git.ts';

/** What work changed: merge-base(base, snapshot)..snapshot. */
export interface ChangeSet {
  /** As `mergeBaseOf`. */
  readonly from: string;
  readonly files: number;
  /** Lines; binary files count none. */
  readonly added: number;
  readonly deleted: number;
}

/** Throws `WorkRefused` git-failed. */
export async function changeSetOf(git: Git, base: string, snapshot: string): Promise<ChangeSet> {
  const from = await mergeBaseOf(git, base, snapshot);
  const args = ['diff-tree', '-r', ...SAFE_DIFF, '--numstat', '-z', '-M', '--end-of-options', from, snapshot];
  const { stdout } = await git.succeed(args);
  return { from, ...countIn(namesIn(stdout)) };
}

/** The empty tree where the two have no history in common. */
export async function mergeBaseOf(git: Git, base: string, snapshot: string): Promise<string> {
  const found = await git.run(['merge-base', '--end-of-options', base, snapshot]);
  if (found.code === 0) return found.stdout.toString().trim();
  return git.text(['hash-object', '-t', 'tree', '--stdin'], { stdin: '' });
}

/** `3\t1\tname`, or for a rename `3\t1\t` with both names in fields of their own; `-` for binary. */
export function countIn(fields: readonly string[]): Omit<ChangeSet, 'from'> {
  let [files, added, deleted] = [0, 0, 0];
  for (let at = 0; at < fields.length; at += 1) {
    const [, plus, minus, name] = /^(\d+|-)\t(\d+|-)\t(.*)$/s.exec(fields[at] ?? '') ?? [];
    files += 1;
    added += Number(plus) || 0;
    deleted += Number(minus) || 0;
    if (name === '') at += 2;
  }
  return { files, added, deleted };
}
