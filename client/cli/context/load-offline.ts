import type { Offline } from '../../../shared/offline.ts';

/** The part of the server that works without a daemon. It stands beside this program, as the daemon does. */
export async function loadOffline(): Promise<Offline> {
  const entry = new URL('./offline.js', import.meta.url).href;
  return ((await import(entry)) as { offline: Offline }).offline;
}
