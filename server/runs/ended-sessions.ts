/** Ends the units of sessions that people have started and that are over, killed ones too: nobody else is left to say so. */
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { SIGNATURES, type Signature, signatureIn } from '../../shared/session-signature.ts';
import { CHUNK } from '../../shared/words.ts';
import { DAEMON } from '../domain/actors.ts';
import { endSession, isOwed } from '../domain/commands/sessions.ts';
import { findWork, isDone, liveRun, type State } from '../domain/state.ts';
import type { Store } from '../store/store.ts';
import { newId } from '../system/new-id.ts';
import type { Chore } from '../system/upkeep.ts';

export function endSessions(store: Store, socket: string): Chore {
  const folder = join(dirname(socket), SIGNATURES);
  return {
    name: 'sessions',
    look: async () => {
      for (const chunk of namesIn(folder)) {
        const signature = signatureOf(join(folder, chunk));
        if (signature === null || (!signature.ended && lives(signature))) continue;
        if (!isWaitedFor(store.state, chunk, signature)) await end(store, chunk, signature);
        if (!isLeft(store.state, chunk)) rmSync(join(folder, chunk), { force: true });
      }
    },
  };
}

/** A question of it, or its answer, is kept for the next session, and all else has ended. */
function isWaitedFor(state: State, chunk: string, { keepsQuestions }: Signature): boolean {
  const work = findWork(state, chunk);
  return keepsQuestions && work !== undefined && liveRun(work) === undefined && isOwed(work);
}

const end = (store: Store, chunk: string, { keepsQuestions }: Signature) =>
  store.commit(DAEMON, (state, at) => {
    const work = findWork(state, chunk);
    if (!work || isDone(work) || !work.unit.spec.external) return { changes: [] };
    return endSession(state, work, keepsQuestions, at, newId());
  });

/** It has a unit that is not done: somebody may take it over. */
function isLeft(state: State, chunk: string): boolean {
  const work = findWork(state, chunk);
  return work !== undefined && !isDone(work);
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => CHUNK.test(name));
  } catch {
    return [];
  }
}

function signatureOf(path: string): Signature | null {
  try {
    return signatureIn(readFileSync(path, 'utf8'));
  } catch {
    return null;
  }
}

/** A number that another process got meanwhile counts as there. */
function lives({ host }: Signature): boolean {
  try {
    process.kill(host, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
