import { fileProblemOf } from '../../shared/file-problem.ts';

/** Why the daemon cannot start or go on: a sentence for a person, and an exit code (sysexits.h) for a script. */
export class Problem extends Error {
  readonly exitCode: number;
  constructor(kind: keyof typeof EXIT, message: string) {
    super(message);
    this.exitCode = EXIT[kind];
  }
}

const EXIT = { usage: 64, data: 65, disk: 74, running: 75, permission: 77, config: 78 } as const;

/** A refusal of the system as a problem for a person; null for what is a mistake of ours. */
export function problemOf(error: unknown): Problem | null {
  if (error instanceof Problem) return error;
  const found = fileProblemOf(error, 'the state folder');
  return found && new Problem(found.kind, found.message);
}
