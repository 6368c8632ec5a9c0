/** Why a command ends without success: a sentence on stderr and an exit code (sysexits.h where one fits). */
export class ProgramError extends Error {
  readonly exitCode: number;
  constructor(kind: keyof typeof EXIT, message: string) {
    super(message);
    this.exitCode = EXIT[kind];
  }
}

/** The daemon cannot be asked; why, its state folder says (`daemon-trouble.ts`). */
export class DaemonUnreachable extends ProgramError {
  readonly what: 'absent' | 'silent';
  constructor(what: 'absent' | 'silent', socketPath: string) {
    if (what === 'absent')
      super('absent', `No Signalbox answers at ${socketPath}. Start it: signalbox start`);
    else super('timeout', `What listens at ${socketPath} does not answer. Look closer: signalbox doctor`);
    this.what = what;
  }
}

/** Parts of the server that run in this process end with an exit code of their own. */
export const exitCodeOf = (error: Error & { exitCode?: unknown }): number =>
  typeof error.exitCode === 'number' ? error.exitCode : EXIT.failed;

export const EXIT = {
  /** The daemon said no. */
  refused: 1,
  /** The question that this command waits for was withdrawn. */
  withdrawn: 3,
  /** What this command waits for can no longer come. */
  never: 4,
  usage: 64,
  /** A file cannot be taken. */
  data: 65,
  /** No daemon runs for this project. */
  absent: 69,
  /** Something went wrong in the daemon or on the way. */
  failed: 70,
  /** The disk is full, or cannot be written. */
  disk: 74,
  /** It took longer than it was given; try again. */
  timeout: 75,
  /** The system forbids it: a file, or a sandbox around this process. */
  permission: 77,
  /** Not possible as this machine is set up. */
  config: 78,
  /** As if ended by SIGPIPE. */
  pipe: 141,
} as const;
