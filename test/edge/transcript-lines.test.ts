/** What the page makes of the bytes that a run printed: lines, rows, styles and links; bounded, and in one pass. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { classesOf, styleAfter } from '../../client/elements/ansi-style.ts';
import { LONGEST_LINE } from '../../client/elements/transcript-block.ts';
import { piecesOf, styledLine } from '../../client/elements/transcript-line.ts';
import { offsetOf, TranscriptLines } from '../../client/elements/transcript-lines.ts';
import { partOf, talkClasses } from '../../client/elements/transcript-talk.ts';
import { plain } from '../../shared/terminal-text.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const textsOf = (lines: TranscriptLines) => [...lines.texts()];

/** Given to the page in parts of any size. */
function inParts(all: Uint8Array, sizes: readonly number[]): TranscriptLines {
  const lines = new TranscriptLines(0);
  let at = 0;
  for (let nth = 0; at < all.length; nth++) {
    const to = Math.min(all.length, at + (sizes[nth % sizes.length] ?? 1));
    lines.append(all.subarray(at, to), to, true);
    at = to;
  }
  return lines;
}

const odd = fc.stringMatching(
  /^(\x1b\[(0|1;31|38;5;99|48;2;1;2;3|)m|\x1b\]8;;https:\/\/x\x07|[a-zäש🚦\r\n\t ]){0,200}$/u,
);

test('the text of a line is its plain text, whatever sequences stand in it', () =>
  fc.assert(
    fc.property(odd, (text) => {
      for (const line of text.split('\n')) {
        const pieces = piecesOf(styledLine(line, 0), 'a');
        assert.equal(pieces.map((piece) => piece.text).join(''), plain(line));
      }
    }),
  ));

test('lines are the same in whatever parts the bytes come', () =>
  fc.assert(
    fc.property(
      odd,
      fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 5 }),
      (text, sizes) => {
        const expected = text.endsWith('\n') ? text.slice(0, -1).split('\n') : text.split('\n');
        const found = textsOf(inParts(bytes(text), sizes));
        assert.deepEqual(found, text === '' ? [] : expected);
      },
    ),
  ));

test('a colour goes on in the next line, and offsets say where lines begin', () => {
  const text = 'a\x1b[31mb\nc\x1b[0m\näd\ne';
  const lines = inParts(bytes(text), [4]);
  const placed = lines.between(0, 10);
  assert.deepEqual(
    placed.map(({ block, line }) => classesOf(block.styles[line] ?? 0)),
    ['', 'sgr-1', '', ''],
  );
  const starts = placed.map(offsetOf);
  assert.deepEqual(starts, [0, 8, 14, 18]);
  assert.deepEqual(
    starts.map((offset) => lines.rowOf(offset)),
    [0, 1, 2, 3],
  );
});

test('of a progress bar the last state is left, also where megabytes of it have no line break', () => {
  const pieces = styledLine('10%\r20%\r\x1b[32m30%', 0);
  assert.deepEqual(
    pieces.map(({ text }) => text),
    ['30%'],
  );
  const lines = new TranscriptLines(0);
  let to = 0;
  for (let nth = 0; nth < 300; nth++) {
    const part = bytes(`${'#'.repeat(100)} ${nth}\r`.repeat(100));
    to += part.length;
    lines.append(part, to, true);
  }
  lines.append(bytes('\n'), to + 1, true);
  assert.ok(lines.bytes < 3 * LONGEST_LINE, `${lines.bytes} bytes are kept`);
  assert.match(plain(textsOf(lines).join('\n')), / 299$/);
});

test('however much is printed, memory is bounded: the first lines go, and the last ones stay', () => {
  const lines = new TranscriptLines(0);
  const part = bytes('a line of output\n'.repeat(4000));
  let to = 0;
  let gone = 0;
  for (let nth = 0; nth < 500; nth++) {
    to += part.length;
    gone += lines.append(part, to, true);
  }
  assert.equal(lines.rows + gone, 500 * 4000);
  assert.ok(lines.lines <= 54_000 && lines.bytes <= 4.3e6, `${lines.lines} lines`);
  assert.equal(lines.to, to);
  assert.equal(lines.rowOf(to - 'a line of output\n'.length), lines.rows - 1);
  assert.equal(lines.rowOf(0), null);
});

