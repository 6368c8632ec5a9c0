/** Writes docs/schemas, docs/openapi.json, docs/http.md, docs/llms.txt and docs/signalbox.1 anew. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { published } from './published.ts';

const folder = join(import.meta.dirname, '..', '..', '..', 'docs');
rmSync(join(folder, 'schemas'), { recursive: true, force: true });
mkdirSync(join(folder, 'schemas'), { recursive: true });
for (const [path, text] of published()) writeFileSync(join(folder, path), text);
