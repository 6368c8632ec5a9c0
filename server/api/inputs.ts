/** What may be said to a procedure: strict shapes, with a sentence for each mistake. On the server only. */
import { z } from 'zod';
import { AGENT } from '../../shared/agent-words.ts';
import { ITEM_KINDS } from '../../shared/item-words.ts';
import { momentFrom } from '../../shared/moment.ts';
import { LONGEST_SEARCH, ONLY } from '../../shared/query.ts';
import { CHUNK, CHUNK_RULE, PHASE, STATUSES, type UnitSpec } from '../../shared/words.ts';

const words = (most: number) => z.string().max(most, `At most ${most} characters.`);
/** An empty field of a form says nothing. */
const orElse = (otherwise: string) => (text: string) => text.trim() || otherwise;
export const key = z
  .string()
  .regex(/^[A-Za-z0-9._:-]{1,128}$/, '1 to 128 characters of A–Z, a–z, 0–9 and ._:-');
const run = z.number().int().min(0).nullable();

export const chunk = z.string().regex(CHUNK, `A chunk is ${CHUNK_RULE}.`);
const item = key;
const version = z.number().int().min(1);
const command = words(100_000).min(1, 'Say which command.');

export const phase = z.string().regex(PHASE, 'A phase is a word of up to 63 of A–Z, 0–9 and "_".');
export const environmentName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]{0,199}$/, 'The name of an environment variable.');
const priority = z.number().int('A whole number.').min(-1000, 'At least -1000.').max(1000, 'At most 1000.');
const paths = z.array(words(500).min(1)).max(1000);

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
  // The phases of an agent are known where its definition is.
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

/** In how many ways it is said who carries it out. */
const waysOf = ({ command, commands, agent }: Carried): number =>
  [command, Object.keys(commands ?? {})[0], agent].filter((way) => way !== undefined).length;

interface Carried {
  readonly command?: string | undefined;
  readonly commands?: Readonly<Record<string, string>> | undefined;
  readonly agent?: string | undefined;
}

/** A unit as people write it, made whole; an agent's phases are still to be filled in. */
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
  };
}

export const plan = z.strictObject({
  units: z.array(unit).min(1, 'Name at least one unit.').max(20_000),
});
export const add = z.strictObject({ ...plan.shape, key: key.optional() });
export const close = z.strictObject({
  chunk,
  reason: words(2000).default('').transform(orElse('closed by the operator')),
  key: key.optional(),
  kill: z.boolean().default(false),
});

/** What an operator may do to a unit, beside the chunk and the key of each mutation. */
const onUnit = { chunk, key: key.optional() };
export const edit = z
  .strictObject({
    ...onUnit,
    title: words(200).optional(),
    goal: words(20_000).optional(),
    paths: paths.optional(),
  })
  .refine((edit) => edit.title !== undefined || edit.goal !== undefined || edit.paths !== undefined, {
    path: ['title'],
    message: 'Say what to change: title, goal or paths.',
  });
export const retry = z.strictObject(onUnit);
export const kill = z.strictObject({ ...onUnit, run: run.default(null) });
export const interrupt = z.strictObject({
  ...onUnit,
  run: run.default(null),
  text: words(20_000).refine((text) => text.trim() !== '', 'Say something.'),
});
export const hold = z.strictObject({ ...onUnit, why: words(2000).default('').transform(orElse('by you')) });
export const release = z.strictObject(onUnit);
export const prioritize = z.strictObject({ ...onUnit, priority });
export const link = z.strictObject({ ...onUnit, after: chunk });
export const unlink = link;
export const remove = z.strictObject({
  ...onUnit,
  unlink: z.boolean().default(false),
  kill: z.boolean().default(false),
});

const option = z.strictObject({
  id: z
    .string()
    .regex(/^[A-Za-z0-9._-]{1,64}$/, 'An option id has 1 to 64 characters of A–Z, a–z, 0–9 and ._-'),
  label: words(200).min(1, 'An option needs a label.'),
  description: words(2000).default(''),
});

