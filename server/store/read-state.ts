/** Loads the state from the tables. */
import type { Session, Token } from '../../shared/access-words.ts';
import type { TrustedAgents } from '../../shared/agent-words.ts';
import type { Conflict } from '../../shared/conflict-words.ts';
import type { ExecutorSettings } from '../../shared/executor-words.ts';
import type { Item } from '../../shared/item-words.ts';
import type { Settings } from '../../shared/settings-words.ts';
import type { Run, Unit, WorkUnit } from '../../shared/words.ts';
import { DEFAULTS } from '../domain/settings.ts';
import { EMPTY, type State, stateOf } from '../domain/state.ts';
import type { ArchiveTable } from './archive.ts';
import type { Statement } from './statements.ts';
import type { Tables } from './tables.ts';

type Read = Pick<Statement, 'all'>;
type Names = 'units' | 'runs' | 'items' | 'conflicts' | 'settings' | 'agents' | 'executors' | 'channels';

/** The rows of the tables, each in its order. */
export type StateRows = Readonly<Record<Names, Read>> & {
  readonly tokens: { readonly all: Read };
  readonly sessions: { readonly all: Read };
};

/** What is known of the archive, and how many ids were given out. */
export type ArchiveRows = Pick<ArchiveTable, 'read' | 'ids'>;

/** `seq`: the number of the last event. Throws a `SyntaxError` where a row holds no JSON. */
export function readState(statements: StateRows, archive: ArchiveRows, seq: number): State {
  const facts = {
    settings: readSettings(statements),
    trusted: readTrusted(statements),
    executors: readExecutors(statements),
    tokens: factsIn<Token>(statements.tokens.all),
    sessions: factsIn<Session>(statements.sessions.all),
    notify: readChannels(statements),
    archive: archive.read(),
  };
  return stateOf(readWorks(statements), seq, facts, archive.ids);
}

/** The operator's settings over the defaults. */
function readSettings(statements: StateRows): Settings {
  const rows = statements.settings.all() as Tables['settings'][];
  return { ...DEFAULTS, ...Object.fromEntries(rows.map(({ name, value }) => [name, JSON.parse(value)])) };
}

function readTrusted(statements: StateRows): TrustedAgents {
  const [row] = statements.agents.all() as Tables['agents'][];
  if (!row) return EMPTY.trusted;
  return { digest: row.digest, agents: JSON.parse(row.facts), work: JSON.parse(row.work) };
}

function readExecutors(statements: StateRows): ExecutorSettings {
  const [row] = statements.executors.all() as Tables['executors'][];
  return row ? { digest: row.digest, ...JSON.parse(row.facts) } : EMPTY.executors;
}

function readChannels(statements: StateRows): State['notify'] {
  const rows = statements.channels.all() as Tables['notify'][];
  return Object.fromEntries(rows.map(({ channel, facts }) => [channel, JSON.parse(facts)]));
}

function readWorks(statements: StateRows): WorkUnit[] {
  const works = new Map(
    factsIn<Unit>(statements.units).map((unit) => [
      unit.id,
      { unit, runs: [] as Run[], items: [] as Item[], conflicts: [] as Conflict[] },
    ]),
  );
  for (const run of factsIn<Run>(statements.runs)) works.get(run.unit)?.runs.push(run);
  for (const item of factsIn<Item>(statements.items)) works.get(item.unit)?.items.push(item);
  for (const { unit, facts } of statements.conflicts.all() as Tables['conflicts'][])
    works.get(unit)?.conflicts.push(JSON.parse(facts) as Conflict);
  return [...works.values()];
}

const factsIn = <T>(statement: Read): T[] =>
  (statement.all() as { facts: string }[]).map(({ facts }) => JSON.parse(facts) as T);
