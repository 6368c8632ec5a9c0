/**
 * The words of Signalbox, and the shape of each fact.
 *
 * | word           | meaning                                                                       |
 * |----------------|-------------------------------------------------------------------------------|
 * | chunk          | the name of one piece of work, unique among the units that exist              |
 * | work unit      | a chunk on its way through its phases: the thing that is scheduled            |
 * | phase          | a step of that way                                                            |
 * | run            | one attempt of one agent at one phase of one unit                             |
 * | agent          | what carries out a run: here, a shell command                                 |
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
export const PHASE = /^[A-Z][A-Z0-9_]*$/;

/** One phase of a unit and the shell command that carries it out. */
export interface Step {
  readonly phase: string;
  readonly command: string;
}

/** A unit as it was declared. Adding the same chunk again with equal facts changes nothing. */
export interface UnitSpec {
  readonly chunk: string;
  readonly title: string;
  readonly goal: string;
  readonly steps: readonly Step[];
  /** Chunks that must be DONE first; a name that nobody has added yet counts as not done. */
  readonly after: readonly string[];
  /** Names of environment variables that the runs of this unit may see beside the usual ones. */
  readonly env: readonly string[];
  readonly priority: number;
}

/** The facts of a work unit. Its status is not among them: it follows from them (`rank.ts`). */
export interface Unit {
  readonly id: number;
  readonly chunk: string;
  readonly spec: UnitSpec;
  readonly title: string;
  readonly goal: string;
  readonly priority: number;
  /** How many phases are finished; the current one is `spec.steps[finished]`. */
  readonly finished: number;
  /** Dependencies still open, and those met once (they stay met). */
  readonly open: readonly string[];
  readonly met: readonly string[];
  readonly added_at: Moment;
  readonly closed: string | null;
  readonly done_at: Moment | null;
  /** The number of the latest event about this unit. */
  readonly seq: number;
  readonly changed_at: Moment;
}

/** How a run ended: by itself with an exit code, without a trace, or before it began. */
export type Outcome =
  | { readonly how: 'exited'; readonly code: number }
  | { readonly how: 'vanished' }
  | { readonly how: 'never-began'; readonly reason: string };

/** One attempt at one phase. `process` is known once the wrapper lives; `outcome` once it has ended. */
export interface Run {
  readonly unit: number;
  readonly number: number;
  readonly phase: string;
  readonly agent: string;
  /** A random word in the arguments of the wrapper and the environment of the whole tree. */
  readonly marker: string;
  readonly process: ProcessIdentity | null;
  readonly started_at: Moment;
  readonly ended_at: Moment | null;
  readonly outcome: Outcome | null;
}

/** A process that cannot be mistaken for another: the kernel reuses numbers, not start times. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly started: string;
}

export type ItemKind = 'question' | 'stuck';

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
  readonly answer: Answer | null;
  readonly answered_by: string | null;
  readonly answered_via: Door | null;
  readonly answered_at: Moment | null;
  readonly answer_key: string | null;
  /** When a given answer goes out; until then it can be taken back. */
  readonly release_due: Moment | null;
  readonly released_at: Moment | null;
  readonly delivered_at: Moment | null;
  readonly delivered_to: number | null;
  readonly withdrawn_at: Moment | null;
  readonly withdrawn_why: string | null;
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

/** What can happen. Each change concerns exactly one unit. */
export type Change =
  | { readonly type: 'unit.added'; readonly unit: number; readonly data: UnitSpec }
  | { readonly type: 'unit.closed'; readonly unit: number; readonly data: { readonly reason: string } }
  | { readonly type: 'dependency.met'; readonly unit: number; readonly data: { readonly on: string } }
  | { readonly type: 'phase.finished'; readonly unit: number; readonly data: { readonly phase: string } }
  | { readonly type: 'run.started'; readonly unit: number; readonly data: RunStarted }
  | { readonly type: 'run.spawned'; readonly unit: number; readonly data: RunSpawned }
  | { readonly type: 'run.ended'; readonly unit: number; readonly data: RunEnded }
  | { readonly type: 'item.asked'; readonly unit: number; readonly data: ItemAsked }
  | {
      readonly type: 'item.attached';
      readonly unit: number;
      readonly data: { readonly id: string; readonly run: number; readonly key: string };
    }
  | { readonly type: 'item.changed'; readonly unit: number; readonly data: Asking & { readonly id: string } }
  | { readonly type: 'item.answered'; readonly unit: number; readonly data: ItemAnswered }
  | {
      readonly type: 'item.reopened';
      readonly unit: number;
      readonly data: { readonly id: string; readonly spends: string | null };
    }
  | { readonly type: 'item.released'; readonly unit: number; readonly data: { readonly id: string } }
  | {
      readonly type: 'item.delivered';
      readonly unit: number;
      readonly data: { readonly id: string; readonly run: number };
    }
  | {
      readonly type: 'item.withdrawn';
      readonly unit: number;
      readonly data: { readonly id: string; readonly why: string };
    };

export interface RunStarted {
  readonly number: number;
  readonly phase: string;
  readonly agent: string;
  readonly marker: string;
}
export interface RunSpawned extends ProcessIdentity {
  readonly number: number;
}
export interface RunEnded {
  readonly number: number;
  readonly outcome: Outcome;
}
export interface ItemAsked extends Asking {
  readonly id: string;
  readonly kind: ItemKind;
  readonly phase: string;
  readonly run: number;
  readonly asked_by: string;
}
export interface ItemAnswered {
  readonly id: string;
  readonly answer: Answer;
  /** When it goes out. Equal to the moment of the event: at once. */
  readonly release_due: Moment;
  /** The key under which it was given; taking the answer back spends it. */
  readonly key: string | null;
}

/** One thing that happened. `seq` has no gaps and is the order of commits. */
export type Event = Change & { readonly seq: number; readonly at: Moment; readonly by: By };

/** A unit with everything that hangs on it. */
export interface WorkUnit {
  readonly unit: Unit;
  readonly runs: readonly Run[];
  readonly items: readonly Item[];
}

export type Status = 'DONE' | 'NEEDS_ATTENTION' | 'RUNNING' | 'BLOCKED' | 'READY';
/** In the order in which the process grid shows them. */
export const STATUSES: readonly Status[] = ['RUNNING', 'NEEDS_ATTENTION', 'READY', 'BLOCKED', 'DONE'];
