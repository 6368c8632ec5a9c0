/**
 * The commands. Each reads the state and returns changes, or refuses
 * with a code and a message. Pure: no clock, no randomness, no I/O; consequences of a change are added in `consequences.ts`.
 */
import type { Change } from '../../../shared/events.ts';

/** What a command decided: the changes, and what its caller is told. */
export interface AnyDecision<Result extends object> {
  readonly changes: readonly Change[];
  /** What follows by the operator's rules, not by who called: it comes after the others. */
  readonly byPolicy?: readonly Change[];
  /** Kept whole with the key of the mutation, so that a repeat is answered the same. */
  readonly result?: Result;
}
/** Nothing that the caller could not name before. */
export type Nothing = Record<never, never>;
/** A decision whose result is there wherever its type demands something. */
export type Decision<Result extends object = Nothing> = AnyDecision<Result> &
  (Nothing extends Result ? unknown : { readonly result: Result });

/** The item that was asked, answered, or meant. */
export interface ItemRef {
  readonly item: string;
}
