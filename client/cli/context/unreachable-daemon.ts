/** What is known of a daemon that does not answer, and what to do about it. */
import { dirname, join } from 'node:path';
import type { Living } from '../../../shared/offline.ts';
import { type DaemonUnreachable, ProgramError } from '../output/program-error.ts';
import { loadOffline } from './load-offline.ts';

/** Adds what the state folder knows of the daemon: its process, its start, and what to do. */
export async function withHolder(trouble: DaemonUnreachable, socketPath: string): Promise<ProgramError> {
  const { livingHolder } = await loadOffline();
  const living = livingHolder({ holder: join(dirname(socketPath), 'daemon.json') });
  return living ? new ProgramError('timeout', unreachableWords(trouble.what, living)) : trouble;
}

export function unreachableWords(what: DaemonUnreachable['what'], living: Living): string {
  const { pid, project, started_at, stopped } = living;
  const who = `Signalbox for ${project} (pid ${pid}, since ${started_at})`;
  if (stopped) return `${who} is stopped by a signal and answers nobody. Let it go on: kill -CONT ${pid}`;
  if (what === 'absent')
    return `${who} runs, but its socket is gone. It makes it again within a second or two: try again.`;
  return `${who} does not answer. If it stays so: kill -KILL ${pid}, then signalbox start. What it has confirmed is kept, and runs go on.`;
}