/** A diff or a plan, which the asker cuts at 64 kB. */
const CONTEXT_LENGTH = 65_536;

const question = z
  .strictObject({
    prompt: words(20_000).refine((text) => text.trim() !== '', 'Say what you want to know.'),
    context: z
      .array(z.strictObject({ label: words(200), text: words(CONTEXT_LENGTH) }))
      .max(20)
      .default([]),
    options: z
      .array(option)
      .max(50)
      .refine(
        (all) => new Set(all.map(({ id }) => id)).size === all.length,
        'Each option needs an id of its own.',
      )
      .default([]),
    multiple: z.boolean().default(false),
    allows_text: z.boolean().default(true),
    /** `decision`: a permission, say, that may still be answered in words. Else it follows from `allows_text`. */
    kind: z.enum(['question', 'decision'], 'One of question, decision.').optional(),
  })
  .refine((asked) => asked.allows_text || asked.options.length > 0, {
    path: ['options'],
    message: 'Without text there must be options to choose from.',
  });
/** One question or several: each becomes an item, and the asker waits for all. */
export const ask = z.strictObject({
  key: z.string().regex(/^[A-Za-z0-9._:-]{1,120}$/, '1 to 120 characters of A–Z, a–z, 0–9 and ._:-'),
  chunk,
  run,
  asked_by: words(100).default('agent'),
  questions: z.array(question).min(1, 'Ask something.').max(20, 'At most 20 questions at once.'),
});

export const answer = z.strictObject({
  chunk,
  item: item.nullable().default(null),
  version: version.nullable().default(null),
  options: z.array(z.string().max(64)).max(50).default([]),
  text: z.string().default(''),
  /** Goes out after `undo_seconds` by whichever channel it comes, so that it can be taken back. */
  undoable: z.boolean().default(false),
  key: key.optional(),
});

export const undo = z.strictObject({ chunk, item, version, key: key.optional() });
const optional = (schema: z.ZodType<string>) =>
  z.preprocess((value) => (value === '' ? undefined : value), schema.optional());
const moment = z.string().transform((text, ctx) => {
  const found = momentFrom(text);
  if (found !== null) return found;
  ctx.addIssue({
    code: 'custom',
    message: 'A moment with its offset, as in 2026-01-31T09:00:00+02:00 or 2026-01-31T07:00Z.',
  });
  return z.NEVER;
});
export const snooze = z
  .strictObject({
    chunk,
    item,
    version,
    minutes: z.number('Minutes are a number.').int().min(1).max(525_600).optional(),
    until: optional(moment),
    until_done: optional(chunk),
    key: key.optional(),
  })
  .refine(
    (snooze) => snooze.minutes !== undefined || snooze.until !== undefined || snooze.until_done !== undefined,
    {
      path: ['until'],
      message: 'Say how long: minutes, until or until_done.',
    },
  );
export const wake = z.strictObject({ chunk, item, key: key.optional() });
export const report = z.strictObject({
  ...onUnit,
  what: z.enum(
    ['started', 'progressed', 'finished', 'failed'],
    'One of started, progressed, finished, failed.',
  ),
  phase: optional(phase),
  all: z.boolean().default(false),
  override: z.boolean().default(false),
  words: words(20_000).default(''),
});
export const withdraw = z.strictObject({
  chunk,
  item,
  why: words(2000).default('').transform(orElse('no longer needed')),
  key: key.optional(),
});
export const confirm = z.strictObject({ chunk, item, run });
/** What a run says of itself while it is live. */
export const note = z.strictObject({
  chunk,
  run: z.number().int().min(1),
  session: z
    .string()
    .regex(
      /^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$/,
      'A session has 1 to 128 characters of A–Z, a–z, 0–9 and ._:-',
    )
    .optional(),
  refused: z
    .array(z.strictObject({ key: item, tool: words(200).min(1, 'Name the tool.'), subject: words(2000) }))
    .max(100, 'At most 100 refusals at once.')
    .default([]),
});

/** Callers give it what they must not change: in its type alone, the list is readonly. */
const listed = <Each extends z.ZodType>(
  each: Each,
): z.ZodType<readonly z.output<Each>[], readonly z.input<Each>[]> => z.array(each);

