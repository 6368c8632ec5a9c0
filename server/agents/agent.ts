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
  /** The folder in which it works, as it is called on the other machine; absent: it works on this one. */
  readonly there?: string;
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
   * Program and arguments, each passed whole: nothing is spliced into a shell string. Throws
   * `NoCommand` if the task cannot be expressed so; `answers-too-long`: not with the answers in it, but with their file.
   */
  command(task: Task): readonly string[];
}

/** Why a task cannot be expressed as a command: `code` and `detail` as in `NeverBegan`. */
export class NoCommand extends Error {
  readonly code: NoCommandCode;
  readonly detail: string;
  constructor(code: NoCommandCode, detail: string) {
    super(`${code}: ${detail}`);
    this.code = code;
    this.detail = detail;
  }
}
type NoCommandCode =
  | 'answers-too-long'
  | 'argument-too-long'
  | 'prompt-file-missing'
  | 'prompt-file-outside'
  | 'prompt-file-too-large';
