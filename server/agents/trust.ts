/** The trusted copy of a project's `signalbox.json`, in the state folder, written when the operator confirms. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TrustedAgents } from '../../shared/agent-words.ts';
import type { Looked, Offline } from '../../shared/offline.ts';
import { AGENTS_FILE, type StatePaths } from '../../shared/state-paths.ts';
import { WORK_DEFAULTS } from '../../shared/work-words.ts';
import { OPERATOR } from '../domain/actors.ts';
import { trustAgents } from '../domain/commands/agents.ts';
import type { Store } from '../store/store.ts';
import { digestOf } from '../system/digest.ts';
import { followFile } from '../system/follow-file.ts';
import type { Log } from '../system/log.ts';
import { Problem } from '../system/problem.ts';
import { makeStateFolder, writeWhole } from '../system/state-folder.ts';
import { readDefinitions } from './definitions.ts';

export const lookAtAgents: Offline['lookAtAgents'] = ({ project, trusted }) => {
  const path = join(project, AGENTS_FILE);
  const text = readIfThere(path);
  if (text === null) return { path, status: 'absent', text: '', digest: '', agents: [], work: WORK_DEFAULTS };
  const { digest, agents, work } = readDefinitions(path, text);
  const before = readIfThere(trusted);
  const status = before === null ? 'new' : digestOf(before) === digest ? 'trusted' : 'changed';
  return { path, status, text, digest, agents, work };
};

export function trust(paths: StatePaths, { text }: Looked): void {
  const { trusted } = paths;
  makeStateFolder(paths);
  writeWhole(trusted, text);
}

/** Loads the trusted agents, now and whenever the copy changes. */
export async function followTrust(
  store: Store,
  { trusted }: StatePaths,
  log: Log,
): Promise<{ stop(): void }> {
  const take = async () => {
    const agents = readTrusted({ trusted });
    if (agents) await store.commit(OPERATOR, (state) => trustAgents(state, agents));
  };
  return followFile(trusted, take, (error) => log.error('trust', error));
}

/** Reads the trusted copy; null: there is none. Throws a `Problem`. */
export function readTrusted({ trusted }: Pick<StatePaths, 'trusted'>): TrustedAgents | null {
  const text = readIfThere(trusted);
  return text === null ? null : readDefinitions(trusted, text);
}

function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return null;
    throw new Problem('data', `${path} cannot be read (${code}).`);
  }
}
