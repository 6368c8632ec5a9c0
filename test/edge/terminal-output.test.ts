/** What goes to a terminal moves nothing there, and reads as it was sent; what goes to a pipe is exact. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { indented, oneLine } from '../../client/cli/output/terminal-output.ts';
import { forTerminal, jsonForTerminal } from '../../shared/terminal-text.ts';
import { PROGRAM } from '../daemon-fixture.ts';

const TURNING = [
  '\u061c',
  '\u200e',
  '\u200f',
  '\u2028',
  '\u2029',
  '\u202a',
  '\u202b',
  '\u202c',
  '\u202d',
  '\u202e',
  '\u2066',
  '\u2067',
  '\u2068',
  '\u2069',
];
const named = (char: string) => `<U+${char.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}>`;

describe('on its way to a terminal', () => {
  for (const char of [...TURNING, '\x1b', '\0', '\b', '\r', '\x7f', '\x9b', '\x07'])
    test(`${named(char)} is written out`, () => {
      assert.equal(forTerminal(`rm ${char}x`), `rm ${named(char)}x`);
      assert.equal(JSON.parse(jsonForTerminal(`rm ${char}x`)), `rm ${char}x`);
      assert.ok(!jsonForTerminal(char).includes(char));
    });
  for (const char of TURNING.filter((each) => !/\s/.test(each)))
    test(`${named(char)} is written out within somebody else's words`, () => {
      assert.equal(oneLine(`a${char}b`), `a${named(char)}b`);
      assert.equal(indented(`a${char}b`, '  '), `  a${named(char)}b`);
    });

  test('words, lines, tabs and our own colours stay', () => {
    for (const text of ['ä 🚦 שלום עולם \u200d', 'a\tb\nc', '\x1b[1mbold\x1b[22m \x1b[33myellow\x1b[39m'])
      assert.equal(forTerminal(text), text);
    assert.equal(forTerminal('a\r\nb'), 'a\nb');
    assert.equal(forTerminal('\x1b[8mhidden'), '<U+001B>[8mhidden');
    assert.equal(forTerminal('\x1b[2J'), '<U+001B>[2J');
  });

  test('whatever it is, nothing is left that a terminal obeys', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 5 }),
      fc.constantFrom('\x1b[', '1m', '[', 'm', ...TURNING),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
        const rest = forTerminal(pieces.join('')).replace(/\x1b\[(1|2|22|3[1236]|39)m/g, '');
        assert.doesNotMatch(rest, /[\0-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/);
      }),
      { numRuns: 2000 },
    );
  });
});

/** Says that this Node is too old, before anything else is loaded. */
const LAUNCHER = 'launcher.ts';

test('only one file of the terminal writes to it', () => {
  const folder = join(PROGRAM, '..', '..', 'client', 'cli');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.endsWith('.ts') && name !== LAUNCHER,
  );
  assert.ok(files.length > 40);
  const writers = files.filter((name) => {
    const text = readFileSync(join(folder, name), 'utf8');
    return /\b(?:std(?:out|err)\s*\.\s*write|console\s*\.)/.test(text);
  });
  assert.deepEqual(writers, [join('output', 'terminal-output.ts')]);
});
