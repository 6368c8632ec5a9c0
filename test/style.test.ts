/** Each sheet knows the variables that it uses: one that is missing takes the whole declaration with it. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';

function rootAbove(folder: string): string {
  return existsSync(join(folder, 'package.json')) ? folder : rootAbove(dirname(folder));
}

const client = join(rootAbove(import.meta.dirname), 'client');

/** A sheet with what it imports. */
function whole(path: string): string {
  const text = readFileSync(path, 'utf8');
  return text.replace(/@import "([^"]+)";/g, (_, from: string) => whole(join(dirname(path), from)));
}

for (const sheet of ['page/style.css', 'embed/embed.css'])
  test(`every variable that ${sheet} uses is set in it`, () => {
    const text = whole(join(client, sheet)).replace(/\/\*.*?\*\//gs, '');
    const set = new Set([...text.matchAll(/(--[\w-]+)\s*:/g)].map(([, name]) => name));
    // One with a fallback need not be set.
    const used = [...text.matchAll(/var\((--[\w-]+)\)/g)].map(([, name]) => name);
    assert.ok(used.length > 100, 'the sheet is read');
    assert.deepEqual(
      used.filter((name) => !set.has(name)),
      [],
    );
  });
