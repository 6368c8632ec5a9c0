/** Whether commits merge, asked of git without touching a folder, an index or a branch. */
import type { ConflictKind } from '../../shared/daemon-questions.ts';
import { type FileName, nameOf } from './file-name.ts';
import type { GitOptions, GitResult } from './git.ts';
import { WorkRefused } from './refused.ts';
import { gitIn, type Repository } from './repository.ts';

export interface ConflictFile extends FileName {
  /** In the merged tree, which holds it with conflict markers, or one of the two sides where there is no text. */
  readonly bytes: Buffer;
  readonly kind: ConflictKind;
}

/** `tree`: the id of the merged tree. */
export type MergeTry =
  | { readonly clean: true; readonly tree: string }
  | { readonly clean: false; readonly tree: string; readonly files: readonly ConflictFile[] };

/** Full ids of commits. */
export interface MergePair {
  readonly id: string;
  readonly ours: string;
  readonly theirs: string;
}

export interface CheckedPair {
  readonly id: string;
  readonly clean: boolean;
  readonly files: readonly ConflictFile[];
  readonly tree: string;
}

const COMMAND = ['merge-tree', '--write-tree', '-z', '--no-messages'];
/** Its markers are what `conflictHunks` reads. */
const OPTIONS: GitOptions = { config: ['merge.conflictStyle=merge'], ms: 120_000 };

/** Throws `WorkRefused` git-failed where the two cannot be merged at all: no history in common, objects missing. */
export async function tryMerge(
  repository: Repository,
  { base, snapshot }: { readonly base: string; readonly snapshot: string },
): Promise<MergeTry> {
  const result = await gitIn(repository).run([...COMMAND, '--end-of-options', base, snapshot], OPTIONS);
  if (result.code > 1 || result.cut) throw failed(result);
  const fields = new NulFields(result.stdout);
  const tree = fields.next().toString();
  return result.code === 0 ? { clean: true, tree } : { clean: false, tree, files: filesIn(fields) };
}

/**
 * Many pairs in one call of git. Throws `WorkRefused` git-failed where git gives fewer answers than it was asked for:
 * it stops at a commit that it does not know, and does not say at which.
 */
export async function checkPairs(
  repository: Repository,
  pairs: readonly MergePair[],
): Promise<CheckedPair[]> {
  if (pairs.length === 0) return [];
  const stdin = pairs.map(({ ours, theirs }) => `${ours} ${theirs}\n`).join('');
  // Without a history in common, the call would fail for all others, too.
  const args = [...COMMAND, '--allow-unrelated-histories', '--stdin'];
  const result = await gitIn(repository).run(args, { ...OPTIONS, stdin });
  const fields = new NulFields(result.stdout);
  if (result.code > 1 || result.cut) throw failed(result);
  const answers: Omit<CheckedPair, 'id'>[] = [];
  while (!fields.isAtEnd) answers.push(answerIn(fields));
  if (answers.length !== pairs.length)
    throw failed(result, `${answers.length} of ${pairs.length} pairs were answered. ${result.stderr.trim()}`);
  return answers.map((answer, at) => ({ id: pairs[at]?.id ?? '', ...answer }));
}

const failed = ({ code, stderr }: GitResult, words = stderr.trim()): WorkRefused =>
  new WorkRefused({ code: 'git-failed', command: 'merge-tree', exit: code, words });

/** `1` where clean, else `0`; the tree; the files, ended by an empty field. */
function answerIn(fields: NulFields): Omit<CheckedPair, 'id'> {
  const status = fields.next().toString();
  if (status !== '0' && status !== '1') throw new Error(`This is no answer about a pair: ${status}`);
  return { clean: status === '1', tree: fields.next().toString(), files: filesIn(fields) };
}

/** `mode id stage TAB name`, a record for each stage, up to an empty field or the end. */
function filesIn(fields: NulFields): ConflictFile[] {
  const stages = new Map<string, { bytes: Buffer; found: string }>();
  while (!fields.isAtEnd) {
    const field = fields.next();
    if (field.length === 0) break;
    const tab = field.indexOf(TAB);
    const stage = field.toString('latin1', tab - 1, tab);
    const bytes = field.subarray(tab + 1);
    const key = bytes.toString('latin1');
    stages.set(key, { bytes, found: `${stages.get(key)?.found ?? ''}${stage}` });
  }
  return [...stages.values()].map(({ bytes, found }) => ({
    ...nameOf(bytes),
    bytes,
    kind: KINDS[found] ?? 'other',
  }));
}

const TAB = 9;

/** By the stages that there are: 1 is the merge base, 2 ours, 3 theirs. */
const KINDS: Readonly<Record<string, ConflictKind>> = {
  '123': 'both-changed',
  '23': 'both-added',
  '13': 'deleted-by-ours',
  '12': 'deleted-by-theirs',
};

/** Each ends with NUL; empty ones count. */
class NulFields {
  readonly #output: Buffer;
  #at = 0;

  constructor(output: Buffer) {
    this.#output = output;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#output.length;
  }

  next(): Buffer {
    const end = this.#output.indexOf(0, this.#at);
    if (end < 0) throw new Error('The answer of merge-tree is cut off.');
    const field = this.#output.subarray(this.#at, end);
    this.#at = end + 1;
    return field;
  }
}
