/** What `signalbox.json` may say of worktrees. Its setup is a command, so it counts only once it is trusted. */
import { z } from 'zod';
import { MERGE_MODES, MERGE_STRATEGIES, WORK_DEFAULTS, type WorkSettings } from '../../shared/work-words.ts';
import { command, words } from '../api/fields.ts';

const glob = z
  .string()
  .min(1, 'Name a file.')
  .max(500)
  .refine(
    (text) => !text.startsWith('/') && !text.split('/').includes('..') && !text.includes('\0'),
    'A glob within the project.',
  );
const globs = z.array(glob).max(100);

export const workSettings: z.ZodType<WorkSettings> = z.strictObject({
  base: words(250).min(1, 'Name a branch.').nullable().default(WORK_DEFAULTS.base),
  copy: globs.default([]),
  link: globs.default([]),
  setup: command.nullable().default(WORK_DEFAULTS.setup),
  setup_limit: z.number().int().min(1, 'At least a second.').max(86_400).default(WORK_DEFAULTS.setup_limit),
  merge: z.enum(MERGE_MODES, `One of ${MERGE_MODES.join(', ')}.`).default(WORK_DEFAULTS.merge),
  strategy: z
    .enum(MERGE_STRATEGIES, `One of ${MERGE_STRATEGIES.join(', ')}.`)
    .default(WORK_DEFAULTS.strategy),
});
