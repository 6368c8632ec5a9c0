import { setTimeout as pause } from 'node:timers/promises';

const LOOK_MS = 50;

/** Polls until `holds` resolves to true, for at most `ms` milliseconds. Returns whether it did. */
export async function pollUntil(ms: number, holds: () => Promise<boolean>): Promise<boolean> {
  const deadline = performance.now() + ms;
  while (!(await holds())) {
    if (performance.now() > deadline) return false;
    await pause(LOOK_MS);
  }
  return true;
}
