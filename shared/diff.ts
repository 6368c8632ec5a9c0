/** The difference of two commits as it travels: what changed, in which files, line by line, up to limits. */
/** The size of a change set. */
export interface ChangeStat {
  readonly files: number;
  /** Lines; binary files count none. */
  readonly added: number;
  readonly deleted: number;
}

export type FileStatus =
  | 'added'
  | 'deleted'
  | 'modified'
  | 'renamed'
  | 'copied'
  /** Between a file, a link and a submodule. */
  | 'type-changed'
  /** The content is the same. */
  | 'mode-changed'
  | 'unmerged';

export interface ChangedFile {
  /**
   * The path, exact: `%`, control characters and bytes that are not UTF-8 are written as `%25`, `%0A`, `%FF`, so
   * that it passes through a form or an address unchanged. For nearly every file it is the path itself.
   */
  readonly file: string;
  /** The path as text for people; what is not UTF-8 is U+FFFD. */
  readonly path: string;
  /** Of a renamed or copied file. */
  readonly old_path: string | null;
  readonly status: FileStatus;
  /** `100644`, `100755` (executable), `120000` (link), `160000` (submodule); null: there was, or is, no file. */
  readonly old_mode: string | null;
  readonly new_mode: string | null;
  /** Null: git takes it as binary. */
  readonly lines: Omit<ChangeStat, 'files'> | null;
}

/** Bytes, or the commit of a submodule; null where there was or is no file, or it is not to be had. */
export interface Sides<T> {
  readonly old: T | null;
  readonly new: T | null;
}

export interface FileDiff extends ChangedFile {
  /** Of a binary file. */
  readonly sizes: Sides<number> | null;
  /** Of a submodule. */
  readonly commits: Sides<string> | null;
  readonly hunks: readonly Hunk[];
  /** How many of its changed lines are not in `hunks`. */
  readonly left_out: number;
}

export interface Hunk {
  readonly old_start: number;
  readonly old_count: number;
  readonly new_start: number;
  readonly new_count: number;
  /** What git found above it: the head of a function, of a class, of a chapter. */
  readonly section: string;
  readonly lines: readonly DiffLine[];
}

export interface DiffLine {
  readonly kind: 'context' | 'added' | 'deleted';
  /** Line numbers, from 1. */
  readonly old: number | null;
  readonly new: number | null;
  /** Without its line feed; a carriage return is part of it. What is not UTF-8 is U+FFFD. */
  readonly text: string;
  /** The line is longer than `text`. */
  readonly cut?: true;
  /** The file ends with this line and without a line feed. */
  readonly unended?: true;
  /** What changed within the line, as ranges of `text`: from, to (exclusive). */
  readonly words?: readonly WordRange[];
}

export type WordRange = readonly [from: number, to: number];

export interface DiffQuery {
  /** Only this file; null: all, a page at a time. */
  readonly file: string | null;
  /** From 1. Pages of files or, of a single file, of lines. */
  readonly page: number;
}

export interface DiffView {
  readonly from: string;
  readonly to: string;
  /** Of the whole difference. */
  readonly stat: ChangeStat;
  readonly query: DiffQuery;
  readonly pages: number;
  /** The files of this page. None where the file that was asked for did not change. */
  readonly files: readonly FileDiff[];
}

export type Side = 'old' | 'new';

/** A line of a file, on one side. */
export interface LinePlace {
  readonly file: string;
  readonly side: Side;
  readonly line: number;
}

/** What somebody says about a line of a snapshot (a commit). */
export interface DiffComment extends LinePlace {
  readonly words: string;
  readonly snapshot: string;
}

/** A comment that is not sent yet, and can be removed. */
export interface DraftComment extends DiffComment {
  readonly id: string;
}

/** As in an address: `src/a.ts:new12`. */
export const placeText = ({ file, side, line }: LinePlace): string => `${file}:${side}${line}`;

/** Null where it is none. */
export function placeIn(text: string): LinePlace | null {
  const [, file, side, line] = /^(.+):(old|new)([1-9]\d{0,8})$/s.exec(text) ?? [];
  if (file === undefined || line === undefined) return null;
  return { file, side: side === 'old' ? 'old' : 'new', line: Number(line) };
}

/** `@@ -10,7 +10,9 @@`, without the section. */
export const hunkHeader = ({ old_start, old_count, new_start, new_count }: Hunk): string =>
  `@@ -${old_start},${old_count} +${new_start},${new_count} @@`;
