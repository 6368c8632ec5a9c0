/** Settings of the operator. */
export interface Settings {
  /** Maximum of runs at work; a run that waits for the operator does not count. */
  readonly max_agents: number;
  /** How long an answer from a page can be taken back, in seconds; 0 sends it at once. */
  readonly undo_seconds: number;
  /** Weight of the chain's length against the number of waiting units. */
  readonly weight: number;
  /** Share of common files from which two units are put to the operator. */
  readonly ask_above: number;
  /** Limit of a run's output, in MiB; above it the run is stopped and the unit is stuck. */
  readonly output_mib: number;
  /** How long output is kept after its unit is finished, in days, and how much in total, in MiB. */
  readonly keep_days: number;
  readonly keep_mib: number;
  /** How long the worktree of a unit that is over stays, in days; its last state stays kept under a ref. */
  readonly keep_worktrees_days: number;
  /** How long a unit that is over stays in the live state, in days, before it is archived; 0: for ever. */
  readonly archive_days: number;
  /** US dollars a day (UTC) after which the operator is asked before units of agents go on; 0: never. */
  readonly day_budget_usd: number;
}
