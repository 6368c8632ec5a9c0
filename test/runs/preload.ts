/**
 * A module that is loaded into a daemon before its own code, to bring about an exact moment without a hook in the
 * product. It reaches the daemon through its environment, which runs do not see.
 */
import type { DaemonFixture } from '../daemon-fixture.ts';
import { until } from '../until.ts';

/** The daemons of a house that start from now on load `module` (a URL) and find `plan` there. */
export function preload({ env }: DaemonFixture, module: string, plan: object): void {
  env.NODE_OPTIONS = `--import=${module}`;
  env.PRELOADED_PLAN = JSON.stringify(plan);
}

export function preloadNothing({ env }: DaemonFixture): void {
  delete env.NODE_OPTIONS;
  delete env.PRELOADED_PLAN;
}

/** Inside such a module: what it is to do; null in every process but a daemon. */
export function preloadedPlan<Plan>(): Plan | null {
  const plan = process.env.PRELOADED_PLAN;
  return plan !== undefined && process.argv.includes('start') ? (JSON.parse(plan) as Plan) : null;
}

/** Waits until a daemon has ended, by whatever it was made to do. */
export async function untilDaemonEnds(house: DaemonFixture, pid: number | undefined): Promise<void> {
  await until('the daemon to have ended', () => !isThere(pid ?? 0));
  await house.end('SIGKILL');
}

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