const query = {
  status: listed(z.enum(STATUSES)).optional(),
  kind: listed(z.enum(ITEM_KINDS)).optional(),
  q: z
    .string()
    .min(1)
    .refine((text) => [...text].length <= LONGEST_SEARCH, `At most ${LONGEST_SEARCH} characters.`)
    .optional(),
  page: z.number().int().min(1).max(1_000_000).optional(),
  chunk: chunk.optional(),
  item: item.optional(),
  only: z.enum(ONLY).optional(),
};
export const board = z.strictObject(query);
/** Go on as there is news; else end with what there is now. */
const goOn = z.boolean().default(true);
export const pulses = z.strictObject({ ...query, follow: goOn });
export const bulk = z
  .strictObject({
    action: z.enum(['retry', 'hold', 'release', 'snooze'], 'One of retry, hold, release, snooze.'),
    status: query.status,
    kind: query.kind,
    q: query.q,
    why: words(2000).default('').transform(orElse('by you')),
    minutes: z.number('Minutes are a number.').int().min(1).max(525_600).default(60),
    key: key.optional(),
  })
  .refine(({ status, kind, q }) => status !== undefined || kind !== undefined || q !== undefined, {
    path: ['status'],
    message: 'Say which units: status, kind or q.',
  });
/** `from` is `epoch:seq`; a client that reconnects sends `lastEventId` instead, in the same form. */
export const follow = z.strictObject({
  ...query,
  from: z.string().max(64).optional(),
  lastEventId: z.string().max(64).optional(),
  follow: goOn,
});
export const one = z.strictObject({ chunk });
export const history = z.strictObject({
  /** The number after which to begin. */
  after: z.number('A number.').int().min(0).default(0),
  limit: z.number('A number.').int().min(1).max(1000, 'At most 1000.').default(200),
  chunk: chunk.optional(),
});
export const transcript = z.strictObject({
  chunk,
  run: z.number().int().min(1).optional(),
  offset: z.number().int().min(0).default(0),
  /** Go on as the run prints; else end at the end of what there is. */
  follow: z.boolean().default(true),
  /** base64: the very bytes. */
  encoding: z.enum(['utf8', 'base64']).default('utf8'),
  lastEventId: z
    .string()
    .regex(/^\d{1,15}$/)
    .optional(),
});
export const resolve = z.strictObject({
  ...onUnit,
  other_chunk: chunk,
  verdict: z.enum(['parallelize', 'serialize'], 'One of parallelize, serialize.'),
});
export const conflict = z.strictObject({
  ...onUnit,
  other_chunk: chunk,
  verdict: z.enum(
    ['INDEPENDENT', 'SERIALIZE', 'ASK_OPERATOR'],
    'One of INDEPENDENT, SERIALIZE, ASK_OPERATOR.',
  ),
  confidence: z.number().min(0, 'From 0 to 1.').max(1, 'From 0 to 1.'),
  reason: words(2000).min(1, 'Say why.'),
  overlapping_files: z.array(words(1000)).max(1000).default([]),
  overlapping_symbols: z.array(words(1000)).max(1000).default([]),
});
export const config = z
  .strictObject({
    max_agents: z.number().int().min(0).max(1000).optional(),
    undo_seconds: z.number().int().min(0).max(3600).optional(),
    weight: z.number().min(0).max(100).optional(),
    ask_above: z.number().min(0).max(1).optional(),
    output_mib: z.number().int().min(1).max(1_048_576).optional(),
    keep_days: z.number().int().min(0).max(36_500).optional(),
    keep_mib: z.number().int().min(0).max(1_073_741_824).optional(),
    key: key.optional(),
  })
  .refine(({ key: _, ...settings }) => Object.values(settings).some((value) => value !== undefined), {
    path: ['max_agents'],
    message:
      'Say what to set: max_agents, undo_seconds, weight, ask_above, output_mib, keep_days or keep_mib.',
  });
export const nothing = z.strictObject({}).optional();
