/**
 * What has been seen of each real agent, as a table: what it does, by what happens meanwhile. Test files are processes of
 * their own, so what they have seen stands in a file of a folder that `SIGNALBOX_CELLS` names.
 */
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What an agent does. */
export const ACTS = [
  'allowed',
  'denied',
  'always',
  'question',
  'several',
  'words',
  'plan',
  'sent-back',
  'human',
  'refused',
  'interrupt',
  'kill',
  'resumed',
] as const;
export type Act = (typeof ACTS)[number];

const SAID: Readonly<Record<Act, string>> = {
  allowed: 'permission allowed',
  denied: 'permission denied, with words',
  always: 'permission allowed always',
  question: 'question with options',
  several: 'several questions at once',
  words: 'question, own words',
  plan: 'plan approved',
  'sent-back': 'plan sent back, then approved',
  human: 'ask_human',
  refused: 'refused by its own rules',
  interrupt: 'told something meanwhile',
  kill: 'killed by the operator',
  resumed: 'next phase, same session',
};

/** What happens meanwhile. */
export const INCIDENTS = ['nothing', 'daemon', 'agent', 'adapter'] as const;
export type Incident = (typeof INCIDENTS)[number];

/** What was counted in the end. */
export interface Tally {
  /** Answers that the operator gave. */
  readonly answers: number;
  /** Of units that are done: those that no run has got. */
  readonly lost: number;
  /** Those that an agent was told twice. */
  readonly twice: number;
  /** Units that are done, although a call of theirs was never answered, or was refused without the operator. */
  readonly mistaken: number;
}

export type Seen =
  | { readonly agent: string; readonly act: Act; readonly incident: Incident; readonly isGood: boolean }
  | { readonly agent: string; readonly act: Act; readonly without: string }
  | { readonly agent: string; readonly tally: Tally };

const fileIn = (folder: string): string => join(folder, 'cells.jsonl');

export function note(seen: Seen): void {
  const folder = process.env.SIGNALBOX_CELLS;
  if (folder) appendFileSync(fileIn(folder), `${JSON.stringify(seen)}\n`);
}

export function notedIn(folder: string): Seen[] {
  if (!existsSync(fileIn(folder))) return [];
  return readFileSync(fileIn(folder), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Seen);
}

/** The table, as lines of text; empty where nothing was seen. */
export function tableOf(all: readonly Seen[]): string {
  const agents = [...new Set(all.map(({ agent }) => agent))];
  if (agents.length === 0) return '';
  const rows = [
    ['', ...agents],
    ...ACTS.map((act) => [SAID[act], ...agents.map((agent) => cellOf(all, agent, act))]),
    ...(['answers', 'lost', 'twice', 'mistaken'] as const).map((what) => [
      COUNTED[what],
      ...agents.map((agent) => String(sumOf(all, agent, what))),
    ]),
  ];
  const widths =
    rows[0]?.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length))) ?? [];
  const lines = rows.map((row) => row.map((text, column) => text.padEnd(widths[column] ?? 0)).join('  '));
  return [LEGEND, '', ...lines.map((line) => line.trimEnd())].join('\n');
}

const LEGEND =
  'Seen with real agents: n = nothing happens meanwhile, d = the daemon is killed with -9, a = the agent is killed, p = our program between them is killed; capitals: red.';

const COUNTED: Readonly<Record<keyof Tally, string>> = {
  answers: 'answers given',
  lost: 'answers lost',
  twice: 'answers told twice',
  mistaken: 'units done by mistake',
};

const LETTERS: Readonly<Record<Incident, string>> = { nothing: 'n', daemon: 'd', agent: 'a', adapter: 'p' };

function cellOf(all: readonly Seen[], agent: string, act: Act): string {
  const own = all.filter((seen) => seen.agent === agent && 'act' in seen && seen.act === act);
  if (own.some((seen) => 'without' in seen)) return 'no such thing';
  return INCIDENTS.map((incident) => {
    const tried = own.filter((seen) => 'incident' in seen && seen.incident === incident);
    if (tried.length === 0) return '';
    const isGood = tried.every((seen) => 'isGood' in seen && seen.isGood);
    return isGood ? LETTERS[incident] : LETTERS[incident].toUpperCase();
  }).join('');
}

const sumOf = (all: readonly Seen[], agent: string, what: keyof Tally): number =>
  all.reduce((sum, seen) => sum + ('tally' in seen && seen.agent === agent ? seen.tally[what] : 0), 0);
