import type { Offline } from '../../../shared/offline.ts';

/** Loads the part of the server that works without a daemon, from its bundle beside this one. */
export async function loadOffline(): Promise<Offline> {
  const entry = new URL('./offline.js', import.meta.url).href;
  return ((await import(entry)) as { offline: Offline }).offline;
}
