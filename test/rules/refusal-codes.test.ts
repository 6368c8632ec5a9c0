/** Every refusal says which one it is, by a code of a closed list that docs/curl.md explains. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { REFUSAL_CODES, type RefusalCode } from '../../server/domain/refusal.ts';
import { inHistories } from '../core/random-commands.ts';

const CODES: ReadonlySet<string> = new Set(REFUSAL_CODES);

test('what random commands refuse has a code of the list', async () => {
  const seen = new Set<string>();
  await inHistories({ runs: 8, length: 1000 }, (_, refusals) => {
    for (const { code, message } of refusals) {
      assert.ok(CODES.has(code), `${code}: ${message}`);
      seen.add(code);
    }
  });
  assert.deepEqual(
    MET.filter((code) => !seen.has(code)),
    [],
  );
});

/** What is met in every such run; the rest is met in `test/edge/refusal-codes.test.ts`. */
const MET: readonly RefusalCode[] = [
  'answered',
  'cycle',
  'has-dependents',
  'invalid',
  'no-live-run',
  'not-ready',
  'run-ended',
  'run-live',
  'unit-done',
  'withdrawn',
];

test('docs/curl.md explains each code, and no other', () => {
  const text = readFileSync(join(import.meta.dirname, '..', '..', '..', 'docs', 'curl.md'), 'utf8');
  const [, part = ''] = text.split('\n## Codes\n');
  const explained = [...part.matchAll(/^\| (`[^|]+`) \|/gm)].flatMap(([, codes = '']) =>
    [...codes.matchAll(/`([a-z-]+)`/g)].map(([, code]) => code),
  );
  assert.deepEqual([...explained].sort(), [...REFUSAL_CODES, 'forbidden'].sort());
});
