/**
 * Which files two commits differ in: of `git diff-tree -r -M --raw --numstat --no-abbrev -z`. Names are taken from
 * there and nowhere else: the headers of a patch cannot be told apart from odd names.
 */
import type { ChangedFile, ChangeStat, FileStatus } from '../../shared/diff.ts';
import { nameOf } from './file-name.ts';

export interface ListedFile extends ChangedFile {
  readonly bytes: Buffer;
  readonly old_bytes: Buffer | null;
  /** Of blobs, or commits of submodules; null: there was, or is, no file. */
  readonly old_id: string | null;
  readonly new_id: string | null;
  /** The record of git, names included: the same in every answer about the same change. */
  readonly record: string;
}

export const SUBMODULE = '160000';

/** Throws where it is not such output: then nothing that follows could be trusted. */
export function filesIn(output: Buffer): ListedFile[] {
  const fields = new Fields(output);
  const raw: Raw[] = [];
  while (fields.beginsWith(COLON)) raw.push(readRaw(fields));
  const lines = raw.map(() => readLines(fields));
  return raw.map((each, at) => fileOf(each, lines[at] ?? null));
}

/** The records alone, and where what follows them begins. */
export function recordsIn(output: Buffer): { readonly records: readonly string[]; readonly end: number } {
  const fields = new Fields(output);
  const records: string[] = [];
  while (fields.beginsWith(COLON)) records.push(readRaw(fields).record);
  return { records, end: fields.at };
}

export interface ChangedPath {
  readonly bytes: Buffer;
  readonly old: Blob | null;
  readonly new: Blob | null;
}

/** Or a link, or the commit of a submodule. */
export interface Blob {
  readonly mode: string;
  readonly id: string;
}

/** Of `git diff-tree -r --raw --no-renames --no-abbrev -z`. */
export function changedPathsIn(output: Buffer): ChangedPath[] {
  const fields = new Fields(output);
  const paths: ChangedPath[] = [];
  while (fields.beginsWith(COLON)) {
    const { modes, ids, names } = readRaw(fields);
    const blobOf = (side: 0 | 1): Blob | null => {
      const mode = presentMode(modes[side]);
      return mode === null ? null : { mode, id: ids[side] };
    };
    paths.push({ bytes: names[0] ?? Buffer.alloc(0), old: blobOf(0), new: blobOf(1) });
  }
  return paths;
}

const COLON = 0x3a;
const NUL = 0;

/** Each ends with NUL. */
class Fields {
  readonly #output: Buffer;
  at = 0;

  constructor(output: Buffer) {
    this.#output = output;
  }

  beginsWith(byte: number): boolean {
    return this.#output[this.at] === byte;
  }

  next(): Buffer {
    const end = this.#output.indexOf(NUL, this.at);
    if (end < 0) throw new Error('The list of changed files is cut off.');
    const field = this.#output.subarray(this.at, end);
    this.at = end + 1;
    return field;
  }

  /** All that was read from there on. */
  since(from: number): string {
    return this.#output.toString('latin1', from, this.at);
  }
}

interface Raw {
  readonly modes: readonly [string, string];
  readonly ids: readonly [string, string];
  readonly letter: string;
  /** Old and new, where they differ. */
  readonly names: readonly Buffer[];
  readonly record: string;
}

function readRaw(fields: Fields): Raw {
  const from = fields.at;
  const facts = fields.next().toString('latin1');
  const found = /^:(\d{6}) (\d{6}) ([0-9a-f]+) ([0-9a-f]+) ([A-Z])\d*$/.exec(facts);
  if (!found) throw new Error(`This is no record of a changed file: ${facts}`);
  const [, oldMode = '', newMode = '', oldId = '', newId = '', letter = ''] = found;
  const names = letter === 'R' || letter === 'C' ? [fields.next(), fields.next()] : [fields.next()];
  return { modes: [oldMode, newMode], ids: [oldId, newId], letter, names, record: fields.since(from) };
}

/** `added TAB deleted TAB name`; of a renamed file the name is empty, and both follow. */
function readLines(fields: Fields): ChangedFile['lines'] {
  const facts = fields.next().toString('latin1');
  const [whole, added, deleted] = /^(\d+|-)\t(\d+|-)\t/.exec(facts) ?? [];
  if (whole === undefined) throw new Error('The numbers of lines do not follow the changed files.');
  if (whole === facts) {
    fields.next();
    fields.next();
  }
  return added === '-' ? null : { added: Number(added), deleted: Number(deleted) };
}

/** Of `git diff-tree -r --numstat -z`. */
export function linesIn(output: Buffer): ChangedFile['lines'][] {
  const fields = new Fields(output);
  const lines: ChangedFile['lines'][] = [];
  while (fields.at < output.length) lines.push(readLines(fields));
  return lines;
}

/** Binary files count no lines. */
export function statOf(lines: readonly ChangedFile['lines'][]): ChangeStat {
  const sum = (of: 'added' | 'deleted') => lines.reduce((total, each) => total + (each?.[of] ?? 0), 0);
  return { files: lines.length, added: sum('added'), deleted: sum('deleted') };
}

function fileOf({ modes, ids, letter, names, record }: Raw, lines: ChangedFile['lines']): ListedFile {
  const [first = Buffer.alloc(0), second] = names;
  const bytes = second ?? first;
  const [old_mode, new_mode] = [presentMode(modes[0]), presentMode(modes[1])];
  return {
    ...nameOf(bytes),
    old_path: second === undefined ? null : nameOf(first).path,
    status: statusOf(letter, ids, modes),
    old_mode,
    new_mode,
    lines,
    bytes,
    old_bytes: second === undefined ? null : first,
    old_id: old_mode && ids[0],
    new_id: new_mode && ids[1],
    record,
  };
}

const presentMode = (mode: string): string | null => (mode === '000000' ? null : mode);

const STATUS: Readonly<Record<string, FileStatus>> = {
  A: 'added',
  D: 'deleted',
  M: 'modified',
  R: 'renamed',
  C: 'copied',
  T: 'type-changed',
  U: 'unmerged',
};

function statusOf(letter: string, ids: Raw['ids'], modes: Raw['modes']): FileStatus {
  if (letter === 'M' && ids[0] === ids[1] && modes[0] !== modes[1]) return 'mode-changed';
  return STATUS[letter] ?? 'modified';
}
