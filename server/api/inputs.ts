/** Input schemas of the procedures: strict, with a message per mistake. Server only. */
import { z } from 'zod';
import { ITEM_KINDS } from '../../shared/item-words.ts';
import { LONGEST_SEARCH, ONLY } from '../../shared/query.ts';
import { STATUSES } from '../../shared/words.ts';
import { USAGE_BY } from '../board/usage-list.ts';
import { chunk, item, key, moment, own, paths, phase, priority, run, version, words } from './fields.ts';

/** Not by default: an input that was sent before stays the same, and so does what its key stands for. */
export const dryRun = { dry_run: z.boolean().optional() };
export const close = z.strictObject({
  chunk,
  reason: own,
  key: key.optional(),
  kill: z.boolean().default(false),
  ...dryRun,
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
export const kill = z.strictObject({ ...onUnit, ...dryRun, run: run.default(null) });
export const interrupt = z.strictObject({
  ...onUnit,
  run: run.default(null),
  text: words(20_000).refine((text) => text.trim() !== '', 'Say something.'),
});
export const hold = z.strictObject({ ...onUnit, why: own });
export const release = z.strictObject(onUnit);
export const prioritize = z.strictObject({ ...onUnit, priority });
export const link = z.strictObject({ ...onUnit, after: chunk });
export const unlink = link;
export const remove = z.strictObject({
  ...onUnit,
  ...dryRun,
  unlink: z.boolean().default(false),
  kill: z.boolean().default(false),
});

export const answer = z.strictObject({
  /** Items that ask the same: they get the same answer. Those that have ended or changed meanwhile stay as they are. */
  also: z.array(z.strictObject({ item, version })).max(200).optional(),
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
  why: own,
  key: key.optional(),
  ...dryRun,
});
export const confirm = z.strictObject({ chunk, item, run });
const amount = z.number('A number.').int('A whole number.').min(0).max(1e12);
/** Notes of a live run. */
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
  said: words(2000)
    .refine((text) => text.trim() !== '', 'Say something.')
    .optional(),
  /** The tokens of the whole run so far; the cost of its session, earlier runs of it included. */
  usage: z
    .strictObject({
      input_tokens: amount,
      output_tokens: amount,
      cached_tokens: amount,
      micro_usd: amount.nullable(),
    })
    .optional(),
});
/** A live run wants another turn of its agent. */
export const turn = z.strictObject({ chunk, run: z.number().int().min(1) });

/** The input type has a readonly list, so that callers can pass one. */
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
/** Whether to continue with changes, or end with the current state. */
const goOn = z.boolean().default(true);
export const pulses = z.strictObject({ ...query, follow: goOn });
export const bulk = z
  .strictObject({
    action: z.enum(['retry', 'hold', 'release', 'snooze'], 'One of retry, hold, release, snooze.'),
    status: query.status,
    kind: query.kind,
    q: query.q,
    why: own,
    minutes: z.number('Minutes are a number.').int().min(1).max(525_600).default(60),
    key: key.optional(),
    ...dryRun,
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
  /** At most one message every five seconds, for who does not look. */
  calm: z.boolean().default(false),
  /** The id of the call: the socket sets it, whatever the client says. */
  stream: z
    .union([z.number(), z.string().max(200, 'The id of a stream has at most 200 characters.')])
    .optional(),
});
/** `before`: its history stops before this event. */
export const unit = z.strictObject({ chunk, before: z.number().int().min(1).optional() });
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
  /** Whether to continue as the run prints, or end at the current end. */
  follow: z.boolean().default(true),
  /** base64: exact bytes. */
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
  overlapping_lines: words(10_000).default(''),
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
    keep_worktrees_days: z.number().int().min(0).max(36_500).optional(),
    archive_days: z.number().int().min(0).max(36_500).optional(),
    day_budget_usd: z.number().min(0).max(1_000_000).optional(),
    key: key.optional(),
  })
  .refine(({ key: _, ...settings }) => Object.values(settings).some((value) => value !== undefined), {
    path: ['max_agents'],
    message:
      'Say what to set: max_agents, undo_seconds, weight, ask_above, output_mib, keep_days, keep_mib, keep_worktrees_days, archive_days or day_budget_usd.',
  });
export const usage = z.strictObject({
  by: z.enum(USAGE_BY, `One of ${USAGE_BY.join(', ')}.`).default('unit'),
});
export const nothing = z.strictObject({}).optional();
