/** What custom-elements.json says of the elements is what they have: attributes, parts, properties, states; and so do the documents. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const read = (...path: string[]) => readFileSync(join(ROOT, ...path), 'utf8');

interface Named {
  readonly name: string;
  readonly description?: string;
}
interface Declared {
  readonly tagName: string;
  readonly attributes: readonly Named[];
  readonly cssParts: readonly Named[];
  readonly cssProperties: readonly Named[];
  readonly cssStates: readonly Named[];
  readonly events: readonly Named[];
}
const { modules } = JSON.parse(read('custom-elements.json')) as {
  modules: { path: string; declarations: Declared[]; exports: { kind: string; name: string }[] }[];
};
const declared = modules.flatMap(({ declarations }) => declarations);
const TAGS = ['attention-badge', 'attention-queue', 'process-grid', 'work-unit'];

/** Every name of a kind that one of the elements has. */
const all = (kind: Exclude<keyof Declared, 'tagName'>) =>
  [...new Set(declared.flatMap((each) => each[kind].map(({ name }) => name)))].sort();
const found = (text: string, pattern: RegExp) =>
  [...new Set([...text.matchAll(pattern)].map(([, name = '']) => name))].sort();

test('four elements, each registered by a module that the package exports', () => {
  assert.deepEqual(declared.map(({ tagName }) => tagName).sort(), TAGS);
  const { exports } = JSON.parse(read('package.json')) as { exports: Record<string, { default: string }> };
  for (const tag of TAGS) {
    const module = modules.find((each) =>
      each.exports.some(({ kind, name }) => kind === 'custom-element-definition' && name === tag),
    );
    assert.equal(exports[`./${tag}.js`]?.default, `./${module?.path}`);
  }
});

test('attributes, parts, properties and states are those in the code', () => {
  const surroundings = read('client', 'embed', 'element-surroundings.ts');
  const attributes = found(/ATTRIBUTES = \[(.*)\]/.exec(surroundings)?.[1] ?? '', /'(\w+)'/g);
  assert.deepEqual(all('attributes'), attributes);
  const parts = found(read('client', 'embed', 'css-parts.ts'), /^ {2}(\w+): '/gm);
  assert.ok(parts.length > 8);
  assert.deepEqual(all('cssParts'), [...parts, ...found(surroundings, /part="(\w+)"/g)].sort());
  assert.deepEqual(
    all('cssProperties'),
    found(read('client', 'embed', 'embed.css'), /var\((--signalbox-[a-z-]+)/g),
  );
  const states = found(/#wordsFor\([\s\S]*/.exec(surroundings)?.[0] ?? '', /case '([a-z-]+)'/g);
  assert.deepEqual(all('cssStates'), states);
  assert.deepEqual(
    all('events'),
    found(read('client', 'embed', 'element-signals.ts'), /#tell\('([a-z-]+)'/g),
  );
});

test('everything is described, there and in the document', () => {
  const text = read('docs', 'embedding.md');
  for (const kind of ['attributes', 'cssParts', 'cssProperties', 'cssStates', 'events'] as const)
    for (const each of declared)
      for (const { name, description = '' } of each[kind]) {
        assert.notEqual(description, '', `${each.tagName} ${name}`);
        assert.ok(text.includes(`\`${name}\``), `embedding.md says nothing of ${name}`);
      }
});

test('every property that their style uses has a value on a page that is not ours', () => {
  const script = read('dist', 'embed.js');
  const used = found(script, /var\((--[a-z]+(?:-[a-z]+)*)[,)]/g).filter(
    (name) => !name.startsWith('--signalbox-'),
  );
  const given = found(script, /[{;\s](--[a-z-]+):/g);
  assert.ok(used.length > 10 && given.length > 10);
  assert.deepEqual(
    used.filter((name) => !given.includes(name)),
    [],
  );
});
