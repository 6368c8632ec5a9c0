/** Reads the body of one file's unified diff. One pass over bytes; lines out of sight are counted, not made. */
import type { DiffLine, Hunk } from '../../shared/diff.ts';

/** Which lines of a body are wanted: so many from this one on. */
export interface LineWindow {
  readonly from: number;
  readonly most: number;
}

export interface Body {
  readonly hunks: readonly Hunk[];
  /** Lines of the body, in sight or not. */
  readonly lines: number;
  /** Changed lines in sight. */
  readonly changed: number;
  /** Where the next file begins. */
  readonly end: number;
}

export const LONGEST_LINE = 500;

/** Hunks from `at` on, until something else follows. Headers say how many lines follow, so content cannot end one. */
export function readHunks(patch: Buffer, at: number, window: LineWindow): Body {
  const hunks: Hunk[] = [];
  const body = { lines: 0, changed: 0 };
  let end = at;
  for (let head = readHead(patch, end); head !== null; head = readHead(patch, end)) {
    const read = new HunkReader(patch, head).read(shifted(window, body.lines));
    if (read.lines.length > 0) hunks.push(hunkOf(head, read));
    body.lines += read.count;
    body.changed += read.changed;
    end = read.end;
  }
  return { hunks, ...body, end };
}

/** The window as it lies over what follows the first lines. */
const shifted = ({ from, most }: LineWindow, lines: number): LineWindow => {
  const end = from + most - lines;
  const begin = Math.max(0, from - lines);
  return { from: begin, most: Math.max(0, end - begin) };
};

interface Head {
  readonly oldStart: number;
  readonly oldCount: number;
  readonly newStart: number;
  readonly newCount: number;
  readonly section: string;
  /** Of the line after it. */
  readonly end: number;
}

const LF = 10;
const SPACE = 0x20;
const PLUS = 0x2b;
const MINUS = 0x2d;
const AT = 0x40;
const BACKSLASH = 0x5c;

function readHead(patch: Buffer, at: number): Head | null {
  if (patch[at] !== AT) return null;
  const end = lineEnd(patch, at);
  const line = patch.toString('utf8', at, Math.min(end, at + LONGEST_HEAD));
  const found = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@ ?(.*)/s.exec(line);
  if (!found) return null;
  const [, oldStart, oldCount = '1', newStart, newCount = '1', section = ''] = found;
  return {
    oldStart: Number(oldStart),
    oldCount: Number(oldCount),
    newStart: Number(newStart),
    newCount: Number(newCount),
    section: section.trimEnd(),
    end: end + 1,
  };
}

/** Git itself keeps 80 bytes of a section. */
const LONGEST_HEAD = 400;

/** The index of its line feed, or of the end. */
function lineEnd(patch: Buffer, at: number): number {
  const end = patch.indexOf(LF, at);
  return end < 0 ? patch.length : end;
}

interface ReadHunk {
  readonly lines: readonly DiffLine[];
  /** Of the first line in sight, or where it would stand. */
  readonly old: number;
  readonly new: number;
  readonly count: number;
  readonly changed: number;
  readonly end: number;
}

class HunkReader {
  readonly #patch: Buffer;
  readonly #lines: DiffLine[] = [];
  #at: number;
  #old: number;
  #new: number;
  #oldLeft: number;
  #newLeft: number;
  #oldFirst: number;
  #newFirst: number;
  #isKept = false;
  #count = 0;
  #changed = 0;

  constructor(patch: Buffer, head: Head) {
    this.#patch = patch;
    this.#at = head.end;
    this.#old = head.oldStart;
    this.#new = head.newStart;
    this.#oldLeft = head.oldCount;
    this.#newLeft = head.newCount;
    this.#oldFirst = head.oldStart;
    this.#newFirst = head.newStart;
  }

  read({ from, most }: LineWindow): ReadHunk {
    const end = from + most;
    while (this.#goesOn()) {
      const feed = lineEnd(this.#patch, this.#at);
      const isInSight = this.#count >= from && this.#count < end;
      if (!this.#readLine(this.#patch[this.#at] ?? LF, feed, isInSight)) break;
      this.#at = feed + 1;
    }
    return {
      lines: this.#lines,
      old: this.#oldFirst,
      new: this.#newFirst,
      count: this.#count,
      changed: this.#changed,
      end: Math.min(this.#at, this.#patch.length),
    };
  }

  #goesOn(): boolean {
    if (this.#at >= this.#patch.length) return false;
    return this.#oldLeft > 0 || this.#newLeft > 0 || this.#patch[this.#at] === BACKSLASH;
  }

  /** False: this is no line of a hunk. */
  #readLine(sign: number, feed: number, isInSight: boolean): boolean {
    // "\ No newline at end of file" is about the line before.
    if (sign === BACKSLASH) return this.#markUnended();
    const kind = kindOf(sign);
    if (kind === null) return false;
    if (isInSight) this.#keep(kind, feed);
    this.#isKept = isInSight;
    this.#count++;
    if (kind !== 'added') {
      this.#old++;
      this.#oldLeft--;
    }
    if (kind !== 'deleted') {
      this.#new++;
      this.#newLeft--;
    }
    return true;
  }

  #keep(kind: DiffLine['kind'], feed: number): void {
    if (this.#lines.length === 0) {
      this.#oldFirst = this.#old;
      this.#newFirst = this.#new;
    }
    if (kind !== 'context') this.#changed++;
    const from = Math.min(this.#at + 1, feed);
    const isLong = feed - from > LONGEST_LINE;
    const most = isLong ? Math.min(feed, from + LONGEST_LINE * BYTES_PER_CHARACTER) : feed;
    const whole = this.#patch.toString('utf8', from, most);
    const text = isLong ? cutTo(whole, LONGEST_LINE) : whole;
    const old = kind === 'added' ? null : this.#old;
    const now = kind === 'deleted' ? null : this.#new;
    const line = { kind, old, new: now, text };
    this.#lines.push(text === whole ? line : { ...line, cut: true });
  }

  #markUnended(): true {
    const last = this.#isKept ? this.#lines.pop() : undefined;
    if (last) this.#lines.push({ ...last, unended: true });
    return true;
  }
}

function kindOf(sign: number): DiffLine['kind'] | null {
  switch (sign) {
    case PLUS:
      return 'added';
    case MINUS:
      return 'deleted';
    case SPACE:
    case LF: // an empty context line, where `diff.suppressBlankEmpty` is set
      return 'context';
    default:
      return null;
  }
}

/** At most, in UTF-8. */
const BYTES_PER_CHARACTER = 4;

/** Never through the middle of a character that takes two units. */
export function cutTo(text: string, most: number): string {
  if (text.length <= most) return text;
  const code = text.charCodeAt(most - 1);
  return text.slice(0, code >= 0xd800 && code < 0xdc00 ? most - 1 : most);
}

/** A part of a hunk has a header of its own. */
function hunkOf({ oldStart, oldCount, newStart, newCount, section }: Head, read: ReadHunk): Hunk {
  const { lines, count } = read;
  if (lines.length === count)
    return {
      old_start: oldStart,
      old_count: oldCount,
      new_start: newStart,
      new_count: newCount,
      section,
      lines,
    };
  const has = (side: 'old' | 'new') => lines.filter((line) => line[side] !== null).length;
  return {
    old_start: read.old,
    old_count: has('old'),
    new_start: read.new,
    new_count: has('new'),
    section,
    lines,
  };
}
