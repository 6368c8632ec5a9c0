/** Writes docs/schemas anew. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { documents } from './documents.ts';

const folder = join(import.meta.dirname, '..', '..', '..', 'docs', 'schemas');
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
for (const [name, text] of documents()) writeFileSync(join(folder, name), text);
