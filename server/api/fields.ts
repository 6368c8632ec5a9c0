/** Fields that several inputs share, with a sentence for each mistake. */
import { z } from 'zod';
import { parseMoment } from '../../shared/parse-moment.ts';
import { CHUNK, CHUNK_RULE, PHASE } from '../../shared/words.ts';

export const words = (most: number) => z.string().max(most, `At most ${most} characters.`);
/** A reason in the caller's own words; empty: none is given, as by an empty field of a form. */
export const own = words(2000)
  .default('')
  .transform((text) => text.trim());
export const key = z
  .string()
  .regex(/^[A-Za-z0-9._:-]{1,128}$/, '1 to 128 characters of A–Z, a–z, 0–9 and ._:-');
export const run = z.number().int().min(0).nullable();

export const chunk = z.string().regex(CHUNK, `A chunk is ${CHUNK_RULE}.`);
export const item = key;
export const version = z.number().int().min(1);
export const command = words(100_000).min(1, 'Say which command.');

export const moment = z.string().transform((text, ctx) => {
  const found = parseMoment(text);
  if (found !== null) return found;
  ctx.addIssue({
    code: 'custom',
    message: 'A moment with its offset, as in 2026-01-31T09:00:00+02:00 or 2026-01-31T07:00Z.',
  });
  return z.NEVER;
});

export const phase = z.string().regex(PHASE, 'A phase is a word of up to 63 of A–Z, 0–9 and "_".');
export const environmentName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]{0,199}$/, 'The name of an environment variable.');
export const priority = z
  .number()
  .int('A whole number.')
  .min(-1000, 'At least -1000.')
  .max(1000, 'At most 1000.');
/** Becomes an argument of a program. */
export const word = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[^-\s][^\s\0]*$/, 'A word that does not begin with "-".');
export const paths = z.array(words(500).min(1)).max(1000);

/** Less than a cent is none that anybody means. */
export const budget = z.number('US dollars, a number.').min(0.01, 'At least 0.01.').max(1_000_000);
