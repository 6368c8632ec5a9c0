/**
 * Preloaded into a daemon, has a run end at an exact moment: after the daemon has read what the run noted, and
 * before it sees who is left of its family.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import type { ProcessIdentity } from '../../shared/words.ts';
import type { DaemonFixture } from '../daemon-fixture.ts';
import type { Gate } from './command-gate.ts';
import { preload, preloadedPlan } from './preload.ts';

interface Plan {
  readonly gate: string;
  readonly wrapper: number;
}

/** For a run that waits at a gate, and whose wrapper this is. */
export function endWithinLook(house: DaemonFixture, gate: Gate, { pid }: ProcessIdentity): void {
  preload(house, import.meta.url, { gate: gate.path, wrapper: pid } satisfies Plan);
}

const given = preloadedPlan<Plan>();
if (given) arm(given);

function arm({ gate, wrapper }: Plan): void {
  const { readdirSync } = fs;
  let isOver = false;
  const listing = ((...args: Parameters<typeof readdirSync>) => {
    if (args[0] === '/proc' && !isOver) {
      isOver = true;
      fs.writeFileSync(gate, '\n');
      while (isAtWork(wrapper));
    }
    return readdirSync(...args);
  }) as typeof readdirSync;
  Object.assign(fs, { readdirSync: listing });
  syncBuiltinESMExports();
}

/** Who has ended has no environment any more. */
function isAtWork(pid: number): boolean {
  try {
    return fs.readFileSync(`/proc/${pid}/environ`, 'latin1') !== '';
  } catch {
    return false;
  }
}
