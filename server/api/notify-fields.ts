/** A policy of notices as people write it: the same in the operator's file, a command, a form and a call. */
import { z } from 'zod';
import { ITEM_KINDS } from '../../shared/item-words.ts';
import { parseQuiet, QUIET_RULE } from '../domain/quiet-hours.ts';

/** Limits of what a policy may say, for the file and for those who set it otherwise. */
const MOST_IMPACT = 1_000_000;
const MOST_SECONDS = 86_400;

const whole = (most: number) => {
  const rule = `A whole number from 0 to ${most}.`;
  return z.int(rule).min(0, rule).max(most, rule);
};
const quiet = z.string(QUIET_RULE).transform((text, ctx) => {
  const found = parseQuiet(text);
  if (found !== undefined) return found;
  ctx.addIssue({ code: 'custom', message: QUIET_RULE });
  return z.NEVER;
});
const yes = z.boolean('true or false.');
/** A policy as people write it; the same for the file, a command, a form and a call. */
export const policyFields = {
  on: yes.optional(),
  kinds: z
    .array(z.enum(ITEM_KINDS, `One of ${ITEM_KINDS.join(', ')}.`), `A list of ${ITEM_KINDS.join(', ')}.`)
    .min(1, 'At least one kind; to be told of nothing, set on to off.')
    .transform((kinds) => ITEM_KINDS.filter((kind) => kinds.includes(kind)))
    .optional(),
  min_impact: whole(MOST_IMPACT).optional(),
  quiet: quiet.optional(),
  away_seconds: whole(MOST_SECONDS).optional(),
  gather_seconds: whole(MOST_SECONDS).optional(),
  sound: yes.optional(),
};

/** Of a page. `looks`: it is visible; `shows`: it shows notifications. */
export const watching = z.strictObject({
  looks: z.boolean(),
  shows: z.boolean().default(false),
  follow: z.boolean().default(true),
});
