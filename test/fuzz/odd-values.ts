/** Words, numbers and values that programs stumble over. */
import type { Random } from './random.ts';

const WORDS = [
  '',
  ' ',
  '0',
  '-1',
  'null',
  'undefined',
  'NaN',
  'true',
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'then',
  '.',
  '..',
  '../../../../etc/passwd',
  '/etc/passwd',
  '%2e%2e%2f',
  '%',
  '%zz',
  '%00',
  '%ff%fe',
  '\0',
  'a\0b',
  'a\nb',
  'a\r\nX-Injected: 1',
  '\ud800',
  'a\udc00b',
  '🚦',
  `${'x'.repeat(199)}🚦`,
  'ünï',
  'e\u0301\u200b\u202e\ufeff',
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' OR 1=1 --",
  '#{7*7}',
  '{{7*7}}',
  '; rm -rf "$X"',
  '$(false)',
  '--help',
  '-rf',
  '\u001b[31m',
  '\u001b]0;title\u0007',
  'İ',
  'ß',
  '١٢٣',
  '1e999',
  '0x10',
  '9007199254740993',
  '123456789012345',
];
const NUMBERS = [
  0,
  -0,
  1,
  -1,
  1.5,
  2,
  63,
  64,
  65,
  255,
  256,
  65535,
  65536,
  2 ** 31,
  2 ** 32,
  2 ** 53,
  -(2 ** 53),
];
const LARGE = [1e15, 1e21, 1e300, -1e300, 5e-324, 0.1];

export const oddNumber = (random: Random): number =>
  random.oneIn(3) ? random.pick(LARGE) : random.pick(NUMBERS);

export function oddText(random: Random, most = 300): string {
  switch (random.below(8)) {
    case 0:
      return random.pick(WORDS).repeat(random.between(1, 3));
    case 1:
      return Array.from({ length: random.below(20) }, () => String.fromCharCode(random.below(65536))).join(
        '',
      );
    case 2:
      return random.pick(['a', 'A', '€', '🚦', '%', '[', '\\', '<', '\u001b']).repeat(random.below(most));
    case 3:
      return random.bytes(random.below(30)).toString('latin1');
    case 4:
      return random.pick(WORDS) + random.pick(WORDS);
    default:
      return random.pick(WORDS);
  }
}

/** Any value that JSON can carry; sometimes deep. */
export function oddValue(random: Random, depth = 3): unknown {
  switch (random.below(depth > 0 ? 9 : 6)) {
    case 0:
      return null;
    case 1:
      return random.oneIn(2);
    case 2:
      return oddNumber(random);
    case 6:
      return random.some(6, () => oddValue(random, depth - 1));
    case 7:
      return oddObject(random, depth - 1);
    case 8:
      return random.oneIn(40) ? deep(random.between(100, 3000)) : {};
    default:
      return oddText(random);
  }
}

export function oddObject(random: Random, depth = 2): Record<string, unknown> {
  const entries = random.some(5, () => [oddText(random, 40), oddValue(random, depth)] as const);
  return Object.fromEntries(entries);
}

function deep(levels: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < levels; level++) value = level % 2 === 0 ? [value] : { a: value };
  return value;
}

/** A value like this one, with something in it otherwise. */
export function changed(random: Random, value: unknown): unknown {
  if (random.oneIn(8)) return oddValue(random);
  if (Array.isArray(value)) {
    const list: unknown[] = [...value];
    if (list.length === 0 || random.oneIn(3)) return [...list, oddValue(random)];
    const at = random.below(list.length);
    list[at] = changed(random, list[at]);
    return list;
  }
  if (value === null || typeof value !== 'object') return oddValue(random, 2);
  const entries = Object.entries(value);
  if (entries.length === 0 || random.oneIn(4))
    return Object.fromEntries([...entries, [oddText(random, 40), oddValue(random, 2)]]);
  const at = random.below(entries.length);
  const [name, old] = entries[at] as [string, unknown];
  if (random.oneIn(5)) return Object.fromEntries(entries.filter((_, each) => each !== at));
  return Object.fromEntries(entries.with(at, [name, changed(random, old)]));
}

/** Bytes like these: some flipped, left out, put in, doubled or cut off. */
export function changedBytes(random: Random, bytes: Buffer): Buffer {
  let changing = bytes;
  for (let times = random.between(1, 4); times > 0; times--) {
    const at = random.below(changing.length + 1);
    const to = at + random.below(Math.min(20, changing.length - at + 1));
    const [before, part, after] = [
      changing.subarray(0, at),
      changing.subarray(at, to),
      changing.subarray(to),
    ];
    changing = Buffer.concat(changes(random, before, part, after));
  }
  return changing;
}

function changes(random: Random, before: Buffer, part: Buffer, after: Buffer): Buffer[] {
  switch (random.below(6)) {
    case 0:
      return [before, after];
    case 1:
      return [before, part, part, after];
    case 2:
      return [before, random.bytes(random.below(10)), after];
    case 3:
      return [before, Buffer.from(oddText(random, 50)), after];
    case 4:
      return [before, part];
    default:
      return [before, Buffer.from(part.map((byte) => byte ^ (1 << random.below(8)))), after];
  }
}

/** Percent-encoded. Half a surrogate pair, which has no encoding, becomes U+FFFD. */
export const percentEncoded = (text: string): string => encodeURIComponent(Buffer.from(text).toString());
