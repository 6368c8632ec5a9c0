import { fileProblemOf } from '../../shared/file-problem.ts';

/** Why the daemon cannot start or continue: a message for the user, and an exit code (sysexits.h). */
export class Problem extends Error {
  readonly exitCode: number;
  constructor(kind: keyof typeof EXIT, message: string) {
    super(message);
    this.exitCode = EXIT[kind];
  }
}

const EXIT = {
  usage: 64,
  data: 65,
  disk: 74,
  running: 75,
  unreachable: 75,
  permission: 77,
  config: 78,
} as const;

/** Turns a system error into a problem; null: an internal error. */
export function problemOf(error: unknown): Problem | null {
  if (error instanceof Problem) return error;
  const found = fileProblemOf(error, 'the state folder');
  return found && new Problem(found.kind, found.message);
}
