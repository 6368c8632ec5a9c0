/** Which words changed within a line, where a deleted and an added line are versions of one another. Bounded. */
import type { DiffLine, Hunk, WordRange } from '../../shared/diff.ts';

/** Blocks with more lines than this are not compared. */
const MOST_LINES = 80;
/** Below this share of equal characters two lines have little to do with each other: marks would only confuse. */
const LEAST_ALIKE = 0.4;
/** Between the equal ends of two lines. With more characters or words there, all of it is marked. */
const MOST_CHARACTERS = 250;
const MOST_WORDS = 60;
/** More marks than this in a line say less than one. */
const MOST_RANGES = 12;

/** The same hunks, with what changed within their lines. */
export function withChangedWords(hunks: readonly Hunk[]): Hunk[] {
  return hunks.map((hunk) => ({ ...hunk, lines: markedLines(hunk.lines) }));
}

function markedLines(lines: readonly DiffLine[]): readonly DiffLine[] {
  const marked = [...lines];
  for (const { from, middle, to } of blocksIn(lines)) {
    for (const [old, now] of pairsIn(lines, from, middle, to)) {
      const [before, after] = [lines[old], lines[now]];
      const words = before && after && changedWords(before.text, after.text);
      if (!words) continue;
      marked[old] = { ...before, words: words.old };
      marked[now] = { ...after, words: words.new };
    }
  }
  return marked;
}

/** Deleted lines from `from`, and the added ones that follow from `middle`. */
interface Block {
  readonly from: number;
  readonly middle: number;
  readonly to: number;
}

function blocksIn(lines: readonly DiffLine[]): Block[] {
  const blocks: Block[] = [];
  const endOf = (kind: DiffLine['kind'], at: number): number => {
    let end = at;
    while (lines[end]?.kind === kind) end++;
    return end;
  };
  for (let from = 0; from < lines.length; ) {
    const middle = endOf('deleted', from);
    const to = endOf('added', middle);
    if (middle > from && to > middle) blocks.push({ from, middle, to });
    from = Math.max(to, from + 1);
  }
  return blocks;
}

type Pair = readonly [old: number, now: number];

/** As many as were deleted were added: each belongs to its own. Otherwise those that are most alike, in order. */
function pairsIn(lines: readonly DiffLine[], from: number, middle: number, to: number): Pair[] {
  const [olds, news] = [middle - from, to - middle];
  if (olds > MOST_LINES || news > MOST_LINES) return [];
  if (olds === news) return Array.from({ length: olds }, (_, at) => [from + at, middle + at]);
  const textAt = (at: number) => lines[at]?.text ?? '';
  const likeness = matrix(olds, news, (old, now) => roughLikeness(textAt(from + old), textAt(middle + now)));
  return bestInOrder(olds, news, likeness).map(([old, now]) => [from + old, middle + now]);
}

function matrix(
  rows: number,
  columns: number,
  weight: (row: number, column: number) => number,
): Float64Array {
  const weights = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) weights[row * columns + column] = weight(row, column);
  return weights;
}

/** The share of equal characters at both ends. Cheap: it is asked of every line with every other. */
function roughLikeness(one: string, other: string): number {
  const longest = Math.max(one.length, other.length);
  const start = equalStart(one, other);
  const end = equalEnd(one, other, Math.min(one.length, other.length) - start);
  // Indentation alone is no likeness.
  const share = longest === 0 ? 0 : (start + end) / longest;
  return one.slice(0, start).trim() === '' && end === 0 ? 0 : share;
}

function equalStart<T>(one: ArrayLike<T>, other: ArrayLike<T>): number {
  const most = Math.min(one.length, other.length);
  let at = 0;
  while (at < most && one[at] === other[at]) at++;
  return at;
}

function equalEnd<T>(one: ArrayLike<T>, other: ArrayLike<T>, most: number): number {
  let count = 0;
  while (count < most && one[one.length - 1 - count] === other[other.length - 1 - count]) count++;
  return count;
}

/** Pairs in rising order with the highest sum of weights: the longest common subsequence, weighted. */
function bestInOrder(rows: number, columns: number, weights: Float64Array): Pair[] {
  const width = columns + 1;
  const best = new Float64Array((rows + 1) * width);
  const at = (cell: number) => best[cell] ?? 0;
  for (let row = rows - 1; row >= 0; row--)
    for (let column = columns - 1; column >= 0; column--) {
      const cell = row * width + column;
      const paired = (weights[row * columns + column] ?? 0) + at(cell + width + 1);
      best[cell] = Math.max(paired, at(cell + width), at(cell + 1));
    }
  const pairs: Pair[] = [];
  for (let row = 0, column = 0; row < rows && column < columns; ) {
    const cell = row * width + column;
    const weight = weights[row * columns + column] ?? 0;
    if (weight > 0 && at(cell) === weight + at(cell + width + 1)) pairs.push([row++, column++]);
    else if (at(cell) === at(cell + width)) row++;
    else column++;
  }
  return pairs;
}

