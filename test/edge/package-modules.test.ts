/** The modules of the package can be imported where there is no page: a server that draws one imports them, too. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const { exports } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  exports: Record<string, string | { default: string }>;
};

for (const [name, to] of Object.entries(exports))
  if (typeof to !== 'string')
    test(`signalbox${name.slice(1)} without a page`, async () => {
      const module = (await import(join(ROOT, to.default))) as object;
      assert.ok(Object.keys(module).length > 0);
    });
