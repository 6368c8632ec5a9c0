/**
 * The glossary of Signalbox, and the type of each fact.
 *
 * | word           | meaning                                                                       |
 * |----------------|-------------------------------------------------------------------------------|
 * | chunk          | the name of one piece of work, unique among the units that exist              |
 * | work unit      | a chunk on its way through its phases: the thing that is scheduled            |
 * | phase          | a step of that way                                                            |
 * | run            | one attempt of one agent at one phase of one unit                             |
 * | agent          | what carries out a run: a shell command, or a program that `signalbox.json` names |
 * | attention item | something that needs the operator                                             |
 * | event          | one thing that happened, numbered; the log of events is the only news         |
 * | board          | what a viewer sees: ranked rows for a query (`board.ts`)                      |
 *
 * Facts carry the names under which they travel (forms, JSON, the log), hence `snake_case`.
 * Every moment is an ISO 8601 string in UTC with milliseconds, so text order is time order.
 *
 * Beside these: `access-words.ts` (doors, roles, tokens, sessions), `agent-words.ts`, `conflict-words.ts`,
 * `executor-words.ts`, `item-words.ts`, `reason-words.ts`, `settings-words.ts`, `work-words.ts`.
 */
import type { Conflict } from './conflict-words.ts';
import type { RunCarrier } from './executor-words.ts';
import type { Item } from './item-words.ts';
import type { PolicyRule } from './policy-words.ts';
import type { BrokenLimit, Closing, Hold, NeverBegan } from './reason-words.ts';
import type { RunUsage } from './usage-words.ts';
import type { MergeMode, UnitWork } from './work-words.ts';

export type Moment = string;

/** Valid names of chunks. */
export const CHUNK = /^[a-z0-9][a-z0-9_-]{0,62}$/;
export const CHUNK_RULE = 'a lower-case letter or digit, then up to 62 of a–z, 0–9, "_" and "-"';
/** Valid names of phases. */
export const PHASE = /^[A-Z][A-Z0-9_]{0,62}$/;

/** One phase of a unit and the shell command that carries it out; none where an agent or somebody else does the work. */
export interface Step {
  readonly phase: string;
  readonly command: string | null;
}

/** Exit codes after which a run is retried automatically: after `delay` seconds, then twice that, and so on. */
export interface RetryPolicy {
  readonly times: number;
  readonly delay: number;
  readonly on: readonly number[];
}

/** A unit as it was declared. Adding the same chunk again with equal facts changes nothing. */
export interface UnitSpec {
  readonly chunk: string;
  readonly title: string;
  readonly goal: string;
  readonly steps: readonly Step[];
  /** The agent that carries out every phase; null: each step has its command, or the unit is external. */
  readonly agent: string | null;
  /** Chunks that must be DONE first; a name that nobody has added yet counts as not done. */
  readonly after: readonly string[];
  /** Environment variables that its runs get in addition to the usual ones. */
  readonly env: readonly string[];
  readonly priority: number;
  /** Globs of the files that it declares to touch. */
  readonly paths: readonly string[];
  /** Somebody else does the work and reports: no process, no slot. */
  readonly external: boolean;
  /** Phases to which a person must agree before the next one starts. */
  readonly review: readonly string[];
  readonly retry: RetryPolicy | null;
  /** Seconds after which a live run makes the unit stuck; null: never. */
  readonly time_limit: number | null;
  /** Whether it works in a worktree; null: where it has an agent and the project is in a repository. */
  readonly worktree: boolean | null;
  /** The branch that its work returns to, and what becomes of it; null: as the project says. */
  readonly base: string | null;
  readonly merge: MergeMode | null;
  /** US dollars after which the operator is asked before it goes on; absent: never. */
  readonly budget_usd?: number;
  /** The executor on which it works, or `local`; absent: as the operator's `executors.json` says. */
  readonly executor?: string;
  /** Of an agent driven by its protocol, by the agent's own ids; absent: as its definition says. */
  readonly model?: string;
  readonly mode?: string;
}

/** The facts of a work unit. Its status is not among them: it is derived from them (`status.ts`). */
export interface Unit {
  readonly id: number;
  readonly chunk: string;
  readonly spec: UnitSpec;
  readonly title: string;
  readonly goal: string;
  readonly priority: number;
  readonly paths: readonly string[];
  /** How many phases are finished; the current one is `spec.steps[finished]`. */
  readonly finished: number;
  /** Dependencies still open, and those met once (they stay met). */
  readonly open: readonly string[];
  readonly met: readonly string[];
  readonly added_at: Moment;
  readonly closed: Closing | null;
  readonly done_at: Moment | null;
  /** Why the next phase may not start until the operator says so; null: it may. */
  readonly held: Hold | null;
  readonly removed_at: Moment | null;
  /** Since when it is in the archive; absent: it is in the live state. */
  readonly archived_at?: Moment;
  /** When a failed run is retried automatically; null: no retry is planned. */
  readonly retry_due: Moment | null;
  /** Runs up to this number do not count as earlier attempts. */
  readonly counted_from: number;
  /** Null: it works in the project's folder, or nothing is planned yet. */
  readonly work: UnitWork | null;
  /** Permissions that the operator gives in this unit without being asked again; absent: none. */
  readonly rules?: readonly PolicyRule[];
  /** In millionths of a dollar, as it is now; absent: it has none. */
  readonly budget?: number;
  /** The day (UTC) on which it may go on although the day's budget is spent. */
  readonly day_allowed?: string;
  /** The number of the latest event about this unit. */
  readonly seq: number;
  readonly changed_at: Moment;
}

