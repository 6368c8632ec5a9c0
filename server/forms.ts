import { createHash } from 'node:crypto';
import { invalid } from './refusal.ts';

/** The fields of a form: each once, save `option`, which may repeat. */
export type Fields = ReadonlyMap<string, readonly string[]>;

const MOST_FIELDS = 64;
const REPEATED = ['option'];

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
 * A form as the input of a procedure: `option` becomes `options`, numbers become numbers. What the procedure
 * does not know, it refuses.
 */
export function formInput(fields: Fields): Record<string, unknown> {
  const input: Record<string, unknown> = {};
  for (const [name, values] of fields) {
    if (name === 'option') input.options = values;
    else if (name === 'version') input.version = Number(values[0]);
    else input[name] = values[0];
  }
  return input;
}

/** A form sent twice is the same mutation: its key is the digest of what it does, to what, with which input. */
export function formKey(action: string, chunk: string, fields: Fields): string {
  const parts = JSON.stringify([action, chunk, [...fields].sort(([a], [b]) => (a < b ? -1 : 1))]);
  return `form-${createHash('sha256').update(parts).digest('hex')}`;
}
