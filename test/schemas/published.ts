/** All that is made from schemas in docs/: its text by its path there. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { documents } from './documents.ts';
import { httpReference, openapiText } from './http-reference.ts';
import { manual } from './manual.ts';

export function published(): Map<string, string> {
  return new Map([
    ...[...documents()].map(([name, text]) => [`schemas/${name}`, text] as const),
    ['openapi.json', openapiText()],
    ['http.md', httpReference()],
    ['llms.txt', llmsText()],
    ['signalbox.1', manual()],
  ]);
}

/** https://llmstxt.org: what the documents are about, for programs that read them. The README says it. */
function llmsText(): string {
  const root = join(import.meta.dirname, '..', '..', '..');
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  const { description } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    description: string;
  };
  const links = [...readme.matchAll(/^- \[docs\/[^\]]+\]\(docs\/([^)]+)\): ((?:.+\n)(?: {2}.+\n)*)/gm)].map(
    ([, path = '', words = '']) => {
      const [, title = path] = /^# (.+)$/m.exec(readFileSync(join(root, 'docs', path), 'utf8')) ?? [];
      return `- [${title}](${path}): ${words.trim().replace(/\n\s*/g, ' ')}`;
    },
  );
  return [
    '# Signalbox',
    '',
    `> ${description}`,
    '',
    '## Docs',
    '',
    ...links,
    '',
    '## For programs',
    '',
    '- [openapi.json](openapi.json): everything that a script can do by HTTP, as OpenAPI 3.1; every daemon serves its own.',
    '- [What the terminal prints](schemas/README.md): a JSON Schema for each command that takes `--json`.',
    '',
  ].join('\n');
}
