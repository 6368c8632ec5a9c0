import { Argument, type Command } from 'commander';
import { overHttp } from '../../daemon/daemon-client.ts';
import { socketFor } from '../context/project.ts';
import { print } from '../output/terminal-output.ts';
import { candidatesFor, projectIn } from './candidates.ts';
import { SCRIPTS, SHELLS, type Shell } from './shell-scripts.ts';

/** A slower daemon is not waited for: the user has pressed Tab. */
const PATIENCE_MS = 500;

/** The command that prints the shell scripts, and the hidden command that they call. */
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

/** Prints one candidate per line. Errors print nothing: a message would disturb the line being typed. */
async function complete(program: Command, words: readonly string[]): Promise<void> {
  const now = () => {
    const daemon = overHttp(socketFor(projectIn(words)));
    return daemon.board.now.query({}, { signal: AbortSignal.timeout(PATIENCE_MS) });
  };
  const candidates = await candidatesFor(program, words, now).catch(() => []);
  const printable = candidates.filter((candidate) => /^[\x21-\x7e]+$/.test(candidate));
  if (printable.length > 0) await print(printable.join('\n'));
}
