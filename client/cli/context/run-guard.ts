/** Refuses commands inside a run, except those that an agent may use. */
import type { Command } from 'commander';
import type { CallPlace } from '../../../shared/offline.ts';
import { ProgramError } from '../output/program-error.ts';

/**
 * Commands that are allowed inside a run, by full name; the daemon still checks each call. All
 * others are refused, including any that is added later.
 */
const RUN_MAY: ReadonlySet<string> = new Set([
  'ask',
  'withdraw',
  'report',
  'conflict',
  'history',
  'show',
  'logs',
  'wait',
  'diff',
  // Adapters between the agent and the daemon.
  'mcp',
  'claude',
  'acp',
]);

/** These print static text, or fail silently: a hook inside a run does nothing. */
const ANYBODY_MAY: ReadonlySet<string> = new Set(['completion', 'complete', 'hook']);

/** Checks before each command whether it was called inside a run. */
export function guardRuns(program: Command): void {
  program.hook('preAction', async (_, command) => {
    const name = nameOf(command);
    if (ANYBODY_MAY.has(name) || !(await isWithinRun())) return;
    if (!RUN_MAY.has(name))
      throw new ProgramError(
        'permission',
        `"signalbox ${name}" is not for what runs inside a run. A run may use: ${[...RUN_MAY].join(', ')}.`,
      );
    if (!process.env.SIGNALBOX_CREDENTIAL)
      throw new ProgramError(
        'permission',
        'This run has lost its credential: SIGNALBOX_CREDENTIAL is not in its environment. Let the shell tool pass it on.',
      );
  });
}

/** By the environment, or, if a shell tool dropped the variables, by the ancestor processes. */
async function isWithinRun(): Promise<boolean> {
  if (process.env.SIGNALBOX_MARKER) return true;
  const entry = new URL('./surroundings.js', import.meta.url).href;
  return ((await import(entry)) as CallPlace).isWithinRun();
}

/** The full name with its parent's: "origin add". */
function nameOf(command: Command): string {
  const { parent } = command;
  return parent?.parent ? `${nameOf(parent)} ${command.name()}` : command.name();
}
