/** Commits changes that are due at a time, such as the end of a snooze. */
import { nextDue, timePasses } from '../domain/commands/time.ts';
import type { State } from '../domain/state.ts';
import type { Store } from '../store/store.ts';
import type { Log } from '../system/log.ts';

/**
 * Timers stop while the machine sleeps and ignore changes of the clock, but due times are moments
 * on the wall clock. So while anything is due, the wall clock is read this often.
 */
const LOOK_MS = 1000;
const RETRY_MS = 1000;

export interface DueTimes {
  /** Commits what is due by now; to be called before the state is read. Never rejects. */
  look(): Promise<void>;
  stop(): void;
}

/** Commits each due change at its time: time enters the state only by events, so views need no clock. */
export function keepTime(store: Store, log: Log, now: () => number = Date.now): DueTimes {
  let timer: NodeJS.Timeout | undefined;
  let due = dueIn(store.state);
  let seen = now();
  let sending: Promise<void> | null = null;
  let failed = false;
  const arm = (ms: number) => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      failed = false;
      void look();
    }, ms);
    timer.unref();
  };
  const look = async (): Promise<void> => {
    // Of several daemons one keeps time.
    if (sending || failed || !store.leads) return sending ?? undefined;
    const at = now();
    // A clock that was set back would prolong delays that were promised in seconds.
    const wasSetBack = at < seen && due !== NEVER;
    seen = at;
    if (due > at && !wasSetBack) {
      if (due !== NEVER) arm(Math.min(due - at, LOOK_MS));
      return;
    }
    sending = send().finally(() => {
      sending = null;
    });
    return sending;
  };
  const send = async (): Promise<void> => {
    const before = store.state;
    try {
      await store.lead(timePasses);
    } catch (error) {
      log.error('clock', error);
      failed = true;
    }
    // Only one answer per unit goes out at a time: the next may be due at once.
    arm(store.state === before ? RETRY_MS : 0);
  };
  const unsubscribe = store.onChange(() => {
    due = dueIn(store.state);
    void look();
  });
  void look();
  return {
    look,
    stop() {
      unsubscribe();
      clearTimeout(timer);
    },
  };
}

const NEVER = Number.POSITIVE_INFINITY;

/** The earliest due time, in milliseconds. */
function dueIn(state: State): number {
  const due = nextDue(state);
  return due === null ? NEVER : Date.parse(due);
}
