import type { z } from 'zod';
import { parseJson } from '../../shared/json-text.ts';
import { Problem } from '../system/problem.ts';
import { refusalOf } from './refusal-of.ts';

/** The settings in a text. Throws a `Problem` that names `path`, and the field. */
export function settingsIn<Settings>(path: string, text: string, schema: z.ZodType<Settings>): Settings {
  let json: unknown;
  try {
    json = parseJson(text);
  } catch (error) {
    throw new Problem('data', `${path} is not JSON: ${(error as Error).message}`);
  }
  const read = schema.safeParse(json);
  if (!read.success) throw new Problem('data', `${path} cannot be taken. ${refusalOf(read.error)?.message}`);
  return read.data;
}
