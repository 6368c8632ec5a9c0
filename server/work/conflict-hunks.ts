/** What stands against what in a merged tree with conflict markers: a card's worth of it. */
import type { MergedLineKind } from '../../shared/daemon-questions.ts';
import { pathspecOf } from './file-name.ts';
import type { Git } from './git.ts';
import { cutTo, LONGEST_LINE } from './hunks.ts';
import type { ConflictFile } from './merge-tree.ts';
import { WorkRefused } from './refused.ts';
import { gitIn, type Repository } from './repository.ts';

export interface ConflictHunks extends ConflictFile {
  /** None where there is no text: binary, too large, deleted on one side, or beyond the files that are read. */
  readonly hunks: readonly ConflictHunk[];
  /** How many more conflicts there are in this file. */
  readonly left_out: number;
}

export interface ConflictHunk {
  /** In the merged file, of the first of `lines`; from 1. */
  readonly line: number;
  /** The head of the function, of the class, of the chapter above it, as git finds it without attributes; '' where none. */
  readonly section: string;
  readonly lines: readonly MergedLine[];
  /** Lines of this conflict that are not in `lines`. */
  readonly left_out: number;
}

/** `text` is cut at 500 characters. */
export interface MergedLine {
  readonly kind: MergedLineKind;
  readonly text: string;
}

export const MOST_FILES = 20;
const MOST_HUNKS = 5;
const MOST_LINES = 60;
const CONTEXT = 3;
const MOST_BYTES_OF_ONE = 1024 * 1024;

/** `tree`, `files`: as `tryMerge` or `checkPairs` gave them. Throws `WorkRefused` git-failed. */
export async function conflictHunks(
  repository: Repository,
  tree: string,
  files: readonly ConflictFile[],
): Promise<ConflictHunks[]> {
  const git = gitIn(repository);
  const read = files.slice(0, MOST_FILES);
  const [texts, sections] = await Promise.all([textsOf(git, tree, read), sectionsOf(git, tree, read)]);
  return files.map((file, at) => ({
    ...file,
    ...hunksIn(texts[at] ?? null, sections.get(keyOf(file.bytes)) ?? []),
  }));
}

/** Null where it is no file, or larger than is looked at. */
async function textsOf(git: Git, tree: string, files: readonly ConflictFile[]): Promise<(string | null)[]> {
  const names = files.map(({ bytes }) => Buffer.concat([Buffer.from(`${tree}:`), bytes]));
  const stdin = Buffer.concat(names.flatMap((name) => [name, NUL]));
  const check = '--batch-check=%(objecttype) %(objectsize) %(objectname)';
  const ids = blobsIn((await git.succeed(['cat-file', check, '-z'], { stdin })).stdout, names);
  const texts = await blobsOf(
    git,
    ids.filter((id) => id !== null),
  );
  return ids.map((id) => (id === null ? null : (texts.get(id) ?? null)));
}

/** A line for each name; for what is not there it begins with the name, which may hold line breaks. */
function blobsIn(output: Buffer, names: readonly Buffer[]): (string | null)[] {
  let at = 0;
  return names.map((name) => {
    const missing = Buffer.concat([name, Buffer.from(' missing\n')]);
    const isMissing = output.subarray(at, at + missing.length).equals(missing);
    const end = isMissing ? at + missing.length : output.indexOf(LF, at) + 1;
    const [type, size, id] = output.toString('latin1', at, end - 1).split(' ');
    at = end;
    return !isMissing && type === 'blob' && Number(size) <= MOST_BYTES_OF_ONE ? (id ?? null) : null;
  });
}

const NUL = Buffer.from([0]);

