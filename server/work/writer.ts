/**
 * One writer per repository: ten `worktree add` at once fail now and then, one after the other never. Within this
 * process by a queue; between the daemons of several projects in one repository by a lock in its common folder,
 * which the system lifts when its holder ends. Git itself may live on where its daemon was killed, so a note says
 * who began to write, and whoever finds one waits until the last git of that daemon has ended.
 */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { listProcesses } from '../system/processes.ts';
import { holdExclusively } from '../system/state-folder.ts';
import { starterMark } from './git.ts';
import { WorkRefused } from './refused.ts';
import { completeEntries, readQuietly } from './worktree-entry.ts';

interface Written {
  readonly commonDir: string;
}

const queues = new Map<string, Promise<unknown>>();
const LOOK_MS = 25;
const PATIENCE_MS = 900_000;

/** Throws `WorkRefused` repository-busy where others do not end, and what `write` throws. Never within itself. */
export function inTurn<T>({ commonDir }: Written, write: () => Promise<T>, ms = PATIENCE_MS): Promise<T> {
  const before = queues.get(commonDir) ?? Promise.resolve();
  const turn = before.then(() => alone(commonDir, write, ms));
  const settled = turn.catch(() => {});
  queues.set(commonDir, settled);
  settled.then(() => queues.get(commonDir) === settled && queues.delete(commonDir));
  return turn;
}

async function alone<T>(commonDir: string, write: () => Promise<T>, ms: number): Promise<T> {
  const deadline = performance.now() + ms;
  const letGo = await lock(commonDir, deadline);
  const note = join(commonDir, 'signalbox-writer');
  try {
    await endOfGits(readQuietly(note), commonDir, deadline);
    completeEntries({ commonDir });
    // Not whole where we are killed in it, but then no git of ours has begun.
    writeFileSync(note, starterMark(), { mode: 0o600 });
    return await write().finally(() => rmSync(note, { force: true }));
  } finally {
    letGo();
  }
}

async function lock(commonDir: string, deadline: number): Promise<() => void> {
  for (;;) {
    const letGo = holdExclusively(join(commonDir, 'signalbox.lock'));
    if (letGo) return letGo;
    if (performance.now() > deadline)
      throw new WorkRefused({ code: 'repository-busy', folder: commonDir, pid: null });
    await sleep(LOOK_MS);
  }
}

/** Those that a daemon left behind that was killed while it wrote. */
async function endOfGits(mark: string, commonDir: string, deadline: number): Promise<void> {
  if (!/^\w+=\d+\/.*\/$/.test(mark)) return;
  for (;;) {
    const [left] = listProcesses().filter(({ argumentsAndEnvironment }) =>
      argumentsAndEnvironment.includes(mark),
    );
    if (!left) return;
    if (performance.now() > deadline)
      throw new WorkRefused({ code: 'repository-busy', folder: commonDir, pid: left.pid });
    await sleep(LOOK_MS);
  }
}