test('what stands before is put in front, and the end is let go where there is too much', () => {
  const all = bytes(Array.from({ length: 300_000 }, (_, nth) => `line ${nth}\n`).join(''));
  const lines = new TranscriptLines(all.length);
  let from = all.length;
  while (from > 0) {
    const start = from <= 200_000 ? 0 : all.lastIndexOf(10, from - 200_000) + 1;
    lines.prepend(all.subarray(start, from));
    from = start;
    lines.shrinkAtEnd();
  }
  assert.equal(textsOf(lines)[0], 'line 0');
  assert.ok(lines.bytes <= 4.3e6 && lines.lines <= 60_000, `${lines.lines} lines`);
  const [first] = lines.between(lines.rows - 1, lines.rows);
  assert.ok(first);
  assert.equal(offsetOf(first) < lines.to, true);
  assert.equal(all[lines.to - 1], 10, 'it ends where a line ends');
});

test('a line that is too long for a row takes several, and one without an end is cut', () => {
  const lines = new TranscriptLines(0);
  lines.wrapAt(10);
  lines.append(bytes(`${'x'.repeat(25)}\nshort\n`), 32, true);
  assert.deepEqual(
    lines.between(0, 9).map(({ top, rows }) => [top, rows]),
    [
      [0, 3],
      [3, 1],
    ],
  );
  const endless = new TranscriptLines(0);
  const part = bytes('y'.repeat(100_000));
  endless.append(part, part.length, true);
  assert.ok(textsOf(endless).every((text) => text.length <= LONGEST_LINE + 4));
});

test('links are those that are seen: http and https, without what ends the sentence', () => {
  const linksIn = (text: string) =>
    piecesOf(styledLine(text, 0), '').flatMap(({ link, text: shown }) =>
      link === null ? [] : [[link, shown]],
    );
  assert.deepEqual(linksIn('see https://example.com/a?b=1, or (http://x.y).'), [
    ['https://example.com/a?b=1', 'https://example.com/a?b=1'],
    ['http://x.y', 'http://x.y'],
  ]);
  for (const none of [
    'javascript:alert(1)',
    'file:///etc/passwd',
    'ftp://x',
    'https://',
    'https://exämple.com',
  ])
    assert.ok(!linksIn(none).some(([link]) => link?.includes('ä') || !link?.startsWith('http')), none);
  // The hidden target of a terminal's own link is dropped; its text is text.
  assert.deepEqual(linksIn('\x1b]8;;https://evil.example\x07click\x1b]8;;\x07'), []);
});

test('what is found is marked across colours, and whatever its case', () => {
  const pieces = piecesOf(styledLine('an \x1b[31mErr\x1b[0mor here', 0), 'error');
  assert.deepEqual(
    pieces.filter(({ isFound }) => isFound).map(({ text }) => text),
    ['Err', 'or'],
  );
});

test('every colour becomes one of eight, and nonsense none', () => {
  const classes = (parameters: string) => classesOf(styleAfter(0, parameters));
  assert.equal(classes('1;31'), 'sgr-bold sgr-1');
  assert.equal(classes('38;2;250;20;20'), 'sgr-1');
  assert.equal(classes('38;5;46'), 'sgr-2');
  assert.equal(classes('48;5;21'), 'sgr-on-4');
  assert.equal(classes('97'), '');
  assert.equal(classes('999;38;7;x'), '');
  assert.equal(classesOf(styleAfter(styleAfter(0, '7;4;33'), '')), '');
});

test('a megabyte of the worst takes a moment: reading is linear', () => {
  const worst = ['\x1b[', '\x1b[1m', '\x1b]', 'https://', '\r', '\x1b[38;5;'].map((part) =>
    part.repeat(1_000_000 / part.length),
  );
  for (const text of worst) {
    const began = performance.now();
    const lines = new TranscriptLines(0);
    lines.append(bytes(text), text.length, true);
    for (const raw of lines.texts()) piecesOf(styledLine(raw, 0), 'x');
    assert.ok(
      performance.now() - began < 5000,
      `${JSON.stringify(text.slice(0, 8))}: ${performance.now() - began} ms`,
    );
  }
});

test('what an agent did is named by the last heading before it, however far into it one looks', () => {
  const talk = [
    'Prompt:',
    '  do it',
    'Agent:',
    '  I look.',
    '',
    '  Tool: not ours',
    'Tool: Bash: ls',
    'Result:',
    '  a',
    '  … 3 more lines',
  ];
  const lines = inParts(bytes(`${talk.join('\n')}\n`), [7]);
  lines.wrapAt(0);
  const named = lines.between(0, talk.length).map((placed, nth) => {
    const text = talk[nth] ?? '';
    const isHeading = text !== '' && !text.startsWith(' ');
    return talkClasses(text, partOf(isHeading ? text : lines.headingAbove(placed)));
  });
  assert.deepEqual(named, [
    'turn turn-prompt',
    'in-prompt',
    'turn turn-says',
    'in-says',
    'in-says',
    'in-says',
    'turn turn-tool',
    'turn turn-result',
    'in-result',
    'in-result folded',
  ]);
});
