/** What the daemon is started with: reads its command line. */
import { realpathSync, statSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Problem } from './problem.ts';

const FLAGS = {
  project: { type: 'string', default: '.' },
  port: { type: 'string' },
  plan: { type: 'string' },
  'max-agents': { type: 'string' },
  'undo-seconds': { type: 'string' },
} as const;

export interface Options {
  /** The real path of the folder in which runs work. */
  readonly project: string;
  readonly port: number | null;
  readonly plan: string | null;
  /** What to set for good; the rest stays as it was. */
  readonly settings: { readonly max_agents: number | undefined; readonly undo_seconds: number | undefined };
}

/** Throws a `Problem` whose sentence names what is wrong. */
export function readOptions(argv: readonly string[]): Options {
  const values = parseFlags(argv);
  return {
    project: projectOf(values.project),
    port: values.port === undefined ? null : whole('--port', values.port, 65_535),
    plan: values.plan ?? null,
    settings: {
      max_agents: optionalWhole('--max-agents', values['max-agents'], 1000),
      undo_seconds: optionalWhole('--undo-seconds', values['undo-seconds'], 3600),
    },
  };
}

function parseFlags(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: FLAGS }).values;
  } catch (error) {
    throw new Problem('usage', error instanceof Error ? error.message : String(error));
  }
}

function projectOf(folder: string): string {
  try {
    const real = realpathSync(folder);
    if (statSync(real).isDirectory()) return real;
  } catch {
    // said below
  }
  throw new Problem('usage', `There is no folder ${folder}.`);
}

const optionalWhole = (name: string, text: string | undefined, most: number): number | undefined =>
  text === undefined ? undefined : whole(name, text, most);

function whole(name: string, text: string, most: number): number {
  if (!/^\d{1,6}$/.test(text) || Number(text) > most)
    throw new Problem('usage', `${name} takes a whole number from 0 to ${most}, not "${text}".`);
  return Number(text);
}
