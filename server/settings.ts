/** What the operator may set. */
export interface Settings {
  /** How many runs may be at work at the same time; one that waits for a person does not count. */
  readonly max_agents: number;
  /** How long an answer from a page can be taken back, in seconds; 0 sends it at once. */
  readonly undo_seconds: number;
}

export const DEFAULTS: Settings = { max_agents: 4, undo_seconds: 4 };
