/** What may be asked, by agents and by commands. */
import { z } from 'zod';
import { chunk, moment, run, words } from './fields.ts';

const option = z.strictObject({
  id: z
    .string()
    .regex(/^[A-Za-z0-9._-]{1,64}$/, 'An option id has 1 to 64 characters of A–Z, a–z, 0–9 and ._-'),
  label: words(200).min(1, 'An option needs a label.'),
  description: words(2000).default(''),
});

/** A diff or a plan, which the asker cuts at 64 kB. */
const CONTEXT_LENGTH = 65_536;

/** What an adapter says of a call that needs a permission: by this a rule may answer it. */
const permission = z.strictObject({
  agent: words(200).default(''),
  tool: words(200),
  kind: words(100).default(''),
  command: words(CONTEXT_LENGTH).nullable().default(null),
  paths: z.array(words(4096)).max(500).default([]),
  folder: words(4096).default(''),
  opaque: z.boolean().default(false),
  allow: z.string().max(64).nullable().default(null),
  deny: z.string().max(64).nullable().default(null),
});

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
    permission: permission.optional(),
  })
  .refine(
    ({ options, permission: { allow = null, deny = null } = {} }) =>
      [allow, deny].every((id) => id === null || options.some((option) => option.id === id)),
    { path: ['permission'], message: 'allow and deny are ids of options.' },
  )
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
  /** Where the asker gives up by itself. A moment, and no duration: the same ask may be sent again after a restart. */
  asker_waits: z
    .strictObject({ until: moment, after: z.enum(['here', 'terminal'], 'One of here, terminal.') })
    .optional(),
  questions: z.array(question).min(1, 'Ask something.').max(20, 'At most 20 questions at once.'),
});
