/** Options of the hub from its command line. */
import { DOOR_FLAGS, type DoorOptions, doorOptions, parseFlags } from '../server/daemon/options.ts';
import { Problem } from '../server/system/problem.ts';

export interface HubOptions {
  /** 0: any free one; null: that of the last start, or the default. */
  readonly port: number | null;
  readonly door: DoorOptions;
}

/** Throws a `Problem` that names the wrong option. */
export function hubOptions(argv: readonly string[]): HubOptions {
  const values = parseFlags(argv, DOOR_FLAGS);
  return { port: values.port === undefined ? null : portIn(values.port), door: doorOptions(values) };
}

function portIn(text: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port;
  throw new Problem('usage', `--port takes a number from 0 to 65535, not "${text}".`);
}
