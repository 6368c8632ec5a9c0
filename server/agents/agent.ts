import type { AgentDefinition } from '../../shared/agent-words.ts';
import type { Item } from '../../shared/item-words.ts';
import type { Message, Unit } from '../../shared/words.ts';
import type { UnitWork } from '../../shared/work-words.ts';

/** What is to be done, by whom it was asked, and where. */
export interface Task {
  readonly unit: Pick<Unit, 'chunk' | 'title' | 'goal' | 'spec'>;
  readonly phase: string;
  readonly run: number;
  /** What was answered and that no run has used yet, and what was said to runs that did not end well. */
  readonly answered: readonly Item[];
  readonly messages: readonly Message[];
  /** The file that holds all of it, and whether arguments and prompt are to say only where it is. */
  readonly answers_file: string;
  readonly by_file: boolean;
  /** The session of the unit's last run by the same agent, to go on with; null: there is none. */
  readonly session: string | null;
  /** The folder of the project, whose files say what to do. */
  readonly project: string;
  /** The worktree in which it works; null: it works in the project's folder. */
  readonly work: TaskWork | null;
}

/** Of a worktree, what an agent has to know. */
export interface TaskWork extends Pick<UnitWork, 'path' | 'branch' | 'base' | 'base_commit' | 'rebasing'> {}

/** What can carry out a run. Says which program to start; starting and watching it is the same for all. */
export interface Agent {
  readonly name: string;
  /** Names of environment variables that it needs beside those of the unit. */
  readonly env: readonly string[];
  /** How it is told that the operator has said something meanwhile. */
  readonly interrupt: AgentDefinition['interrupt'];
  /**
   * The program and its arguments, each a whole argument: nothing is spliced into a shell string. Throws an
   * error with a sentence where the task cannot be put so, `AnswersTooLong` where only the answers are why.
   */
  command(task: Task): readonly string[];
}

/** What was answered does not fit into an argument; told where its file is, the agent could read it. */
export class AnswersTooLong extends Error {}
