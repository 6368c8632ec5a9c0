/** Runs one command and exits with its code. */
import { CommanderError } from 'commander';
import { withHolder } from './context/unreachable-daemon.ts';
import { explainError, refusalIn } from './output/explain-error.ts';
import { DaemonUnreachable, EXIT, exitCodeOf } from './output/program-error.ts';
import { complain, printJson } from './output/terminal-output.ts';
import { program, socket } from './program.ts';

/** The reader closed the pipe, as in `signalbox ls | head`: no error message. */
const isBrokenPipe = (error: unknown): boolean => (error as { code?: unknown } | null)?.code === 'EPIPE';

process.stdout.on('error', (error) => {
  if (isBrokenPipe(error)) process.exit(EXIT.pipe);
  const told = explainError(error, socket);
  complain(told.message);
  process.exit(exitCodeOf(told));
});
// Without stderr, the exit code is all that can be reported.
process.stderr.on('error', () => {});

let wantsJson = false;
program.hook('preAction', (_, command) => {
  wantsJson = command.optsWithGlobals<{ json?: boolean }>().json === true;
});

async function run(): Promise<void> {
  try {
    await program.parseAsync();
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? 0 : EXIT.usage;
      return;
    }
    if (isBrokenPipe(error)) {
      process.exitCode = EXIT.pipe;
      return;
    }
    const told = explainError(error, socket);
    const whole = told instanceof DaemonUnreachable ? await withHolder(told, socket()) : told;
    process.exitCode = exitCodeOf(whole);
    complain(whole.message);
    const refusal = refusalIn(error);
    if (refusal && wantsJson) await printJson({ error: refusal });
  }
}

await run();