async function blobsOf(git: Git, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  if (ids.length === 0) return found;
  const { stdout } = await git.succeed(['cat-file', '--batch'], { stdin: `${ids.join('\n')}\n` });
  for (let at = 0; at < stdout.length; ) {
    const feed = stdout.indexOf(LF, at);
    const [id = '', , size] = stdout.toString('latin1', at, feed).split(' ');
    const end = feed + 1 + Number(size);
    found.set(id, stdout.toString('utf8', feed + 1, end));
    at = end + 1;
  }
  return found;
}

const LF = 10;

interface Section {
  readonly line: number;
  readonly text: string;
}

const keyOf = (bytes: Buffer): string => bytes.toString('latin1');

/** `<<<<<<< <commit>` or `<<<<<<< <commit>:old name`: merge-tree was given ids, so text of a file cannot look like it. */
const BEGIN = '^<+ ([0-9a-f]{40}|[0-9a-f]{64})(:|$)';

/** Before each marker that begins a conflict, `grep -p` shows the head of the function that it stands in. */
async function sectionsOf(
  git: Git,
  tree: string,
  files: readonly ConflictFile[],
): Promise<ReadonlyMap<string, readonly Section[]>> {
  const found = new Map<string, Section[]>();
  if (files.length === 0) return found;
  const args = ['grep', '-z', '-n', '-p', '-I', '-E', '--no-column', '--full-name', '-e', BEGIN, tree, '--'];
  const { code, stdout, stderr } = await git.run([...args, ...files.map(({ bytes }) => pathspecOf(bytes))]);
  if (code > 1)
    throw new WorkRefused({ code: 'git-failed', command: 'grep', exit: code, words: stderr.trim() });
  // `tree:name NUL line NUL text`, or `--` between parts. Names may hold line breaks.
  const said = stdout.toString('latin1');
  const isMarker = new RegExp(BEGIN);
  for (const [, name = '', line, text = ''] of said.matchAll(
    /(?:--\n)?[0-9a-f]+:([^\0]*)\0(\d+)\0([^\n]*)\n/g,
  )) {
    if (isMarker.test(text)) continue;
    const sections = found.get(name) ?? [];
    sections.push({ line: Number(line), text: cutTo(Buffer.from(text, 'latin1').toString().trim(), 80) });
    found.set(name, sections);
  }
  return found;
}

function hunksIn(text: string | null, sections: readonly Section[]) {
  if (text === null) return { hunks: [], left_out: 0 };
  const lines = text.replace(/\n$/, '').split('\n');
  const begins = lines.flatMap((line, at) => (new RegExp(BEGIN).test(line.replace(/\r$/, '')) ? [at] : []));
  const hunks = begins.slice(0, MOST_HUNKS).map((at) => hunkAt(lines, at, sections));
  return { hunks, left_out: begins.length - hunks.length };
}

function hunkAt(lines: readonly string[], begin: number, sections: readonly Section[]): ConflictHunk {
  const size = /^<+/.exec(lines[begin] ?? '')?.[0].length ?? 0;
  const isMarker = (line: string, sign: string) =>
    line.startsWith(sign.repeat(size)) && (line[size] ?? ' ') !== sign;
  const end = lines.findIndex((line, at) => at > begin && isMarker(line, '>'));
  const last = end < 0 ? lines.length - 1 : end;
  const middle = lines.findIndex((line, at) => at > begin && at < last && isMarker(line, '='));
  const kindOf = (at: number): MergedLine['kind'] => {
    if (at < begin || at > last) return 'context';
    if (at === begin || at === middle || at === last) return 'marker';
    return at < middle ? 'ours' : 'theirs';
  };
  const from = Math.max(0, begin - CONTEXT);
  const to = Math.min(lines.length, last + CONTEXT + 1);
  const shown = lines.slice(from, Math.min(to, from + MOST_LINES));
  return {
    line: from + 1,
    section: sections.findLast(({ line }) => line <= begin)?.text ?? '',
    lines: shown.map((line, at) => ({ kind: kindOf(from + at), text: cutTo(line, LONGEST_LINE) })),
    left_out: to - from - shown.length,
  };
}
