/** The schema of a plan, and its translation into unit specs. */
import { z } from 'zod';
import { AGENT } from '../../shared/agent-words.ts';
import { EXECUTOR, LOCAL } from '../../shared/executor-words.ts';
import type { UnitSpec } from '../../shared/words.ts';
import { MERGE_MODES } from '../../shared/work-words.ts';
import {
  budget,
  chunk,
  command,
  environmentName,
  key,
  paths,
  phase,
  priority,
  word,
  words,
} from './fields.ts';

const unit = z
  .strictObject({
    chunk,
    title: words(200).default(''),
    goal: words(20_000).default(''),
    command: command.optional(),
    commands: z.record(phase, command).optional(),
    after: z.array(chunk).max(1000).default([]),
    agent: z.string().regex(AGENT, 'The name of an agent.').optional(),
    env: z.array(environmentName).max(100).default([]),
    priority: priority.default(0),
    paths: paths.default([]),
    external: z.boolean().default(false),
    phases: z.array(phase).min(1).max(100).optional(),
    review: z.array(phase).max(100).default([]),
    retry: z
      .strictObject({
        times: z.number().int().min(1).max(100),
        delay: z.number().min(0).max(3600),
        on: z.array(z.number().int().min(1).max(255)).min(1, 'Name at least one exit code.').max(255),
      })
      .optional(),
    time_limit: z.number().int().min(1, 'At least a second.').max(31_536_000).optional(),
    worktree: z.boolean().optional(),
    base: words(250).min(1, 'Name a branch.').optional(),
    merge: z.enum(MERGE_MODES, `One of ${MERGE_MODES.join(', ')}.`).optional(),
    budget_usd: budget.optional(),
    executor: z.string().regex(EXECUTOR, 'The name of an executor.').optional(),
    mode: word.optional(),
    model: word.optional(),
  })
  .refine((unit) => !unit.external || waysOf(unit) === 0, {
    path: ['external'],
    message: 'An external unit has no command and no agent: somebody else does the work.',
  })
  .refine((unit) => unit.external || waysOf(unit) === 1, {
    path: ['command'],
    message:
      'Give one of "command", "commands" (a phase and its command each) and "agent", or say that it is external.',
  })
  .refine((unit) => unit.external || unit.phases === undefined, {
    path: ['phases'],
    message:
      'Phases alone are for external units; others name a command for each, or an agent that has its own.',
  })
  .refine(({ agent, mode, model }) => agent !== undefined || (mode ?? model) === undefined, {
    path: ['agent'],
    message: 'Only an agent has modes and models to choose from.',
  })
  .refine((unit) => !unit.external || unit.worktree !== true, {
    path: ['worktree'],
    message: 'An external unit has no worktree: somebody else does the work, where they want.',
  })
  .refine(({ external, executor }) => !external || executor === undefined, {
    path: ['executor'],
    message: 'An external unit has no executor: somebody else does the work, where they want.',
  })
  .refine(({ worktree, executor }) => !worktree || executor === undefined || executor === LOCAL, {
    path: ['executor'],
    message: 'A worktree is on this machine: leave "worktree" out, or name the executor "local".',
  })
  // The phases of an agent come from its definition, later.
  .refine((unit) => unit.agent !== undefined || unit.review.every((each) => phasesOf(unit).includes(each)), {
    path: ['review'],
    message: 'Only phases of the unit can be reviewed.',
  });

interface Phased {
  readonly command?: string | undefined;
  readonly commands?: Readonly<Record<string, string>> | undefined;
  readonly phases?: readonly string[] | undefined;
}

/** One command: IMPLEMENT. A map of commands: its keys, in order. An external unit: its own list, or IMPLEMENT. */
const phasesOf = ({ commands, phases }: Phased): readonly string[] =>
  commands === undefined ? (phases ?? ['IMPLEMENT']) : Object.keys(commands);

/** How many of command, commands, agent and external are given. */
const waysOf = ({ command, commands, agent }: Carried): number =>
  [command, Object.keys(commands ?? {})[0], agent].filter((way) => way !== undefined).length;

interface Carried {
  readonly command?: string | undefined;
  readonly commands?: Readonly<Record<string, string>> | undefined;
  readonly agent?: string | undefined;
}

/** A plan's unit with defaults; an agent's phases are filled in later. */
export function specOf(input: z.output<typeof unit>): UnitSpec {
  const { chunk, title, goal, command, commands, priority, paths, external, retry, time_limit } = input;
  const phases = input.agent === undefined ? phasesOf(input) : [];
  const steps = phases.map((phase) => ({ phase, command: commands?.[phase] ?? command ?? null }));
  const once = (names: readonly string[]) => [...new Set(names)];
  return {
    chunk,
    title,
    goal,
    steps,
    agent: input.agent ?? null,
    after: once(input.after),
    env: once(input.env),
    priority,
    paths,
    external,
    review: once(input.review),
    retry: retry ?? null,
    time_limit: time_limit ?? null,
    worktree: input.worktree ?? null,
    base: input.base ?? null,
    merge: input.merge ?? null,
    ...(input.budget_usd !== undefined && { budget_usd: input.budget_usd }),
    ...(input.executor !== undefined && { executor: input.executor }),
    ...(input.mode !== undefined && { mode: input.mode }),
    ...(input.model !== undefined && { model: input.model }),
  };
}

export const plan = z.strictObject({
  units: z.array(unit).min(1, 'Name at least one unit.').max(20_000),
});
export const add = z.strictObject({ ...plan.shape, key: key.optional() });
