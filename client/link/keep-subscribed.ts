const AGAIN_MS = 1000;

interface Subscription {
  unsubscribe(): void;
}

/**
 * Subscribes again whenever the daemon ends the stream, until the returned function is called.
 * `subscribe` gets what to call when the stream ends. Unsubscribing also calls it.
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