/** How a run ended: with an exit code, as reported, killed or stopped by us, vanished, cut off, or never begun. */
export type Outcome =
  | { readonly exit: 'exited'; readonly code: number }
  /** With exit code 0, after calls of these tools were refused without the operator. */
  | { readonly exit: 'refused'; readonly tools: readonly string[] }
  | { readonly exit: 'reported'; readonly success: boolean }
  | { readonly exit: 'killed' }
  | ({ readonly exit: 'stopped' } & BrokenLimit)
  | { readonly exit: 'vanished' }
  /** On another machine: its carrier ended it, as the daemon had not answered for so many seconds. */
  | { readonly exit: 'fenced'; readonly seconds: number }
  /** On another machine: nothing was heard of its carrier for so many seconds, and what it does is not known. */
  | { readonly exit: 'lost'; readonly seconds: number }
  | ({ readonly exit: 'never-began' } & NeverBegan);

/** What kept a run from going on, where something can be done about it beside trying again. */
export type StuckCode = 'answers-too-long' | WorkStuckCode;
/** worktree: it could not be made; snapshot: what is in it could not be kept; merge: the base could not be moved. */
export type WorkStuckCode = 'worktree' | 'snapshot' | 'merge';

/** One attempt at one phase. `process` is known once the wrapper lives; `outcome` once it has ended. */
export interface Run {
  readonly unit: number;
  readonly number: number;
  readonly phase: string;
  readonly agent: string;
  /** A random word in the arguments of the wrapper and the environment of the whole tree. */
  readonly marker: string;
  /** SHA-256 of the token that only its environment holds, in hex; null: it has none. */
  readonly token: string | null;
  readonly process: ProcessIdentity | null;
  /** The executor that carries it out; absent: this machine. */
  readonly executor?: string;
  /** SHA-256 of the secret that buys the one claim to it, in hex; absent: it works on this machine. */
  readonly claim?: string;
  /** What the executor's engine calls it; absent: it was not handed over yet. */
  readonly job?: string;
  /** Absent: nobody has claimed it. */
  readonly carrier?: RunCarrier;
  readonly started_at: Moment;
  readonly ended_at: Moment | null;
  readonly outcome: Outcome | null;
  /** The pending kill, and what follows it. */
  readonly kill: Kill | null;
  /** Messages of the operator to the live run, and how many of them it was signalled. */
  readonly messages: readonly Message[];
  readonly told: number;
  /** The agent's session id, with which a later run can resume; null: none reported. */
  readonly session: string | null;
  /** Tool calls that were refused without the operator. */
  readonly refused: readonly ToolRefusal[];
  /** What it last told the operator, who need not answer; absent: nothing. */
  readonly said?: string;
  /** What it has used, as its agent says; absent: nothing was said. */
  readonly usage?: RunUsage;
}

/** A tool call that was refused without the operator, or a question that reached nobody. */
export interface ToolRefusal {
  /** The key under which the call was, or would have been, an item. */
  readonly key: string;
  readonly tool: string;
  /** What it was about to do. */
  readonly subject: string;
}

/** What comes after the end of a run. stuck: it broke a limit, and a person is asked. */
export type Kill =
  | { readonly next: 'hold' | 'remove' }
  /** `text`: the operator's reason, if they gave one. */
  | { readonly next: 'close'; readonly text: string }
  | ({ readonly next: 'stuck' } & BrokenLimit);

export interface Message {
  readonly text: string;
  readonly at: Moment;
}

/** Identifies a process: the kernel reuses pids, but not with the same start time. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly started: string;
}

/** A unit with everything that hangs on it. */
export interface WorkUnit {
  readonly unit: Unit;
  readonly runs: readonly Run[];
  readonly items: readonly Item[];
  readonly conflicts: readonly Conflict[];
}

export type Status = 'DONE' | 'NEEDS_ATTENTION' | 'RUNNING' | 'BLOCKED' | 'READY';
/** In the order in which the process grid shows them. */
export const STATUSES: readonly Status[] = ['RUNNING', 'NEEDS_ATTENTION', 'READY', 'BLOCKED', 'DONE'];
