/**
 * The words of Signalbox, and the shape of each fact.
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
 */

export type Moment = string;

/** What a chunk may be called. */
export const CHUNK = /^[a-z0-9][a-z0-9_-]{0,62}$/;
export const CHUNK_RULE = 'a lower-case letter or digit, then up to 62 of a–z, 0–9, "_" and "-"';
/** What a phase may be called. */
export const PHASE = /^[A-Z][A-Z0-9_]{0,62}$/;

/** What an agent may be called. */
export const AGENT = /^[a-z][a-z0-9_-]{0,62}$/;

/** One phase of a unit and the shell command that carries it out; none where an agent or somebody else does the work. */
export interface Step {
  readonly phase: string;
  readonly command: string | null;
}

/** After which exit codes a run is tried again by itself: `delay` seconds later, then twice that, and so on. */
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
  /** Names of environment variables that the runs of this unit may see beside the usual ones. */
  readonly env: readonly string[];
  readonly priority: number;
  /** Globs of the files that it will touch. */
  readonly paths: readonly string[];
  /** Somebody else does the work and reports: no process, no slot. */
  readonly external: boolean;
  /** Phases to which a person must agree before the next one starts. */
  readonly review: readonly string[];
  readonly retry: RetryPolicy | null;
  /** After how many seconds a live run is brought to a person; null: never. */
  readonly time_limit: number | null;
}

/** The facts of a work unit. Its status is not among them: it follows from them (`rank.ts`). */
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
  readonly closed: string | null;
  readonly done_at: Moment | null;
  /** Why the next phase may not start until the operator says so; null: it may. */
  readonly held: string | null;
  readonly removed_at: Moment | null;
  /** When a failed run is tried again by itself; null: nothing is planned. */
  readonly retry_due: Moment | null;
  /** Runs up to this one no longer count when it is decided whether to try again. */
  readonly counted_from: number;
  /** The number of the latest event about this unit. */
  readonly seq: number;
  readonly changed_at: Moment;
}

/** How a run ended: by itself with an exit code, as somebody reported, by us, without a trace, or before it began. */
export type Outcome =
  | { readonly exit: 'exited'; readonly code: number }
  /** With exit code 0, after calls of these tools were refused without the operator. */
  | { readonly exit: 'refused'; readonly tools: readonly string[] }
  | { readonly exit: 'reported'; readonly success: boolean }
  | { readonly exit: 'killed' }
  | { readonly exit: 'stopped'; readonly reason: string }
  | { readonly exit: 'vanished' }
  | { readonly exit: 'never-began'; readonly reason: string; readonly code?: StuckCode };

/** What kept a run from going on, where something can be done about it beside trying again. */
export type StuckCode = 'answers-too-long';

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
  readonly started_at: Moment;
  readonly ended_at: Moment | null;
  readonly outcome: Outcome | null;
  /** It is to end, and what comes then. */
  readonly kill: Kill | null;
  /** What the operator said to it while it was at work, and how many of these it has been told. */
  readonly messages: readonly Message[];
  readonly told: number;
  /** The agent's own name for its conversation, by which a later run can go on with it; null: it named none. */
  readonly session: string | null;
  /** Tool calls that were refused without the operator. */
  readonly refused: readonly ToolRefusal[];
}

/** A tool call that somebody other than the operator refused, or a question that reached nobody. */
export interface ToolRefusal {
  /** The key under which the call was, or would have been, an item. */
  readonly key: string;
  readonly tool: string;
  /** What it was about to do. */
  readonly subject: string;
}

/** stuck: it broke a limit, and a person is asked. */
export interface Kill {
  readonly next: 'hold' | 'close' | 'remove' | 'stuck';
  readonly reason: string;
}

export interface Message {
  readonly text: string;
  readonly at: Moment;
}

/** A process that cannot be mistaken for another: the kernel reuses numbers, not start times. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly started: string;
}

/**
 * question: an agent asks, in words; decision: an agent offers options only; review: a person must agree to a
 * phase; stuck: a run failed, vanished or takes too long; conflict: two units may be in each other's way.
 */
export type ItemKind = 'question' | 'decision' | 'review' | 'stuck' | 'conflict';
export const ITEM_KINDS: readonly ItemKind[] = ['question', 'decision', 'review', 'stuck', 'conflict'];

export interface ItemOption {
  readonly id: string;
  readonly label: string;
  readonly description: string;
}

/** What an asker says: the part of an item that makes it a new version when it differs. */
export interface Asking {
  readonly prompt: string;
  readonly context: readonly { readonly label: string; readonly text: string }[];
  readonly options: readonly ItemOption[];
  readonly multiple: boolean;
  readonly allows_text: boolean;
}

export interface Answer {
  readonly options: readonly string[];
  readonly text: string;
}

