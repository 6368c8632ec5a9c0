import type { AgentDefinition, Item, Unit } from '../../shared/words.ts';

/** What is to be done, by whom it was asked, and where. */
export interface Task {
  readonly unit: Pick<Unit, 'chunk' | 'title' | 'goal' | 'spec'>;
  readonly phase: string;
  readonly run: number;
  /** What was answered since the last run: this one is the first to get it. */
  readonly answered: readonly Item[];
  /** The folder in which it works. */
  readonly project: string;
}

/** What can carry out a run. Says which program to start; starting and watching it is the same for all. */
export interface Agent {
  readonly name: string;
  /** Names of environment variables that it needs beside those of the unit. */
  readonly env: readonly string[];
  /** How it is told that the operator has said something meanwhile. */
  readonly interrupt: AgentDefinition['interrupt'];
  /**
   * The program and its arguments, each a whole argument: nothing is spliced into a shell string. Throws an
   * error with a sentence where the task cannot be put so.
   */
  command(task: Task): readonly string[];
}
