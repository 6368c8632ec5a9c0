/** What `signalbox doctor` says of the database: of a file, or of a server. */
import { existsSync } from 'node:fs';
import type { Finding } from '../../shared/offline.ts';
import type { StatePaths } from '../../shared/state-paths.ts';
import { eventsInFile } from '../store/events-in-file.ts';
import { nameOfDatabase } from '../store/postgres/address.ts';
import type { ServerFacts } from '../store/postgres/postgres-door.ts';
import { databaseOf, lookAtServer } from './database-access.ts';
import { SQLITE } from './database-choice.ts';
import { bad, type FindingFacts, good, looked, note } from './findings.ts';

export async function databaseFindings(paths: StatePaths): Promise<Finding[]> {
  let place = SQLITE;
  try {
    place = databaseOf(paths);
    if (place === SQLITE) return [looked('database', () => file(paths))];
    const facts = await lookAtServer(place);
    return server(nameOfDatabase(place), facts);
  } catch (error) {
    // Where nobody answers there is nothing more to be seen.
    return [looked('database', () => bad(error instanceof Error ? error.message : String(error)))];
  }
}

function file({ database: path }: StatePaths): FindingFacts {
  if (!existsSync(path)) return note(`${path} is made at the first start.`);
  return good(`${path} is whole: ${eventsInFile(path)} events, no gaps.`);
}

/** Beyond that, times of the log and of this machine disagree for whoever reads them. */
const FAR_S = 2;

function server(name: string, facts: ServerFacts): Finding[] {
  const { version, events, clock_ahead: ahead } = facts;
  const off = `${Math.abs(ahead).toFixed(1)} s ${ahead > 0 ? 'ahead of' : 'behind'} its clock`;
  const isFar = Math.abs(ahead) > FAR_S;
  return [
    looked('database', () => good(`${name} answers: PostgreSQL ${version}, ${events} events.`)),
    looked('durability', () => durability(facts)),
    looked('standbys', () => standbys(facts)),
    looked('clock', () =>
      isFar ? note(`This machine is ${off}; the times of the log are this machine's.`) : good('In step.'),
    ),
  ];
}

function durability({ fsync, synchronous_commit: commit }: ServerFacts): FindingFacts {
  if (fsync === 'off') return bad('The server has fsync = off: after a crash the database may be lost.');
  return ['off', 'local'].includes(commit)
    ? note(`The server has synchronous_commit = ${commit}; Signalbox asks for "on" in its own connections.`)
    : good(`What is acknowledged is on the disk (synchronous_commit = ${commit}).`);
}

function standbys({ standbys: found }: ServerFacts): FindingFacts {
  if (found.length === 0) return good('There is none: what is acknowledged is on one machine.');
  const isSafe = found.some((state) => state === 'sync' || state === 'quorum');
  return isSafe
    ? good(`${found.length} standbys, of which one at least has what is acknowledged.`)
    : note(
        `${found.length} standbys, none of them synchronous (${[...new Set(found)].join(', ')}): a failover to one loses what was acknowledged last. Set synchronous_standby_names.`,
      );
}
