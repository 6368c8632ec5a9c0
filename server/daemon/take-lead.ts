/** Waits for the lead among the daemons of one log, and for its end, again and again. */
import type { Leadership } from '../store/leadership.ts';
import type { Store } from '../store/store.ts';
import type { Log } from '../system/log.ts';

/** Where nobody else can write, this daemon leads by itself. `stop` hands the lead on. */
export function takeLead(store: Store, leadership: Leadership | null, log: Log): { stop(): Promise<void> } {
  if (!leadership) return { stop: async () => {} };
  const stopping = new AbortController();
  const taking = takeTurns(store, leadership, log, stopping.signal);
  return {
    stop: async () => {
      stopping.abort();
      await taking;
    },
  };
}

async function takeTurns(store: Store, leadership: Leadership, log: Log, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const turn = await leadership.lead(signal).catch(() => null);
    if (!turn) continue;
    store.term = turn.term;
    log.info(`This daemon leads (term ${turn.term}): it starts runs and keeps time.`);
    await turn.lost;
    store.term = null;
    if (!signal.aborted) log.info('This daemon leads no longer; it answers, and waits for its turn.');
  }
}
