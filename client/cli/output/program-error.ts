/** Ends a command: a message for stderr and an exit code (from sysexits.h where one fits). */
export class ProgramError extends Error {
  readonly exitCode: number;
  constructor(kind: keyof typeof EXIT, message: string) {
    super(message);
    this.exitCode = EXIT[kind];
  }
}

/** The daemon does not answer; `unreachable-daemon.ts` adds the reason from its state folder. */
export class DaemonUnreachable extends ProgramError {
  readonly what: 'absent' | 'silent';
  constructor(what: 'absent' | 'silent', socketPath: string) {
    if (what === 'absent')
      super('absent', `No Signalbox answers at ${socketPath}. Start it: signalbox start`);
    else super('timeout', `What listens at ${socketPath} does not answer. Look closer: signalbox doctor`);
    this.what = what;
  }
}

/** Errors of server code that runs in this process bring their own exit code. */
export const exitCodeOf = (error: Error & { exitCode?: unknown }): number =>
  typeof error.exitCode === 'number' ? error.exitCode : EXIT.failed;

export const EXIT = {
  /** The daemon refused it. */
  refused: 1,
  /** The question that this command waits for was withdrawn. */
  withdrawn: 3,
  /** What this command waits for can no longer happen. */
  never: 4,
  usage: 64,
  /** A file is invalid. */
  data: 65,
  /** No daemon runs for this project. */
  absent: 69,
  /** An internal error, in the daemon or in the connection. */
  failed: 70,
  /** The disk is full or not writable. */
  disk: 74,
  /** A timeout; try again. */
  timeout: 75,
  /** The system forbids it: a file, or a sandbox around this process. */
  permission: 77,
  /** This machine or its configuration does not allow it. */
  config: 78,
  /** As if ended by SIGPIPE. */
  pipe: 141,
} as const;
