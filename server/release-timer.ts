import type { By } from '../shared/words.ts';
import { release } from './commands/answers.ts';
import type { Log } from './log.ts';
import { isGoingOut, type State } from './state.ts';
import type { Store } from './store.ts';

const BY: By = { actor: 'signalbox', role: 'daemon', door: 'daemon', origin: null };
/** Timers follow the time the process was awake, moments the clock on the wall: look again at least hourly. */
const LONGEST_MS = 3_600_000;
const RETRY_MS = 1000;

/** Sends answers when their moment comes: time enters the log as events. One timer, for the earliest moment. */
export function releaseOnTime(store: Store, log: Log): { stop(): void } {
  let timer: NodeJS.Timeout | undefined;
  const arm = (ms: number) => {
    clearTimeout(timer);
    timer = setTimeout(sendDue, ms);
    timer.unref();
  };
  const look = () => {
    const due = earliest(store.state);
    if (due !== null) arm(Math.min(Math.max(Date.parse(due) - Date.now(), 0), LONGEST_MS));
  };
  const sendDue = () => {
    const due = earliest(store.state);
    if (due === null || Date.parse(due) > Date.now()) return look();
    store.commit(BY, release).catch((error: unknown) => {
      log.error('release', error);
      arm(RETRY_MS);
    });
  };
  const unsubscribe = store.onChange(look);
  sendDue();
  return {
    stop() {
      unsubscribe();
      clearTimeout(timer);
    },
  };
}

function earliest(state: State): string | null {
  let first: string | null = null;
  for (const { items } of state.works)
    for (const item of items)
      if (isGoingOut(item) && item.release_due !== null && (first === null || item.release_due < first))
        first = item.release_due;
  return first;
}
