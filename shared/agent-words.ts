/** The programs that carry out phases, as `signalbox.json` names them. */
import type { WorkSettings } from './work-words.ts';

/** What an agent may be called. */
export const AGENT = /^[a-z][a-z0-9_-]{0,62}$/;

/** A program that carries out phases, as the project's `signalbox.json` names it. */
export interface AgentDefinition {
  readonly name: string;
  /** The program and its arguments. One that is a placeholder is replaced whole. */
  readonly command: readonly string[];
  /** Names of environment variables that its runs may see beside the usual ones. */
  readonly env: readonly string[];
  readonly phases: readonly string[];
  /** For a phase, the file in the project that holds its prompt. */
  readonly prompts: Readonly<Record<string, string>>;
  /** The signal that tells a live run of a new message; null: none, it looks by itself. */
  readonly interrupt: InterruptSignal | null;
  /** The program and its arguments where an earlier run of the unit named a session; null: it starts afresh. */
  readonly resume: readonly string[] | null;
}

/** How the command begins of an agent that the Agent Client Protocol drives. */
export const ACP_DRIVER: readonly string[] = ['signalbox', 'acp'];

/** Whether what its runs print is the driver's: who said what, which tool, what came back. */
export const isDrivenByAcp = ({ command }: Pick<AgentDefinition, 'command'>): boolean =>
  ACP_DRIVER.every((word, nth) => command[nth] === word);

/** The modes that its definition names: units may choose them also where nobody is asked in them. */
export const modesNamed = ({ command }: Pick<AgentDefinition, 'command'>): readonly string[] =>
  command
    .slice(0, command.includes('--') ? command.indexOf('--') : undefined)
    .filter((_, at, all) => all[at - 1] === '--mode' || all[at - 1] === '--free-mode');

export const INTERRUPT_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR1', 'SIGUSR2'] as const;
export type InterruptSignal = (typeof INTERRUPT_SIGNALS)[number];

/** The phases of an agent that names none. */
export const AGENT_PHASES: readonly string[] = ['GOAL', 'PLAN', 'IMPLEMENT', 'REVIEW'];

/** What the operator has looked at and trusts of a `signalbox.json`: its agents, and how they work in worktrees. */
export interface TrustedAgents {
  /** SHA-256 of the file that named them, in hex; empty: none was ever trusted. */
  readonly digest: string;
  readonly agents: readonly AgentDefinition[];
  readonly work: WorkSettings;
}
