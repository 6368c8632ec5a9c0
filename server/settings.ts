import type { Settings } from '../shared/words.ts';

/** What is in force until the operator says otherwise. */
export const DEFAULTS: Settings = { max_agents: 4, undo_seconds: 4, weight: 0.5, ask_above: 0.2 };
