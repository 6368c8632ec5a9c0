import { createHash } from 'node:crypto';
import { REPEATED, SEEN } from '../../shared/actions.ts';
import { invalid } from '../domain/refusal.ts';

/** The fields of a form: each once, save those that may repeat. */
export type Fields = ReadonlyMap<string, readonly string[]>;

const MOST_FIELDS = 64;

/** Reads a urlencoded body. No nesting, at most 64 fields. Throws a `Refusal` that names the field. */
export function readForm(body: string): Fields {
  const fields = new Map<string, string[]>();
  let count = 0;
  for (const [name, value] of new URLSearchParams(body)) {
    if (++count > MOST_FIELDS) throw invalid(name, `A form has at most ${MOST_FIELDS} fields.`);
    const values = fields.get(name) ?? [];
    if (values.length > 0 && !REPEATED.includes(name)) throw invalid(name, `"${name}" was sent twice.`);
    fields.set(name, [...values, value.replaceAll('\r\n', '\n')]);
  }
  return fields;
}

/**
 * A form sent twice is one mutation: its key is a digest of the action, its target, the version
 * and the input. A form without a version gets no key.
 */
export function formKey(action: string, chunk: string, fields: Fields): string | undefined {
  if (![SEEN, 'version', 'run'].some((name) => fields.has(name))) return undefined;
  const parts = JSON.stringify([action, chunk, [...fields].sort(([a], [b]) => (a < b ? -1 : 1))]);
  return `form-${createHash('sha256').update(parts).digest('hex')}`;
}
