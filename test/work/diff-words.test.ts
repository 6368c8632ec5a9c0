import assert from 'node:assert/strict';
import { performance } from 'node:perf_hooks';
import { test } from 'node:test';
import { changedWords, withChangedWords } from '../../server/work/changed-words.ts';
import type { DiffLine } from '../../shared/diff.ts';

/** Marked words in brackets. */
const shown = (before: string, after: string): readonly [string, string] | null => {
  const words = changedWords(before, after);
  return words && [bracketed(before, words.old), bracketed(after, words.new)];
};
const bracketed = (text: string, ranges: readonly (readonly [number, number])[]): string =>
  ranges
    .toReversed()
    .reduce((rest, [from, to]) => `${rest.slice(0, from)}[${rest.slice(from, to)}]${rest.slice(to)}`, text);

test('words that changed, in the middle and at the ends', () => {
  assert.deepEqual(shown('const port = 80;', 'const port = 8080;'), [
    'const port = [80];',
    'const port = [8080];',
  ]);
  assert.deepEqual(shown('let a = read(file, true)', 'const a = readAll(file)'), [
    '[let] a = [read](file[, true])',
    '[const] a = [readAll](file)',
  ]);
  assert.deepEqual(shown('same', 'same'), null);
  assert.deepEqual(shown('  indented line', 'indented line'), ['[  ]indented line', 'indented line']);
  assert.deepEqual(shown('line\r', 'line'), ['line[\r]', 'line']);
  assert.deepEqual(
    shown('naïve café 😀 x', 'naïve thé 😁 x'),
    ['naïve [café] [😀] x', 'naïve [thé] [😁] x'].map((text) => text.replace('] [', ' ')),
  );
});

test('lines with little in common are not marked', () => {
  assert.equal(changedWords('return items.length;', 'const [first] = rows ?? [];'), null);
  assert.equal(changedWords('', 'x'), null);
});

const lines = (...texts: readonly string[]): DiffLine[] =>
  texts.map((text) => ({
    kind: text[0] === '-' ? 'deleted' : text[0] === '+' ? 'added' : 'context',
    old: 1,
    new: 1,
    text: text.slice(1),
  }));
const marksOf = (given: readonly DiffLine[]) =>
  withChangedWords([
    { old_start: 1, old_count: 1, new_start: 1, new_count: 1, section: '', lines: given },
  ])[0]!.lines.map(({ text, words }) => (words ? bracketed(text, words) : text));

test('a deleted line is compared with the added line that it became', () => {
  assert.deepEqual(marksOf(lines(' x', '-one two', '-three four', '+one 2', '+three 4', ' y')), [
    'x',
    'one [two]',
    'three [four]',
    'one [2]',
    'three [4]',
    'y',
  ]);
  assert.deepEqual(marksOf(lines('-call(first, 1);', '+import what;', '+call(first, 2);')), [
    'call(first, [1]);',
    'import what;',
    'call(first, [2]);',
  ]);
  assert.deepEqual(marksOf(lines('+one two', '-one three')), ['one two', 'one three']);
});

test('hostile lines take no time', () => {
  const odd = Array.from({ length: 80 }, (_, at) => `-${'ab '.repeat(160)}${at}`);
  const even = Array.from({ length: 79 }, (_, at) => `+${'ba '.repeat(160)}${at}`);
  const from = performance.now();
  marksOf(lines(...odd, ...even));
  assert.ok(performance.now() - from < 2000);
});
