/** What may be said to a procedure: strict shapes, with a sentence for each mistake. On the server only. */
import { z } from 'zod';
import { CHUNK, CHUNK_RULE, PHASE, STATUSES, type UnitSpec } from '../shared/words.ts';

const ANSWER_BYTES = 64 * 1024;
const words = (most: number) => z.string().max(most, `At most ${most} characters.`);
const key = z.string().regex(/^[A-Za-z0-9._:-]{1,128}$/, '1 to 128 characters of A–Z, a–z, 0–9 and ._:-');
const run = z.number().int().min(0).nullable();

export const chunk = z.string().regex(CHUNK, `A chunk is ${CHUNK_RULE}.`);
const item = key;
const version = z.number().int().min(1);
const command = words(100_000).min(1, 'Say which command.');

const unit = z
  .strictObject({
    chunk,
    title: words(200).default(''),
    goal: words(20_000).default(''),
    command: command.optional(),
    commands: z.record(z.string().regex(PHASE, 'A phase is a word of A–Z, 0–9 and "_".'), command).optional(),
    after: z.array(chunk).max(1000).default([]),
    env: z
      .array(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'The name of an environment variable.'))
      .max(100)
      .default([]),
    priority: z.number().int().min(-1000).max(1000).default(0),
  })
  .refine((unit) => (unit.command === undefined) !== (Object.keys(unit.commands ?? {}).length === 0), {
    path: ['command'],
    message: 'Give either "command" or "commands" (a phase and its command each).',
  });

/** A unit as people write it, made whole. */
export function specOf(input: z.output<typeof unit>): UnitSpec {
  const { chunk, title, goal, command, commands, after, env, priority } = input;
  const steps =
    command === undefined
      ? Object.entries(commands ?? {}).map(([phase, command]) => ({ phase, command }))
      : [{ phase: 'IMPLEMENT', command }];
  return { chunk, title, goal, steps, after: [...new Set(after)], env: [...new Set(env)], priority };
}

export const plan = z.strictObject({
  units: z.array(unit).min(1, 'Name at least one unit.').max(20_000),
});
export const add = z.strictObject({ ...plan.shape, key: key.optional() });
export const retry = z.strictObject({ chunk, key: key.optional() });
export const close = z.strictObject({
  chunk,
  reason: words(2000).default('closed by the operator'),
  key: key.optional(),
});

const option = z.strictObject({
  id: z
    .string()
    .regex(/^[A-Za-z0-9._-]{1,64}$/, 'An option id has 1 to 64 characters of A–Z, a–z, 0–9 and ._-'),
  label: words(200).min(1, 'An option needs a label.'),
  description: words(2000).default(''),
});

export const ask = z
  .strictObject({
    key,
    chunk,
    run,
    asked_by: words(100).default('agent'),
    prompt: words(20_000).refine((text) => text.trim() !== '', 'Say what you want to know.'),
    context: z
      .array(z.strictObject({ label: words(200), text: words(20_000) }))
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
  })
  .refine((asked) => asked.allows_text || asked.options.length > 0, {
    path: ['options'],
    message: 'Without text there must be options to choose from.',
  });

export const answer = z.strictObject({
  chunk,
  item: item.nullable().default(null),
  version: version.nullable().default(null),
  options: z.array(z.string().max(64)).max(50).default([]),
  text: z
    .string()
    .refine(
      (text) => Buffer.byteLength(text) <= ANSWER_BYTES,
      `An answer has at most ${ANSWER_BYTES / 1024} KiB.`,
    )
    .default(''),
  key: key.optional(),
});

export const undo = z.strictObject({ chunk, item, version, key: key.optional() });
export const withdraw = z.strictObject({
  chunk,
  item,
  why: words(2000).default('no longer needed'),
  key: key.optional(),
});
export const confirm = z.strictObject({ chunk, item, run });

const query = {
  status: z.array(z.enum(STATUSES as [string, ...string[]])).optional(),
  chunk: chunk.optional(),
  item: item.optional(),
};
export const board = z.strictObject(query);
/** `from` is `epoch:seq`; a client that reconnects sends `lastEventId` instead, in the same form. */
export const follow = z.strictObject({
  ...query,
  from: z.string().max(64).optional(),
  lastEventId: z.string().max(64).optional(),
});
export const one = z.strictObject({ chunk });
export const transcript = z.strictObject({
  chunk,
  run: z.number().int().min(1).optional(),
  offset: z.number().int().min(0).default(0),
  /** Go on as the run prints; else end at the end of what there is. */
  follow: z.boolean().default(true),
  lastEventId: z
    .string()
    .regex(/^\d{1,15}$/)
    .optional(),
});
export const nothing = z.strictObject({}).optional();
