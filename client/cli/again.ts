import { setTimeout as pause } from 'node:timers/promises';

const LOOK_MS = 50;

/** Looks again and again until something holds. */
export async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await pause(LOOK_MS);
}
