/** Options of the hub from its command line. */
import { parseArgs } from 'node:util';
import { type DoorOptions, doorOptions } from '../server/daemon/options.ts';
import { Problem } from '../server/system/problem.ts';

const FLAGS = {
  port: { type: 'string' },
  'no-auth': { type: 'boolean', default: false },
  'read-only': { type: 'boolean', default: false },
  'host-name': { type: 'string' },
  'public-origin': { type: 'string' },
  listen: { type: 'string' },
  name: { type: 'string', multiple: true },
  'tls-cert': { type: 'string' },
  'tls-key': { type: 'string' },
} as const;

export interface HubOptions {
  /** 0: any free one; null: that of the last start, or the default. */
  readonly port: number | null;
  readonly door: DoorOptions;
}

/** Throws a `Problem` that names the wrong option. */
export function hubOptions(argv: readonly string[]): HubOptions {
  const values = parseFlags(argv);
  return { port: values.port === undefined ? null : portIn(values.port), door: doorOptions(values) };
}

function parseFlags(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: FLAGS }).values;
  } catch (error) {
    throw new Problem('usage', error instanceof Error ? error.message : String(error));
  }
}

function portIn(text: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port;
  throw new Problem('usage', `--port takes a number from 0 to 65535, not "${text}".`);
}
