import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asText } from '../bench/figure.ts';
import { readPrinted } from '../bench/printed.ts';
import { withResult } from '../bench/results.ts';

const NOTE = '5 rounds; of each the median.';

test('what a bench prints is read back: each number by its table, row and column', () => {
  const commits = asText({
    title: 'Commits',
    head: [
      ['', 'median', 'to the row above'],
      ['', 'per s', '×'],
    ],
    rows: [
      ['bare inserts, 100 a transaction', '39848', ''],
      ['Store.commit, 1 caller', '751', '0.71'],
    ],
    note: NOTE,
  });
  const sizes = asText({
    title: 'Sizes',
    head: [
      ['file', 'raw'],
      ['', 'kB'],
    ],
    rows: [
      ['  of it packages', '7.0'],
      ['daemon.js', 'unknown'],
    ],
    note: NOTE,
  });
  const text = `Node v24.0.0 on linux, 2 × Some CPU\n\n${commits}\n\n${sizes}\n`;
  assert.deepEqual(
    [...readPrinted(text)],
    [
      ['Commits: Store.commit, 1 caller, median', 751],
      ['Commits: Store.commit, 1 caller, to the row above', 0.71],
      ['Sizes: of it packages, raw', 7],
    ],
  );
});

test('a result takes the place of the one of its name, and what was written by hand stays', () => {
  const once = withResult('# Results\n\nBy hand.\n', 'idle', 'first');
  const both = withResult(once, 'idle time', 'other');
  assert.equal(withResult(both, 'idle', 'second'), both.replace('first', 'second'));
  assert.equal(both, '# Results\n\nBy hand.\n\n## idle\n\nfirst\n\n## idle time\n\nother\n');
});
