import { createHash } from 'node:crypto';

/**
 * The key of what a tool call asks: of this run, and the same when the call is repeated. An item, and a note that
 * the call was refused, are found by it.
 */
export function callKey(marker: string, call: string): string {
  const isPlain = /^[A-Za-z0-9._-]{1,64}$/.test(call);
  return `${marker}:${isPlain ? call : createHash('sha256').update(call).digest('hex').slice(0, 40)}`;
}