interface ChangedWords {
  readonly old: readonly WordRange[];
  readonly new: readonly WordRange[];
}

/** Null: the lines are equal, or have too little in common. */
export function changedWords(before: string, after: string): ChangedWords | null {
  if (before === after) return null;
  const start = wordStart(before, after, equalStart(before, after));
  const most = Math.min(before.length, after.length) - start;
  const end = wordEnd(before, after, equalEnd(before, after, most));
  const olds = before.slice(start, before.length - end);
  const news = after.slice(start, after.length - end);
  const words = compared(olds, news);
  const old = fewRanges(words.old, start);
  const now = fewRanges(words.new, start);
  const kept = visible(before) - marked(before, old);
  const share = kept / Math.max(visible(before), visible(after));
  return share >= LEAST_ALIKE ? { old, new: now } : null;
}

const isWordCode = (code: number): boolean =>
  code > 0x7f ||
  code === 0x5f ||
  (code >= 0x30 && code <= 0x39) ||
  (code >= 0x41 && code <= 0x5a) ||
  (code >= 0x61 && code <= 0x7a);

/** Of a word, of white space, or of neither; the last are words by themselves. */
const kindAt = (text: string, at: number): 'word' | 'space' | 'other' => {
  const code = text.charCodeAt(at);
  if (isWordCode(code)) return 'word';
  return code === 0x20 || (code >= 0x09 && code <= 0x0d) ? 'space' : 'other';
};

const isInside = (text: string, at: number): boolean => {
  if (at <= 0 || at >= text.length) return false;
  const kind = kindAt(text, at);
  return kind !== 'other' && kind === kindAt(text, at - 1);
};

/** Equal ends stop where a word does. */
function wordStart(before: string, after: string, equal: number): number {
  let at = equal;
  while (at > 0 && (isInside(before, at) || isInside(after, at))) at--;
  return at;
}

function wordEnd(before: string, after: string, equal: number): number {
  let count = equal;
  while (count > 0 && (isInside(before, before.length - count) || isInside(after, after.length - count)))
    count--;
  return count;
}

function compared(before: string, after: string): ChangedWords {
  const all = { old: wholeRange(before), new: wholeRange(after) };
  if (Math.max(before.length, after.length) > MOST_CHARACTERS) return all;
  const [olds, news] = [wordsIn(before), wordsIn(after)];
  if (Math.max(olds.length, news.length) > MOST_WORDS || olds.length * news.length === 0) return all;
  const equal = matrix(olds.length, news.length, (row, column) =>
    olds[row] === news[column] ? (olds[row]?.length ?? 0) : 0,
  );
  const same = bestInOrder(olds.length, news.length, equal);
  const [keptOld, keptNew] = [new Set(same.map(([old]) => old)), new Set(same.map(([, now]) => now))];
  return { old: rangesOf(olds, (at) => !keptOld.has(at)), new: rangesOf(news, (at) => !keptNew.has(at)) };
}

const wholeRange = (text: string): readonly WordRange[] => (text === '' ? [] : [[0, text.length]]);

function fewRanges(ranges: readonly WordRange[], shift: number): readonly WordRange[] {
  const [first, last] = [ranges[0], ranges.at(-1)];
  if (first === undefined || last === undefined) return [];
  const few = ranges.length > MOST_RANGES ? [[first[0], last[1]] as const] : ranges;
  return few.map(([from, to]) => [from + shift, to + shift]);
}

/** Words, runs of white space, and every other character by itself. Nothing is left out. */
const wordsIn = (text: string): string[] => text.match(/[\p{L}\p{M}\p{N}_]+|\s+|./gsu) ?? [];

/** Where words are marked; white space between two marked words is marked with them. */
function rangesOf(words: readonly string[], isMarked: (at: number) => boolean): WordRange[] {
  const ranges: WordRange[] = [];
  let from = 0;
  words.forEach((word, at) => {
    const last = ranges.at(-1);
    const isBridge = last?.[1] === from && word.trim() === '' && isMarked(at + 1) && at + 1 < words.length;
    if (isMarked(at) || isBridge) {
      if (last?.[1] === from) ranges[ranges.length - 1] = [last[0], from + word.length];
      else ranges.push([from, from + word.length]);
    }
    from += word.length;
  });
  return ranges;
}

const visible = (text: string): number => text.replace(/\s+/g, '').length;

const marked = (text: string, ranges: readonly WordRange[]): number =>
  ranges.reduce((sum, [from, to]) => sum + visible(text.slice(from, to)), 0);
