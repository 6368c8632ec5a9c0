/** Reads the operator's rules: their own file, outside of every project. */
import { readFileSync, statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { z } from 'zod';
import { parseJson } from '../../shared/json-text.ts';
import { POLICY_ANSWERS, type PolicyRule } from '../../shared/policy-words.ts';
import { isPlainWord, WRAPPERS } from '../domain/command-words.ts';
import { Problem } from '../system/problem.ts';

const MOST_RULES = 1000;

/** One, or several in a list. */
const listOf = (each: z.ZodType<string>) =>
  z.preprocess(
    (given) => (given === undefined || Array.isArray(given) ? given : [given]),
    z.array(each).min(1, 'Name at least one.').max(200, 'At most 200.').optional(),
  );

const name = z
  .string('A name.')
  .regex(/^[\w.:/-]{1,200}$/, 'A name of letters, digits and _ . : / -, as the card shows it.');

const command = z
  .string('The words of a command.')
  .max(1000)
  .refine(
    (text) =>
      text.split(' ').every((word, at, all) => isPlainWord(word) || (word === '*' && at === all.length - 1)),
    'Plain words with one space between them, as in "npm test"; the last may be * for any further plain words.',
  );

const path = z
  .string('A path.')
  .min(1, 'Name a file or a folder.')
  .max(1000)
  .refine((text) => !text.split('/').includes('..'), 'A path without "..".')
  .refine((text) => !/\p{Cc}/u.test(text), 'A path without control characters.')
  .refine((text) => !text.startsWith('~') || /^~(\/|$)/.test(text), 'Only your own home: ~/…')
  .refine((text) => text.split('**').length <= 3, 'At most two times **.');

const rule = z
  .strictObject({
    id: z
      .string('A name.')
      .regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, 'A lower-case letter or digit, then a–z, 0–9, _ and -.'),
    answer: z.enum(POLICY_ANSWERS, 'One of allow, ask, deny.'),
    agent: listOf(name),
    tool: listOf(name),
    command: listOf(command),
    path: listOf(path),
  })
  .refine(({ answer, tool, command }) => answer !== 'allow' || tool !== undefined || command !== undefined, {
    path: ['tool'],
    message: 'A rule that allows names a tool or a command.',
  })
  .refine(({ answer, command = [] }) => answer !== 'allow' || !command.some(runsAnything), {
    path: ['command'],
    message: `This would allow any program. Name one before the *; none of ${WRAPPERS.slice(0, 4).join(', ')} and the like, which run what follows.`,
  });

/** `*`, `sudo *`, `/bin/sh *`. */
function runsAnything(pattern: string): boolean {
  const [program = '', ...rest] = pattern.split(' ');
  return pattern === '*' || (rest.at(-1) === '*' && WRAPPERS.includes(program.split('/').at(-1) ?? ''));
}

const file = z
  .strictObject({ rules: z.array(rule).max(MOST_RULES, `At most ${MOST_RULES} rules.`) })
  .superRefine(({ rules }, context) => {
    const seen = new Set<string>();
    for (const [at, { id }] of rules.entries()) {
      if (seen.has(id))
        context.addIssue({
          code: 'custom',
          path: ['rules', at, 'id'],
          message: `Each id once: there is another "${id}".`,
        });
      seen.add(id);
    }
  });

/** The rules of the file; none where there is no file. Throws a `Problem` that names the file, and the line or field. */
export function readPolicy(path: string): readonly PolicyRule[] {
  const text = readIfThere(path);
  if (text === null) return [];
  let json: unknown;
  try {
    json = parseJson(text);
  } catch (error) {
    throw new Problem('data', `${path} is not JSON, ${placeIn(text, error as Error)}`);
  }
  const read = file.safeParse(json);
  if (!read.success) throw new Problem('data', `${path} cannot be taken. ${firstIssue(read.error)}`);
  return read.data.rules.map(({ id, answer, agent, tool, command, path }) => ({
    id,
    answer,
    agents: agent ?? [],
    tools: tool ?? [],
    commands: command ?? [],
    paths: path ?? [],
    exact: false,
  }));
}

function readIfThere(path: string): string | null {
  try {
    const { uid, mode } = statSync(path);
    if (uid !== userInfo().uid && uid !== 0)
      throw new Problem('permission', `${path} belongs to another user (${uid}).`);
    if ((mode & 0o022) !== 0)
      throw new Problem(
        'permission',
        `Others may write ${path}, and so allow what they want. Run: chmod go-w ${path}`,
      );
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Problem) throw error;
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw new Problem('data', `${path} cannot be read (${code}).`);
  }
}

/** V8 says where it stumbled by a position, mostly. */
function placeIn(text: string, { message }: Error): string {
  const atEnd = message.includes('end of JSON input') ? String(text.length) : undefined;
  const [, position = atEnd] = /at position (\d+)/.exec(message) ?? [];
  if (position === undefined) return message;
  const before = text.slice(0, Number(position)).split('\n');
  const reason = message.replace(/ at position \d+.*$/s, '').replace(/ in JSON$/, '');
  return `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}: ${reason}.`;
}

function firstIssue({ issues }: z.ZodError): string {
  const [issue] = issues;
  const field = (issue?.path ?? [])
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('');
  const where = field.replace(/^\./, '');
  return where === '' ? String(issue?.message) : `${where}: ${issue?.message}`;
}
