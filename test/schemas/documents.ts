/** The documents of docs/schemas, as they follow from `outputs.ts`. */
import { z } from 'zod';
import { OUTPUTS, REFUSED, WITHOUT } from './outputs.ts';

export const fileOf = (name: string): string => `${name.replaceAll(' ', '-')}.json`;

/** The text of each file, by its name. */
export function documents(): Map<string, string> {
  const schemas = Object.entries(OUTPUTS).map(
    ([name, { schema }]) => [fileOf(name), textOf(`signalbox ${name} --json`, schema)] as const,
  );
  const refused = [fileOf('refused'), textOf('signalbox COMMAND --json, refused', REFUSED)] as const;
  return new Map([...schemas, refused, ['README.md', index()]]);
}

function textOf(title: string, schema: z.ZodType): string {
  const { $schema, ...rest } = z.toJSONSchema(schema, { target: 'draft-2020-12' });
  return `${JSON.stringify({ $schema, title, ...rest }, null, 2)}\n`;
}

function index(): string {
  const rows = Object.entries(OUTPUTS).map(
    ([name, { each }]) =>
      `| \`${name}\` | [${fileOf(name)}](${fileOf(name)}) | ${each === undefined ? 'one' : `one a ${each}`} |`,
  );
  const without = Object.entries(WITHOUT).map(
    ([name, why]) => `- \`${`signalbox ${name}`.trim()}\`: ${why}.`,
  );
  return [
    '# What the terminal prints for programs',
    '',
    'Every command that prints data takes `--json` and then prints JSON on standard output, one line a document;',
    'sentences for people go to standard error, as always. Each schema (JSON Schema, draft 2020-12) says all of it:',
    'a field that it does not name is not printed. The exit codes are in `signalbox --help`.',
    '',
    '| command | schema | documents |',
    '|---|---|---|',
    ...rows,
    '',
    'These take no `--json`:',
    '',
    ...without,
    '',
    '`start --foreground` (it is the daemon, and prints its log) and `attention --interactive` (keys and a screen)',
    'refuse it. A command that fails prints a sentence on standard error, and nothing, or what it had so far, on',
    'standard output; where the daemon refused, the refusal after it: [refused.json](refused.json). What each code',
    'means stands in [curl.md](../curl.md#codes).',
    '',
    '`npm run schemas` makes these files from `test/schemas/`. A test runs every command, and keeps what it prints, its\nschema and these files in step.',
    '',
  ].join('\n');
}
