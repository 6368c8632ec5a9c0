import { DAEMON } from './by.ts';
import { nextDue, timePasses } from './commands/time.ts';
import type { Log } from './log.ts';
import type { Store } from './store.ts';

/** Timers follow the time the process was awake, moments the clock on the wall: look again at least hourly. */
const LONGEST_MS = 3_600_000;
const RETRY_MS = 1000;

/** Commits what is due when its moment comes: time enters only as events, so a view needs no clock. One timer, for the earliest moment. */
export function keepTime(store: Store, log: Log): { stop(): void } {
  let timer: NodeJS.Timeout | undefined;
  const arm = (ms: number) => {
    clearTimeout(timer);
    timer = setTimeout(sendDue, ms);
    timer.unref();
  };
  const look = () => {
    const due = nextDue(store.state);
    if (due !== null) arm(Math.min(Math.max(Date.parse(due) - Date.now(), 0), LONGEST_MS));
  };
  const sendDue = () => {
    const due = nextDue(store.state);
    if (due === null || Date.parse(due) > Date.now()) return look();
    store.commit(DAEMON, timePasses).catch((error: unknown) => {
      log.error('clock', error);
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
