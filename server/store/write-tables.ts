/** Writes what differs between two states to the tables, which hold the fold of the log. */
import type { Event } from '../../shared/events.ts';
import type { NotifyChannel } from '../../shared/notify-words.ts';
import type { Settings } from '../../shared/settings-words.ts';
import type { WorkUnit } from '../../shared/words.ts';
import type { State } from '../domain/state.ts';
import type { ArchiveTable } from './archive.ts';
import type { Db } from './sqlite.ts';

/** Takes rows, put over those with the same key: each at most once in a batch. */
export type TableWriter = Pick<
  Db,
  | 'putSetting'
  | 'putTrusted'
  | 'putExecutors'
  | 'putChannel'
  | 'putUnit'
  | 'putRun'
  | 'putConflict'
  | 'putItem'
  | 'putToken'
  | 'removeToken'
  | 'putSession'
  | 'removeSession'
> & { readonly archive: ArchiveWriter };

/** Takes units that leave the live state, and with them their rows in its tables. */
export type ArchiveWriter = Pick<ArchiveTable, 'add' | 'free' | 'putSums'>;

/** Inside the transaction that holds the events between the two. */
export function writeTables(db: TableWriter, before: State, after: State): void {
  for (const [name, value] of Object.entries(after.settings))
    if (value !== before.settings[name as keyof Settings]) db.putSetting(name, value);
  if (after.trusted !== before.trusted) db.putTrusted(after.trusted);
  if (after.executors !== before.executors) db.putExecutors(after.executors);
  writeCredentials(db, before, after);
  for (const [channel, facts] of Object.entries(after.notify))
    if (facts !== before.notify[channel as NotifyChannel]) db.putChannel(channel, facts);
  db.archive.putSums(before.archive.sums, after.archive.sums);
  const changed = after.works.changedSince(before.works);
  for (const { unit } of changed) db.putUnit(unit);
  for (const work of changed) {
    const old = before.works.get(work.unit.id);
    for (const run of work.runs) if (!old?.runs.includes(run)) db.putRun(run);
    for (const conflict of work.conflicts)
      if (!old?.conflicts.includes(conflict)) db.putConflict(work.unit.id, conflict);
    for (const [nth, item] of work.items.entries()) if (!old?.items.includes(item)) db.putItem(item, nth);
  }
}

/** Such an event is written to the archive with it, so that the tables have to follow at once. */
export const changesArchive = (event: Event): boolean =>
  event.type === 'unit.archived' || (event.type === 'unit.removed' && event.data.chunk !== undefined);

/** What an event changes in the archive. `work`: of an event that archives a unit, the unit before. */
export function writeArchive(
  { archive }: Pick<TableWriter, 'archive'>,
  event: Event,
  work: WorkUnit | undefined,
): void {
  if (event.type === 'unit.archived' && work) archive.add(event, work);
  if (event.type === 'unit.removed' && event.data.chunk !== undefined) archive.free(event.unit);
}

function writeCredentials(db: TableWriter, before: State, after: State): void {
  for (const token of before.tokens) if (!after.tokens.includes(token)) db.removeToken(token);
  for (const token of after.tokens) if (!before.tokens.includes(token)) db.putToken(token);
  for (const session of before.sessions)
    if (!after.sessions.some(({ id }) => id === session.id)) db.removeSession(session);
  for (const session of after.sessions) if (!before.sessions.includes(session)) db.putSession(session);
}
