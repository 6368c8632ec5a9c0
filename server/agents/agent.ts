import type { Step, UnitSpec } from '../../shared/words.ts';

/** What can carry out a run. Says which program to start; starting and watching it is the same for all. */
export interface Agent {
  readonly name: string;
  /** The program and its arguments, each a whole argument: nothing is spliced into a shell string. */
  command(spec: UnitSpec, step: Step): readonly string[];
}
