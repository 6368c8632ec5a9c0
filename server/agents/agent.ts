import type { AgentDefinition } from '../../shared/agent-words.ts';
import type { Item } from '../../shared/item-words.ts';
import type { Message, Unit } from '../../shared/words.ts';
import type { UnitWork } from '../../shared/work-words.ts';

/** The work of one run, as an agent gets it. */
export interface Task {
  readonly unit: Pick<Unit, 'chunk' | 'title' | 'goal' | 'spec'>;
  readonly phase: string;
  readonly run: number;
  /** Answers that no run has used yet, and messages to runs that failed. */
  readonly answered: readonly Item[];
  readonly messages: readonly Message[];
  /** The file with all answers, and whether arguments and prompt should only name it. */
  readonly answers_file: string;
  readonly by_file: boolean;
  /** The session of the last run by the same agent, to resume; null: none. */
  readonly session: string | null;
  /** The folder of the project, whose files say what to do. */
  readonly project: string;
  /** The worktree in which it works; null: it works in the project's folder. */
  readonly work: TaskWork | null;
}

/** Of a worktree, what an agent has to know. */
export interface TaskWork extends Pick<UnitWork, 'path' | 'branch' | 'base' | 'base_commit' | 'rebasing'> {}

/** Makes the command line of a run; starting and watching it is the same for all agents. */
export interface Agent {
  readonly name: string;
  /** Environment variables that it needs in addition to the unit's. */
  readonly env: readonly string[];
  /** The signal that tells it of a new message from the operator. */
  readonly interrupt: AgentDefinition['interrupt'];
  /**
   * Program and arguments, each passed whole: nothing is spliced into a shell string. Throws an
   * error with a message if the task cannot be expressed so, `AnswersTooLong` if only the answers are too long.
   */
  command(task: Task): readonly string[];
}

/** The answers do not fit into an argument; try again with the name of their file. */
export class AnswersTooLong extends Error {}
