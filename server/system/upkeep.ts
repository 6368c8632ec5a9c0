import type { Log } from './log.ts';

/** Something that must hold as long as the daemon runs: looked at each second, and put right. */
export interface Chore {
  readonly name: string;
  readonly look: () => void | Promise<void>;
}

const LOOK_MS = 1000;

/** Looks after each chore for itself: one that fails is tried again, and said once until it succeeds. */
export function keepUp(chores: readonly Chore[], log: Log): { stop(): void } {
  const failing = new Set<Chore>();
  const busy = new Set<Chore>();
  const lookAfter = async (chore: Chore): Promise<void> => {
    busy.add(chore);
    try {
      await chore.look();
      failing.delete(chore);
    } catch (error) {
      if (!failing.has(chore)) log.error(chore.name, error);
      failing.add(chore);
    } finally {
      busy.delete(chore);
    }
  };
  const timer = setInterval(() => {
    for (const chore of chores) if (!busy.has(chore)) void lookAfter(chore);
  }, LOOK_MS);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}
