/** What docs/schemas says of what the terminal prints: as it stands in the tests, closed, and of every command. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { documents } from '../schemas/documents.ts';
import { OUTPUTS, WITHOUT } from '../schemas/outputs.ts';
import { published } from '../schemas/published.ts';
import { commandsOf, takesJson } from './cli-commands.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const SCHEMAS = join(ROOT, 'docs', 'schemas');

test('docs/schemas holds what the schemas say (else: npm run schemas)', () => {
  const expected = documents();
  assert.deepEqual(readdirSync(SCHEMAS).sort(), [...expected.keys()].sort());
  for (const [path, text] of published())
    assert.equal(readFileSync(join(ROOT, 'docs', path), 'utf8'), text, path);
});

test('every object in every schema is closed', () => {
  const open = (node: unknown, path: string): string[] => {
    if (typeof node !== 'object' || node === null) return [];
    const isOpen =
      'properties' in node && (node as { additionalProperties?: unknown }).additionalProperties !== false;
    return [
      ...(isOpen ? [path] : []),
      ...Object.entries(node).flatMap(([name, inner]) => open(inner, `${path}/${name}`)),
    ];
  };
  for (const [name, text] of documents())
    if (name.endsWith('.json')) assert.deepEqual(open(JSON.parse(text), name), []);
});

test('every command takes --json and has a schema, or it is said why not', () => {
  const commands = commandsOf();
  const names = (given: typeof commands) => given.map(({ name }) => name).sort();
  assert.deepEqual(names(commands.filter(takesJson)), Object.keys(OUTPUTS).sort());
  assert.deepEqual(names(commands.filter((each) => !takesJson(each))), Object.keys(WITHOUT).sort());
});
