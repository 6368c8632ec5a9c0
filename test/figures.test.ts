import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asText } from '../bench/figure.ts';
import { readPrinted } from '../bench/printed.ts';

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