/** Something that needs the operator. Kept for ever; the history of a unit shows who said what. */
export interface Item extends Asking {
  readonly id: string;
  /** Keys of later runs that asked the same. */
  readonly keys: readonly string[];
  readonly version: number;
  readonly unit: number;
  readonly kind: ItemKind;
  readonly phase: string;
  readonly run: number;
  readonly asked_at: Moment;
  readonly asked_by: string;
  /** stuck: why, where it is one of the known reasons. */
  readonly code: StuckCode | null;
  /** conflict: the ids of the units about which the operator is asked; else none. */
  readonly rivals: readonly number[];
  /** Open, but out of the queue; null: it is not snoozed. */
  readonly snooze: Snooze | null;
  readonly answer: GivenAnswer | null;
  /** The answer is known to have been used; null: not yet. */
  readonly delivery: Delivery | null;
  readonly withdrawal: Withdrawal | null;
}

/** Out of the queue until a moment, or until a chunk is DONE: one of the two is set. */
export interface Snooze {
  readonly until: Moment | null;
  readonly for: string | null;
}

/** An answer as it was given to an item. */
export interface GivenAnswer extends Answer {
  readonly by: string;
  readonly via: Door;
  readonly at: Moment;
  /** The key under which it was given. */
  readonly key: string | null;
  /** When it goes out; until then it can be taken back. */
  readonly release_due: Moment;
  readonly released_at: Moment | null;
  /** The latest run that was given it when the run started. If that run ends well, the answer is delivered. */
  readonly given_to: number | null;
}

/** To which run: its asker has the answer, or a run that was given it has ended well. */
export interface Delivery {
  readonly at: Moment;
  readonly to: number;
}

export interface Withdrawal {
  readonly at: Moment;
  readonly why: string;
}

/** Through which door somebody came. */
export type Door = 'page' | 'form' | 'cli' | 'api' | 'embed' | 'daemon';
export type Role = 'operator' | 'viewer' | 'embed' | 'agent' | 'daemon';

/** Who did it. */
export interface By {
  readonly actor: string;
  readonly role: Role;
  readonly door: Door;
  readonly origin: string | null;
}

/** What a token lets its bearer do. */
export const TOKEN_ROLES = ['operator', 'viewer', 'embed', 'agent'] as const;
export type TokenRole = (typeof TOKEN_ROLES)[number];

/** Lets a program or a page elsewhere in. Only the hash is kept; the token itself was shown once. */
export interface Token {
  readonly id: string;
  /** SHA-256, in hex. */
  readonly hash: string;
  readonly role: TokenRole;
  /** What it is for, in the operator's words. */
  readonly name: string;
  /** embed: the one page that may use it, and whether it may answer. */
  readonly origin: string | null;
  readonly may_answer: boolean;
  /** agent: the unit that it speaks for. */
  readonly unit: number | null;
  readonly added_at: Moment;
}

/** A browser that has signed in. It ends 30 days after it was last renewed. */
export interface Session {
  readonly id: string;
  /** SHA-256 of what the cookie holds, in hex. */
  readonly hash: string;
  readonly opened_at: Moment;
  readonly renewed_at: Moment;
}

/** What the operator may set. */
export interface Settings {
  /** How many runs may be at work at the same time; one that waits for a person does not count. */
  readonly max_agents: number;
  /** How long an answer from a page can be taken back, in seconds; 0 sends it at once. */
  readonly undo_seconds: number;
  /** How much a longer chain of waiting units counts beside their number. */
  readonly weight: number;
  /** From which share of common files on two units are brought to a person. */
  readonly ask_above: number;
  /** How much a run may print, in MiB; then it is stopped and brought to a person. */
  readonly output_mib: number;
  /** How long what runs printed is kept after their unit is over, in days, and how much of it, in MiB. */
  readonly keep_days: number;
  readonly keep_mib: number;
}

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

export const INTERRUPT_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR1', 'SIGUSR2'] as const;
export type InterruptSignal = (typeof INTERRUPT_SIGNALS)[number];

/** The phases of an agent that names none. */
export const AGENT_PHASES: readonly string[] = ['GOAL', 'PLAN', 'IMPLEMENT', 'REBASE', 'REVIEW', 'COMPLETE'];

/** The agents that the operator has looked at and trusts. */
export interface TrustedAgents {
  /** SHA-256 of the file that named them, in hex; empty: none was ever trusted. */
  readonly digest: string;
  readonly agents: readonly AgentDefinition[];
}

export type Verdict = 'INDEPENDENT' | 'SERIALIZE' | 'ASK_OPERATOR';

/** What somebody judges of two units: may they be at work at the same time? */
export interface Judgement {
  readonly verdict: Verdict;
  /** 0–1. */
  readonly confidence: number;
  readonly reason: string;
  readonly overlapping_files: readonly string[];
  readonly overlapping_symbols: readonly string[];
}

/** An analysis that came to another verdict than the operator. */
export type Disagreement = Pick<Judgement, 'verdict' | 'reason'>;

/** A judgement on this unit and another, kept on both sides. The operator's word is never overwritten. */
export interface Conflict extends Judgement {
  readonly with: number;
  readonly found_at: Moment;
  readonly decided_by: 'analysis' | 'operator';
  /** What a later analysis said against the operator's verdict. */
  readonly noted: Disagreement | null;
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
