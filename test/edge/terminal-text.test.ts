/** What programs print for terminals, as text that can be shown anywhere. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { plain } from '../../shared/terminal-text.ts';

const ESC = '\x1b';
const BEL = '\x07';
const ST = `${ESC}\\`;

const cases: readonly (readonly [what: string, printed: string, shown: string])[] = [
  ['words', 'hello, wörld 🚦', 'hello, wörld 🚦'],
  ['lines and tabs', 'a\tb\nc\n', 'a\tb\nc\n'],
  ['nothing', '', ''],
  ['colour', `${ESC}[1;31mred${ESC}[0m`, 'red'],
  ['colour by colons', `${ESC}[38:2::1:2:3mred${ESC}[m`, 'red'],
  ['moves of the cursor', `a${ESC}[2Ab${ESC}[10;20Hc${ESC}[?25l${ESC}[>4;2m`, 'abc'],
  ['a sequence with a byte between', `${ESC}[4 qa`, 'a'],
  ['clearing the screen', `${ESC}[2J${ESC}[Ha`, 'a'],
  ['a title, ended by BEL', `${ESC}]0;title${BEL}a`, 'a'],
  ['a title, ended by ST', `${ESC}]0;title${ST}a`, 'a'],
  ['a link', `${ESC}]8;;https://evil.example${ST}text${ESC}]8;;${ST}`, 'text'],
  ['a clipboard', `${ESC}]52;c;cm0gLXJmIC8=${BEL}a`, 'a'],
  ['a device control string', `${ESC}Pq#0;2;0;0;0${ST}a`, 'a'],
  ['an application command', `${ESC}_Gf=32;AAAA${ST}a`, 'a'],
  ['a privacy message', `${ESC}^secret${ST}a`, 'a'],
  ['a start of string', `${ESC}Xsecret${ST}a`, 'a'],
  ['two letters', `${ESC}7a${ESC}8b${ESC}=c${ESC}>d${ESC}Me`, 'abcde'],
  ['a choice of character set, as tput sgr0 prints it', `a${ESC}(B${ESC}[mb`, 'ab'],
  ['a choice of coding', `a${ESC}%Gb${ESC}#8c`, 'abc'],
  ['an unended colour', `a${ESC}[31`, 'a'],
  ['an unended title, at the end', `a${ESC}]0;title`, 'a'],
  ['an unended title swallows its line and no more', `a${ESC}]0;title\nb`, 'a\nb'],
  ['an unended colour swallows its line and no more', `a${ESC}[31\nb`, 'a\nb'],
  ['an ESC at the end', `a${ESC}`, 'a'],
  ['an ESC at the end of a line', `a${ESC}\nb`, 'a\nb'],
  ['a sequence broken off by another', `a${ESC}${ESC}[31mb`, 'ab'],
  ['progress that rewrites its line', '10%\r50%\r100%\ndone\n', '100%\ndone\n'],
  ['progress under way', '10%\r50%', '50%'],
  ['progress that clears its line', `10%\r${ESC}[K100%\n`, '100%\n'],
  ['a return that nothing followed yet', '100%\r', '100%'],
  ['line ends of DOS', 'a\r\nb\r\n', 'a\nb\n'],
  ['line ends of DOS behind a terminal', 'a\r\r\nb\r\r\n', 'a\nb\n'],
  ['a return that rewrites nothing', `100%\r${ESC}[0m\nb`, '100%\nb'],
  ['bells, backspaces and NUL', `a${BEL}\b\0b\x0b\x0c\x7f`, 'ab'],
  ['C1, by its own codes', 'a\x9b31mb\x85\x90c\x9cd', 'a31mbcd'],
  ['what stands above C1', '\u00a0\u00ff', '\u00a0\u00ff'],
  ['broken UTF-8, as it was read', '\ufffdx', '\ufffdx'],
];
for (const [what, printed, shown] of cases) test(what, () => assert.equal(plain(printed), shown));

test('whatever is printed: no control character is left save line feed and tab', () => {
  const piece = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 10 }),
    fc.constantFrom(ESC, `${ESC}[`, `${ESC}]`, ST, BEL, '\r', '\n', '\x9b', `${ESC}P`, `${ESC}(`, '\x9d'),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      assert.doesNotMatch(plain(pieces.join('')), /[\x00-\x08\x0b-\x1f\x7f-\x9f]/);
    }),
    { numRuns: 2000 },
  );
});

test('whatever is printed: what was made plain stays as it is', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      assert.equal(plain(plain(text)), plain(text));
    }),
  );
});

test('whatever is printed: no more lines come out than went in, and every full line ends', () => {
  const piece = fc.constantFrom(ESC, '[', ']', '(', '0', 'm', BEL, '\r', '\n', 'x');
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      const lines = (text: string) => text.split('\n').length;
      assert.equal(lines(plain(pieces.join(''))), lines(pieces.join('')));
    }),
    { numRuns: 2000 },
  );
});

const hostile = [
  ESC,
  `${ESC}[`,
  `${ESC}]`,
  `${ESC}]${ESC}[`,
  `${ESC}P`,
  `${ESC}[3`,
  `${ESC}]0;\n`,
  '\r',
  'a\r',
  '\x9b',
  `${ESC}(`,
];
for (const seed of hostile)
  test(`each character is read a few times at most: ${JSON.stringify(seed)}`, () => {
    const text = seed.repeat(20_000 / seed.length);
    const { read, count } = counting(text);
    assert.equal(plain(read), plain(text));
    assert.ok(count() <= 6 * text.length, `${count()} reads of ${text.length} characters`);
  });

/** A text that counts how often somebody looks at one of its characters. */
function counting(text: string): { read: string; count: () => number } {
  let looks = 0;
  const read = new Proxy(new String(text), {
    get: (target, name) => {
      if (name === 'length') return target.length;
      looks++;
      const found: unknown = Reflect.get(target, name, target);
      return typeof found === 'function' ? found.bind(target) : found;
    },
  });
  return { read: read as string, count: () => looks };
}
