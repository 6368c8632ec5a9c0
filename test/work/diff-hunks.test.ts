import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LONGEST_LINE, readHunks } from '../../server/work/hunks.ts';
import type { Hunk } from '../../shared/diff.ts';

const ALL = { from: 0, most: 1000 };
const read = (text: string | Buffer, window = ALL) => readHunks(Buffer.from(text), 0, window);
const brief = (hunks: readonly Hunk[]) =>
  hunks.map((hunk) => hunk.lines.map(({ old, new: now, text }) => `${old ?? ''}:${now ?? ''} ${text}`));

const TWO = [
  '@@ -3,4 +3,5 @@ function draw() {',
  ' a',
  '-b',
  '+B',
  '+C',
  ' d',
  ' e',
  '@@ -20 +21,0 @@',
  '-x',
  'diff --git a/next b/next',
  '',
].join('\n');

test('hunks, their sections, and the numbers of lines on both sides', () => {
  const { hunks, lines, changed, end } = read(TWO);
  assert.deepEqual(brief(hunks), [['3:3 a', '4: b', ':4 B', ':5 C', '5:6 d', '6:7 e'], ['20: x']]);
  assert.deepEqual(
    hunks.map(({ section, old_start, old_count, new_start, new_count }) => [
      section,
      old_start,
      old_count,
      new_start,
      new_count,
    ]),
    [
      ['function draw() {', 3, 4, 3, 5],
      ['', 20, 1, 21, 0],
    ],
  );
  assert.deepEqual([lines, changed], [7, 4]);
  assert.ok(TWO.slice(end).startsWith('diff --git'));
});

test('every window shows the lines that the whole shows there', () => {
  const whole = brief(read(TWO).hunks).flat();
  for (let from = 0; from <= 8; from++)
    for (let most = 0; most <= 8; most++) {
      const { hunks, lines, end } = read(TWO, { from, most });
      assert.deepEqual(brief(hunks).flat(), whole.slice(from, from + most), `${from} ${most}`);
      assert.deepEqual([lines, end], [7, read(TWO).end]);
      for (const hunk of hunks) {
        assert.equal(hunk.old_count, hunk.lines.filter(({ old }) => old !== null).length);
        assert.equal(hunk.new_count, hunk.lines.filter((line) => line.new !== null).length);
      }
    }
  const [part] = read(TWO, { from: 3, most: 2 }).hunks;
  assert.deepEqual([part!.old_start, part!.new_start], [5, 5]);
});

test('a last line without a line feed, on either side, also where it is out of sight', () => {
  const text = '@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+c\n\\ No newline at end of file\n';
  const unended = (from: number, most: number) =>
    read(text, { from, most }).hunks[0]?.lines.map((line) => line.unended ?? false);
  assert.deepEqual(unended(0, 9), [false, true, true]);
  assert.deepEqual(unended(0, 1), [false]);
  assert.deepEqual(unended(0, 2), [false, true]);
});

test('empty context lines without a space', () => {
  assert.deepEqual(brief(read('@@ -1,3 +1,3 @@\n\n-a\n+b\n\n').hunks), [['1:1 ', '2: a', ':2 b', '3:3 ']]);
});

test('long lines are cut between characters', () => {
  const cut = (text: string) => read(`@@ -0,0 +1 @@\n+${text}\n`).hunks[0]!.lines[0]!;
  const cases: readonly [string, number, boolean][] = [
    ['x'.repeat(LONGEST_LINE), LONGEST_LINE, false],
    ['x'.repeat(LONGEST_LINE + 1), LONGEST_LINE, true],
    ['é'.repeat(LONGEST_LINE), LONGEST_LINE, false],
    ['€'.repeat(LONGEST_LINE + 1), LONGEST_LINE, true],
    [`x${'😀'.repeat(LONGEST_LINE)}`, LONGEST_LINE - 1, true],
    ['x'.repeat(1_000_000), LONGEST_LINE, true],
  ];
  for (const [text, length, isCut] of cases) {
    const line = cut(text);
    assert.deepEqual([line.text.length, line.cut ?? false], [length, isCut]);
    assert.ok(text.startsWith(line.text) && Buffer.from(line.text).toString() === line.text);
  }
});

test('what ends early, or is no patch at all, ends the reading', () => {
  assert.deepEqual(brief(read('@@ -1,9 +1,9 @@\n a\n+b').hunks), [['1:1 a', ':2 b']]);
  assert.deepEqual(brief(read('@@ -1,9 +1,9 @@\n a\n?b\n c\n').hunks), [['1:1 a']]);
  for (const text of ['', '\n', 'x', '@@', '@@ -1 +1\n+a\n', '\\ No newline at end of file\n'])
    assert.deepEqual(read(text).hunks, []);
});
