/** What a daemon keeps its state in: a file of SQLite, or PostgreSQL. */
import type { Chore } from '../system/upkeep.ts';
import type { FollowerPlaces } from './follower.ts';
import type { Journal } from './journal.ts';
import type { Leadership } from './leadership.ts';
import type { RefusedVisitor } from './sqlite.ts';

/** The bounded table of refused requests. */
export interface RefusalTable {
  /** Latest first. */
  refusals(): RefusedVisitor[] | Promise<RefusedVisitor[]>;
  /** Adds to earlier counts. */
  keepRefusals(refused: readonly RefusedVisitor[]): void | Promise<void>;
}

/** What was acknowledged is gone; the message says how. */
export class StorageLost extends Error {}

export interface Storage extends FollowerPlaces, RefusalTable {
  readonly journal: Journal;
  /** null: nobody else can write to it. */
  readonly leadership: Leadership | null;
  /** What has to be looked after while it is used. */
  readonly chores: readonly Chore[];
  /** Reads what its opening has left out, while `goOn` holds. Rejects with `DatabaseProblem` where that is damaged. */
  readRest(goOn: () => boolean): Promise<void>;
  /** Throws, where what was acknowledged is no longer there: going on would give its numbers a second time. */
  checkInPlace(): void;
  /** Rejects with a `Refusal` where nothing can be stored now. */
  checkReady(): Promise<void>;
  /** After an orderly end. */
  settle(): void;
  close(): Promise<void>;
}
