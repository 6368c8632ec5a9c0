/** Which words changed within a line, where a deleted and an added line are versions of one another. Bounded. */
import type { DiffLine, Hunk, WordRange } from '../../shared/diff.ts';

/** Blocks with more lines than this are not compared. */
const MOST_LINES = 80;
/** Below this share of equal characters two lines have little to do with each other: marks would only confuse. */
const LEAST_ALIKE = 0.4;
/** Steps of comparing two lines; with more between their equal ends, all between is marked. */
const MOST_STEPS = 3600;

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
  const likeness = (old: number, now: number) => roughLikeness(textAt(from + old), textAt(middle + now));
  return bestInOrder(olds, news, likeness).map(([old, now]) => [from + old, middle + now]);
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
function bestInOrder(rows: number, columns: number, weight: (row: number, column: number) => number): Pair[] {
  const width = columns + 1;
  const best = new Float64Array((rows + 1) * width);
  const sum = (row: number, column: number) => best[row * width + column] ?? 0;
  const weights = new Float64Array(rows * columns);
  for (let row = rows - 1; row >= 0; row--)
    for (let column = columns - 1; column >= 0; column--) {
      const own = weight(row, column);
      weights[row * columns + column] = own;
      const paired = own + sum(row + 1, column + 1);
      best[row * width + column] = Math.max(paired, sum(row + 1, column), sum(row, column + 1));
    }
  const pairs: Pair[] = [];
  for (let row = 0, column = 0; row < rows && column < columns; ) {
    const own = weights[row * columns + column] ?? 0;
    if (own > 0 && sum(row, column) === own + sum(row + 1, column + 1)) pairs.push([row++, column++]);
    else if (sum(row, column) === sum(row + 1, column)) row++;
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
  const [olds, news] = [wordsIn(before), wordsIn(after)];
  const start = equalStart(olds, news);
  const end = equalEnd(olds, news, Math.min(olds.length, news.length) - start);
  const [oldMiddle, newMiddle] = [olds.slice(start, olds.length - end), news.slice(start, news.length - end)];
  const steps = oldMiddle.length * newMiddle.length;
  const same =
    steps > MOST_STEPS
      ? []
      : bestInOrder(oldMiddle.length, newMiddle.length, equalWords(oldMiddle, newMiddle));
  const keptOld = new Set(same.map(([old]) => start + old));
  const keptNew = new Set(same.map(([, now]) => start + now));
  const old = rangesOf(olds, (at) => at >= start && at < olds.length - end && !keptOld.has(at));
  const now = rangesOf(news, (at) => at >= start && at < news.length - end && !keptNew.has(at));
  const kept = visible(before) - marked(before, old);
  const share = kept / Math.max(visible(before), visible(after));
  return share >= LEAST_ALIKE ? { old, new: now } : null;
}

const equalWords =
  (olds: readonly string[], news: readonly string[]) =>
  (row: number, column: number): number => {
    const word = olds[row] ?? '';
    return word === news[column] ? word.length : 0;
  };

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
