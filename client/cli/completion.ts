import { Argument, type Command } from 'commander';
import { overHttp } from '../daemon/daemon-client.ts';
import { candidatesFor, projectIn } from './candidates.ts';
import { SCRIPTS, SHELLS, type Shell } from './completion-scripts.ts';
import { print } from './output.ts';
import { socketFor } from './project.ts';

/** Somebody has pressed a key and waits: a daemon that is slower than this is not asked. */
const PATIENCE_MS = 500;

/** The scripts for shells, and the hidden command that they ask. */
export function addCompletion(program: Command): void {
  program
    .command('completion')
    .description('print the script for completion in a shell')
    .addArgument(new Argument('<shell>', 'for which shell').choices(SHELLS))
    .action((shell: Shell) => print(SCRIPTS[shell]));
  program
    .command('complete', { hidden: true })
    .argument('[words...]')
    .action((words: string[]) => complete(program, words));
}

/** One candidate a line. Whatever goes wrong, there are none: nobody wants to read about it while typing. */
async function complete(program: Command, words: readonly string[]): Promise<void> {
  const now = () => {
    const daemon = overHttp(socketFor(projectIn(words)));
    return daemon.board.now.query({}, { signal: AbortSignal.timeout(PATIENCE_MS) });
  };
  const candidates = await candidatesFor(program, words, now).catch(() => []);
  const printable = candidates.filter((candidate) => /^[\x21-\x7e]+$/.test(candidate));
  if (printable.length > 0) await print(printable.join('\n'));
}
