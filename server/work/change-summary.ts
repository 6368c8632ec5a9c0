/** What a review of a change set begins with. */
import { type ChangeSet, changeSetOf } from './change-set.ts';
import type { Git } from './git.ts';
import { type MergeTry, tryMerge } from './merge-tree.ts';
import { gitIn, type Repository } from './repository.ts';

export interface ChangeSummary extends ChangeSet {
  /** The newest first, at most 50; the last snapshot of what was uncommitted is one of them. */
  readonly commits: readonly WorkCommit[];
  readonly commits_in_all: number;
  /** Commits of the base that the work does not know. */
  readonly base_moved: number;
  /** As of now. */
  readonly merge: MergeTry;
}

export interface WorkCommit {
  readonly id: string;
  /** As short as is unique. */
  readonly short: string;
  /** Cut at 200 columns. */
  readonly subject: string;
  readonly author: string;
  /** Seconds since 1970. */
  readonly at: number;
}

export const MOST_COMMITS = 50;

/** `base`, `snapshot`: ids of commits. Throws `WorkRefused` git-failed. */
export async function summariseChanges(
  repository: Repository,
  { base, snapshot }: { readonly base: string; readonly snapshot: string },
): Promise<ChangeSummary> {
  const git = gitIn(repository);
  const [changes, commits, counts, merge] = await Promise.all([
    changeSetOf(git, base, snapshot),
    commitsOf(git, base, snapshot),
    git.text(['rev-list', '--count', '--left-right', '--end-of-options', `${base}...${snapshot}`]),
    tryMerge(repository, { base, snapshot }),
  ]);
  const [base_moved = 0, commits_in_all = 0] = counts.split('\t').map(Number);
  return { ...changes, commits, commits_in_all, base_moved, merge };
}

const FORMAT = ['%H', '%h', '%<(200,trunc)%s', '%<(100,trunc)%an', '%at'];

/** Those of the snapshot that the base does not have, the newest first. */
export async function commitsOf(
  git: Git,
  base: string,
  snapshot: string,
  most = MOST_COMMITS,
): Promise<WorkCommit[]> {
  const format = `--format=tformat:${FORMAT.join('%x00')}%x00`;
  const args = ['log', '-z', `--max-count=${most}`, format];
  const config = ['i18n.logOutputEncoding=UTF-8'];
  const said = await git.text([...args, '--end-of-options', snapshot, `^${base}`, '--'], { config });
  const fields = said.split('\0');
  const commits: WorkCommit[] = [];
  for (let at = 0; at + FORMAT.length < fields.length; at += FORMAT.length + 1) {
    const [id = '', short = '', subject = '', author = '', when] = fields.slice(at);
    commits.push({ id, short, subject: subject.trimEnd(), author: author.trimEnd(), at: Number(when) });
  }
  return commits;
}
