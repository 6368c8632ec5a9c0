import { createHash } from 'node:crypto';

/**
 * The key of what a tool call asks: of this run, and the same when the call is repeated. An item, and a note that
 * the call was refused, are found by it. Hashed: whoever names the item on a command line must not carry the marker,
 * by which the processes of a run are known and ended.
 */
export const callKey = (marker: string, call: string): string =>
  createHash('sha256').update(`${marker}\0${call}`).digest('hex').slice(0, 40);
