/** What a project's `signalbox.json` may say. It names programs, so nothing in it counts before it is trusted. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { parseJson } from '../../shared/json-text.ts';
import { AGENT, AGENT_PHASES, INTERRUPT_SIGNALS, type TrustedAgents } from '../../shared/words.ts';
import { environmentName, phase } from '../api/inputs.ts';
import { refusalOf } from '../api/refusal-of.ts';
import { Problem } from '../system/problem.ts';
import { LIKE_PLACEHOLDER, PLACEHOLDER, PLACEHOLDER_WITHIN, PLACEHOLDERS } from './placeholders.ts';

const SHELLS = /(^|\/)(sh|bash|dash|zsh|ksh|fish)$/;
const KNOWN = PLACEHOLDERS.map((name) => `{${name}}`).join(', ');

const argument = z
  .string()
  .max(10_000, 'At most 10000 characters.')
  .refine((text) => !text.includes('\0'), 'No NUL.')
  .refine(
    (text) => PLACEHOLDER.test(text) || !PLACEHOLDER_WITHIN.test(text),
    'A placeholder is a whole argument of its own.',
  )
  .refine(
    (text) => PLACEHOLDER.test(text) || !LIKE_PLACEHOLDER.test(text),
    `There is no such placeholder; there are ${KNOWN}.`,
  );

const command = z
  .array(argument)
  .min(1, 'Name a program.')
  .max(1000)
  .refine(
    ([program = '']) => program !== '' && !PLACEHOLDER.test(program),
    'The first one names the program.',
  )
  .refine(
    ([program = '', ...rest]) =>
      !SHELLS.test(program) ||
      !rest.some((each, at) => /^-[a-z]*c$/.test(each) && PLACEHOLDER.test(rest[at + 1] ?? '')),
    'After -c a shell runs what stands there: give placeholders behind it, as "$1" and so on.',
  );

const promptPath = z
  .string()
  .min(1)
  .max(500)
  .refine(
    (path) => !path.startsWith('/') && !path.split('/').includes('..') && !path.includes('\0'),
    'A path within the project.',
  );

const agent = z
  .strictObject({
    command,
    env: z.array(environmentName).max(100).default([]),
    phases: z
      .array(phase)
      .min(1, 'Name at least one phase.')
      .max(100)
      .default([...AGENT_PHASES]),
    prompts: z.record(phase, promptPath).default({}),
    interrupt: z.enum(INTERRUPT_SIGNALS, `One of ${INTERRUPT_SIGNALS.join(', ')}.`).optional(),
    resume: command
      .refine(
        (words) => words.includes('{session}'),
        'An argument is {session}, or there is nothing to go on with.',
      )
      .optional(),
  })
  .refine(({ phases }) => new Set(phases).size === phases.length, {
    path: ['phases'],
    message: 'Each phase once.',
  })
  .refine(({ phases, prompts }) => Object.keys(prompts).every((each) => phases.includes(each)), {
    path: ['prompts'],
    message: 'Only phases of the agent have prompts.',
  })
  .refine(({ command, prompts }) => Object.keys(prompts).length === 0 || command.includes('{prompt}'), {
    path: ['command'],
    message: 'There are prompts, but no argument is {prompt}.',
  })
  .refine(
    ({ resume, prompts }) => !resume || Object.keys(prompts).length === 0 || resume.includes('{prompt}'),
    {
      path: ['resume'],
      message: 'There are prompts, but no argument is {prompt}.',
    },
  )
  .refine(({ command }) => !command.includes('{session}'), {
    path: ['command'],
    message: 'Only "resume" goes on with a {session}.',
  });

const name = z
  .string()
  .regex(AGENT, 'The name of an agent: a lower-case letter, then a–z, 0–9, "_" and "-".')
  .refine((name) => name !== 'shell', 'The agent "shell" is built in.');

const file = z.strictObject({ agents: z.record(name, agent).default({}) });

/** Reads the text of a `signalbox.json`. Throws a `Problem` that names the field. */
export function readDefinitions(path: string, text: string): TrustedAgents {
  let json: unknown;
  try {
    json = parseJson(text);
  } catch (error) {
    throw new Problem('data', `${path} is not JSON: ${(error as Error).message}`);
  }
  const read = file.safeParse(json);
  if (!read.success) throw new Problem('data', `${path} cannot be taken. ${refusalOf(read.error)?.message}`);
  const agents = Object.entries(read.data.agents).map(([name, { interrupt, resume, ...rest }]) => ({
    name,
    ...rest,
    interrupt: interrupt ?? null,
    resume: resume ?? null,
  }));
  return { digest: digestOf(text), agents };
}

export const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex');
