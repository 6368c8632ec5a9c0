/** Follows a stream of the daemon, over reconnections, until its data gives a result or a limit is reached. */
import { setTimeout as pause } from 'node:timers/promises';
import { isSaid } from './daemon-client.ts';

interface Handlers<Data> {
  readonly onData: (data: Data) => void;
  readonly onError: (error: unknown) => void;
  readonly onComplete: () => void;
}

export interface Limit {
  /** Aborts the wait: a timeout, or a caller that gave up. */
  readonly over: AbortSignal | null;
  /** Message of the error that is then thrown. */
  readonly late: Error;
}

export const within = (seconds: number | null, late: Error): Limit => ({
  over: seconds === null ? null : AbortSignal.timeout(seconds * 1000),
  late,
});

/**
 * Follows a stream until `take` returns a value, across restarts of the daemon: an end of the stream that
 * is no error from the daemon starts it again. `subscribe` continues where the last one stopped. Rejects with
 * an error from the daemon, with what `take` throws, or on timeout.
 */
export async function followUntil<Data, Result>(
  subscribe: (handlers: Handlers<Data>) => { unsubscribe(): void },
  take: (data: Data) => Result | undefined,
  { over, late }: Limit = NO_LIMIT,
): Promise<Result> {
  for (;;) {
    const ended = await followOnce(subscribe, take, over);
    if (ended !== AGAIN) return ended;
    if (over?.aborted) throw late;
    await pause(50 + Math.random() * 200);
  }
}

const NO_LIMIT: Limit = { over: null, late: new Error('no limit') };
const AGAIN = Symbol('again');

function followOnce<Data, Result>(
  subscribe: (handlers: Handlers<Data>) => { unsubscribe(): void },
  take: (data: Data) => Result | undefined,
  over: AbortSignal | null,
): Promise<Result | typeof AGAIN> {
  return new Promise((resolve, reject) => {
    const end = (tell: () => void) => {
      over?.removeEventListener('abort', again);
      queueMicrotask(() => subscription.unsubscribe());
      tell();
    };
    const again = () => end(() => resolve(AGAIN));
    const onData = (data: Data) => {
      try {
        const result = take(data);
        if (result !== undefined) end(() => resolve(result));
      } catch (error) {
        end(() => reject(error));
      }
    };
    const onError = (error: unknown) => (isSaid(error) ? end(() => reject(error)) : again());
    const subscription = subscribe({ onData, onError, onComplete: again });
    over?.addEventListener('abort', again);
    if (over?.aborted) again();
  });
}
