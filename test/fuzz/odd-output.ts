/** Bytes that terminals, pages and decoders stumble over. */
import { changedBytes, oddText } from './odd-values.ts';
import type { Random } from './random.ts';

const ESCAPES = [
  '\u001b',
  '\u001b[',
  '\u001b[31m',
  '\u001b[2J',
  '\u001b]8;;x',
  '\u001b]0;t\u0007',
  '\u001bP',
  '\u001b\\',
  '\u009b31m',
  '\u001b(B',
];
const ENDS = ['\n', '\r', '\r\n', '\r\r', '\b', '\t', '\0', '\u0007', '\u007f', '\u0085', '\u2028'];
const MARKUP = [
  '<b>',
  '</pre>',
  '</script>',
  '<!--',
  '&lt;',
  '&amp;',
  '"',
  "'",
  '<run-transcript>',
  '&#x3c;',
];

function piece(random: Random): Buffer {
  switch (random.below(7)) {
    case 0:
      return Buffer.from(random.pick(ESCAPES) + (random.oneIn(2) ? oddText(random, 20) : ''));
    case 1:
      return Buffer.from(random.pick(ENDS));
    case 2:
      return random.bytes(random.below(12));
    case 3:
      return Buffer.from(random.pick(MARKUP));
    case 4:
      return Buffer.from('🚦€ü').subarray(random.below(4), random.between(4, 9));
    case 5:
      return Buffer.from(
        random
          .pick(['x', '🚦', '\u001b[1m', '10%\r', '\u001b]'])
          .repeat(random.oneIn(50) ? 3000 : random.below(40)),
      );
    default:
      return Buffer.from(oddText(random, 60));
  }
}

/** What a program might print, if it were mad. */
export function oddOutput(random: Random): Buffer {
  const bytes = Buffer.concat(Array.from({ length: random.between(1, 14) }, () => piece(random)));
  return random.oneIn(5) ? changedBytes(random, bytes) : bytes;
}
