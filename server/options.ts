/** What the daemon is started with: its command line, and what else has a say in it (`start-settings.ts`). */
import { realpathSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { parseArgs } from 'node:util';
import { Problem } from './problem.ts';
import { startSettings } from './start-settings.ts';

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
  /** null: the one of the last start, or the default. */
  readonly port: number | null;
  readonly plan: string | null;
  /** What to set for good; the rest stays as it was. */
  readonly settings: { readonly max_agents: number | undefined; readonly undo_seconds: number | undefined };
}

/** Throws a `Problem` whose sentence names what is wrong. */
export function readOptions(argv: readonly string[], env = process.env, home = homedir()): Options {
  const values = parseFlags(argv);
  const said = startSettings({ ...values }, env, home);
  return {
    project: projectOf(values.project),
    port: said.port ?? null,
    plan: values.plan ?? null,
    settings: { max_agents: said['max-agents'], undo_seconds: said['undo-seconds'] },
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
