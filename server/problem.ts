/** Why the daemon cannot start or go on: a sentence for a person, and an exit code (sysexits.h) for a script. */
export class Problem extends Error {
  readonly exitCode: number;
  constructor(kind: keyof typeof EXIT, sentence: string) {
    super(sentence);
    this.exitCode = EXIT[kind];
  }
}

const EXIT = { usage: 64, data: 65, disk: 74, running: 75, permission: 77, config: 78 } as const;
