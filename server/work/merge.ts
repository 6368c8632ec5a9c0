/** The commit that brings a unit's work to its base. It is made and kept here; `moveBase` makes it the base's. */
import type { MergeStrategy } from '../../shared/work-words.ts';
import { commitsOf } from './change-summary.ts';
import type { Git } from './git.ts';
import { WorkRefused } from './refused.ts';
import { contains, gitIn, type Repository, refOf } from './repository.ts';
import { identityFor } from './snapshot.ts';
import { dropRefLock } from './worktree.ts';
import { inTurn } from './writer.ts';

export interface MergeOptions {
  readonly strategy: MergeStrategy;
  /** The branch, without `refs/heads/`. */
  readonly base: string;
  /** Ids of commits: where the base is, and the work. */
  readonly old: string;
  readonly snapshot: string;
  /** As `tryMerge` gave it for these two. */
  readonly tree: string;
  readonly title: string;
  readonly goal: string;
  /** Of the unit. */
  readonly id: number;
}

/** Keeps the merge commit until the base has it, and says afterwards what it was. */
export const mergeRef = ({ refs }: Repository, id: number): string => `${refs}/merge/${id}`;

/** Whether the base has this commit: then a merge is done. Names or ids. Throws `WorkRefused` git-failed. */
export const isMerged = (repository: Repository, base: string, commit: string): Promise<boolean> =>
  contains(gitIn(repository), base, commit);

/**
 * The id of the new commit; the same one where it was made before. Throws `WorkRefused`: base-moved, not-on-base,
 * git-failed. Branches, folders and indexes stay as they are.
 */
export function commitMerge(repository: Repository, options: MergeOptions): Promise<string> {
  return inTurn(repository, async () => {
    const git = gitIn(repository);
    const { base, old, id } = options;
    const now = await refOf(git, `refs/heads/${base}`);
    if (now !== old) throw new WorkRefused({ code: 'base-moved', branch: base, old, now });
    const kept = await refOf(git, mergeRef(repository, id));
    const commit = await commitFor(git, options, kept);
    dropRefLock(repository, mergeRef(repository, id));
    if (commit !== kept) await git.succeed(['update-ref', mergeRef(repository, id), commit]);
    return commit;
  });
}

async function commitFor(git: Git, options: MergeOptions, kept: string | null): Promise<string> {
  const { strategy, old, snapshot, tree } = options;
  if (strategy === 'rebase') {
    if (await contains(git, snapshot, old)) return snapshot;
    throw new WorkRefused({ code: 'not-on-base', base: old, snapshot });
  }
  const message = await messageOf(git, options);
  const parents = strategy === 'merge' ? [old, snapshot] : [old];
  if (kept !== null && (await isSame(git, kept, { tree, parents, message }))) return kept;
  const env = await identityFor(git);
  const config = ['i18n.commitEncoding=UTF-8'];
  const args = ['commit-tree', tree, ...parents.flatMap((parent) => ['-p', parent]), '-F', '-'];
  return git.text(args, { env, config, stdin: message });
}

async function messageOf(git: Git, { strategy, base, title, goal, old, snapshot }: MergeOptions) {
  const subject = strategy === 'merge' ? `Merge: ${oneLine(title)} (into ${base})` : oneLine(title);
  const commits = strategy === 'squash' ? await commitsOf(git, old, snapshot) : [];
  const list = commits.map(({ subject }) => `* ${subject}`).reverse();
  const parts = [subject, goal.replaceAll('\0', '').trim(), list.join('\n')].filter((part) => part !== '');
  return `${parts.join('\n\n')}\n`;
}

/** Git takes no NUL in a message, and a subject ends at the first empty line. */
const oneLine = (text: string): string => text.replace(/[\0-\x1f\x7f]+/g, ' ').trim();

async function isSame(
  git: Git,
  commit: string,
  { tree, parents, message }: { tree: string; parents: readonly string[]; message: string },
): Promise<boolean> {
  const text = await git.text(['cat-file', 'commit', commit]);
  const at = text.indexOf('\n\n');
  const head = text.slice(0, at).split('\n');
  const wanted = [`tree ${tree}`, ...parents.map((parent) => `parent ${parent}`)];
  const found = head.filter((line) => /^(tree|parent) /.test(line));
  return text.slice(at + 2) === message.replace(/\n$/, '') && found.join() === wanted.join();
}
