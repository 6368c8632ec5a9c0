import type { Settings } from '../../shared/settings-words.ts';

/** Default settings. */
export const DEFAULTS: Settings = {
  max_agents: 4,
  undo_seconds: 10,
  weight: 0.5,
  ask_above: 0.2,
  output_mib: 1024,
  keep_days: 30,
  keep_mib: 10_240,
  keep_worktrees_days: 7,
  archive_days: 30,
  day_budget_usd: 0,
};

/** In which sizes are set, in bytes. */
export const MIB = 1024 * 1024;
