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
  /** How long the worktree of a unit that is over stays, in days; its last state stays kept under a ref. */
  readonly keep_worktrees_days: number;
}
