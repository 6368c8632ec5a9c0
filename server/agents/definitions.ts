/** Schema of a project's `signalbox.json`. It names programs, so it has no effect before it is trusted. */
import { z } from 'zod';
import { ACP_AGENTS } from '../../shared/acp-agents.ts';
import { AGENT, AGENT_PHASES, INTERRUPT_SIGNALS, type TrustedAgents } from '../../shared/agent-words.ts';
import { environmentName, phase, word } from '../api/fields.ts';
import { settingsIn } from '../api/settings-text.ts';
import { digestOf } from '../system/digest.ts';
import { acpDefinition } from './acp-definition.ts';
import { LIKE_PLACEHOLDER, PLACEHOLDER, PLACEHOLDER_WITHIN, PLACEHOLDERS } from './placeholders.ts';
import { workSettings } from './work-settings.ts';

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

/** Fields of every agent. */
const agentParts = {
  env: z.array(environmentName).max(100).default([]),
  phases: z
    .array(phase)
    .min(1, 'Name at least one phase.')
    .max(100)
    .default([...AGENT_PHASES]),
  prompts: z.record(phase, promptPath).default({}),
};
const eachPhaseOnce = {
  holds: ({ phases }: { phases: readonly string[] }) => new Set(phases).size === phases.length,
  said: { path: ['phases'], message: 'Each phase once.' },
};
const promptsOfPhases = {
  holds: ({ phases, prompts }: { phases: readonly string[]; prompts: Readonly<Record<string, string>> }) =>
    Object.keys(prompts).every((each) => phases.includes(each)),
  said: { path: ['prompts'], message: 'Only phases of the agent have prompts.' },
};

const agent = z
  .strictObject({
    command,
    ...agentParts,
    interrupt: z.enum(INTERRUPT_SIGNALS, `One of ${INTERRUPT_SIGNALS.join(', ')}.`).optional(),
    resume: command
      .refine(
        (words) => words.includes('{session}'),
        'An argument is {session}, or there is nothing to go on with.',
      )
      .optional(),
  })
  .refine(eachPhaseOnce.holds, eachPhaseOnce.said)
  .refine(promptsOfPhases.holds, promptsOfPhases.said)
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

/** An agent driven by the Agent Client Protocol, which gets its prompt by the protocol, not as arguments. */
const acpAgentEntry = z
  .strictObject({
    driver: z.literal('acp', 'One of acp.'),
    command: z
      .array(argument.refine((text) => !PLACEHOLDER.test(text), 'What it is to do is told by the protocol.'))
      .min(1, 'Name a program.')
      .max(1000)
      .optional(),
    like: z.enum(Object.keys(ACP_AGENTS), `One of ${Object.keys(ACP_AGENTS).join(', ')}.`).optional(),
    mode: word.optional(),
    model: word.optional(),
    modes: z.array(word).max(20).default([]),
    env: agentParts.env,
    phases: agentParts.phases,
    prompts: agentParts.prompts,
  })
  .refine(eachPhaseOnce.holds, eachPhaseOnce.said)
  .refine(promptsOfPhases.holds, promptsOfPhases.said);

const name = z
  .string()
  .regex(AGENT, 'The name of an agent: a lower-case letter, then a–z, 0–9, "_" and "-".')
  .refine((name) => name !== 'shell', 'The agent "shell" is built in.');

/** Chosen by `driver`, so that errors are about the shape that was meant. */
const entry = z.unknown().transform((given, context) => {
  const isAcp = typeof given === 'object' && given !== null && 'driver' in given;
  const read = isAcp ? acpAgentEntry.safeParse(given) : agent.safeParse(given);
  if (read.success) return read.data;
  for (const { path, message } of read.error.issues)
    context.addIssue({ code: 'custom', path: [...path], message });
  return z.NEVER;
});

const file = z.strictObject({ agents: z.record(name, entry).default({}), work: workSettings.prefault({}) });

/** Reads the text of a `signalbox.json`. Throws a `Problem` that names the field. */
export function readDefinitions(path: string, text: string): TrustedAgents {
  const read = settingsIn(path, text, file);
  const agents = Object.entries(read.agents).map(([name, given]) => {
    if ('driver' in given) return acpDefinition(path, name, given);
    const { interrupt, resume, ...rest } = given;
    return { name, ...rest, interrupt: interrupt ?? null, resume: resume ?? null };
  });
  return { digest: digestOf(text), agents, work: read.work };
}
