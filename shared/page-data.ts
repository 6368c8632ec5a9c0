import type { Pulses, Snapshot } from './board.ts';
import type { Detail } from './detail.ts';
import type { Query } from './query.ts';
import type { Notice } from './views/action-form.ts';

/** What a page was drawn from, so that the script takes over exactly that. */
export interface PageData {
  readonly query: Query;
  readonly snapshot: Snapshot;
  readonly pulses: Pulses;
  /** The offset from UTC, in minutes, of the daemon's clock. */
  readonly zone: number;
  readonly notices: Readonly<Record<string, Notice>>;
  /** The project's folder. */
  readonly project: string;
  /** What the page is about, for its title; empty: the dashboard. */
  readonly name: string;
  /** On the page of one unit. */
  readonly detail: Detail | null;
}
