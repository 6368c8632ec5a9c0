/** What the terminal does inside a run: the one place where commands are refused there. */
import type { Command } from 'commander';
import type { CallPlace } from '../../shared/offline.ts';
import { ProgramError } from './program-error.ts';

/**
 * The commands that ask the daemon for what a run may have, by their whole names; the daemon decides how much. All
 * others are refused inside a run, and so is every command that is not written yet.
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
  // Speak for their run to the agent in it.
  'mcp',
  'claude',
  'acp',
]);

/** Print words of this program; they ask nobody, or are refused in silence: a hook inside a run does nothing. */
const ANYBODY_MAY: ReadonlySet<string> = new Set(['completion', 'complete', 'hook']);

/** Looks before each command whether it was called inside a run. */
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

/** By the variables of a run, or, where a shell tool has dropped them, by the processes that this one descends from. */
async function isWithinRun(): Promise<boolean> {
  if (process.env.SIGNALBOX_MARKER) return true;
  const entry = new URL('./surroundings.js', import.meta.url).href;
  return ((await import(entry)) as CallPlace).isWithinRun();
}

/** "origin add" for the inner of the two. */
function nameOf(command: Command): string {
  const { parent } = command;
  return parent?.parent ? `${nameOf(parent)} ${command.name()}` : command.name();
}
