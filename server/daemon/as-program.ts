import { forTerminal } from '../../shared/terminal-text.ts';
import { problemOf } from '../system/problem.ts';

/** Runs until `run` ends. Sets the exit code; a `Problem` is printed, and told to the parent of a background start, which waits for it. */
export async function asProgram(run: () => Promise<void>): Promise<void> {
  // An unwritable log (full disk, closed pipe) must not end the program.
  for (const stream of [process.stdout, process.stderr])
    stream.removeAllListeners('error').on('error', () => {});
  try {
    await run();
  } catch (error) {
    const problem = problemOf(error);
    if (!problem) throw error;
    console.error(forTerminal(`signalbox: ${problem.message}`));
    process.send?.(problem.message);
    process.exitCode = problem.exitCode;
  }
}
