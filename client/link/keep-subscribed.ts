const AGAIN_MS = 1000;

interface Subscription {
  unsubscribe(): void;
}

/**
 * A stream that the daemon ends, for whatever reason, is asked for again, until the returned function is called.
 * `subscribe` is given what to call when the stream has ended; leaving it is such an end, too.
 */
export function keepSubscribed(subscribe: (ended: () => void) => Subscription): () => void {
  let isWanted = true;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let subscription: Subscription | undefined;
  const ended = () => {
    clearTimeout(timer);
    if (isWanted) timer = setTimeout(start, AGAIN_MS);
  };
  const start = () => {
    subscription = subscribe(ended);
  };
  start();
  return () => {
    isWanted = false;
    clearTimeout(timer);
    subscription?.unsubscribe();
  };
}
