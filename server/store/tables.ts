/** The tables of the newest schema. `units`, `runs` and `items` store the fold of `events`. */
export interface Tables {
  meta: { key: string; value: string };
  events: { seq: number; at: string; by: string; unit: number; type: string; data: string };
  units: { id: number; chunk: string; facts: string };
  runs: { unit: number; number: number; facts: string };
  items: { id: string; unit: number; nth: number; facts: string };
  /** Executed mutations by key: digest of the input, and the result. */
  settings: { name: string; value: string };
  /** The agents that the operator trusts: one row, or none. */
  agents: { digest: string; facts: string; work: string };
  /** Where runs may work besides this machine: one row, or none. */
  executors: { one: number; digest: string; facts: string };
  conflicts: { unit: number; other: number; facts: string };
  tokens: { id: string; facts: string };
  sessions: { id: string; facts: string };
  /** Refused requests, outside the log; bounded. */
  refusals: { what: string; host: string; origin: string; times: number; first_at: string; last_at: string };
  keys: { key: string; digest: string; seq: number; result: string; spent: number };
  /** Up to which event each follower has handled the log. */
  followers: { name: string; seq: number };
  /** Older events, compressed: see packs.ts. */
  packs: { first: number; last: number; events: Uint8Array };
  /** Which pack has events of which unit. */
  pack_units: { unit: number; first: number };
  /** Units that have left the live state: see archive.ts. `digest` null: its name is free. */
  archive: {
    unit: number;
    chunk: string;
    title: string;
    digest: string | null;
    over_at: string;
    at: string;
    facts: Uint8Array;
  };
  archive_sums: { name: string; value: string };
  /** What was told by each channel. */
  notify: { channel: string; facts: string };
}
