const AGAIN_MS = 1000;
/** Of what was refused because there are too many: each try is a message, and those are limited, too. */
const LATER_MS = 10_000;

interface Subscription {
  unsubscribe(): void;
}

let isResting = false;
const turns = new Set<() => void>();

/** Leaves all that is subscribed, or subscribes again: a page that nobody looks at needs little. */
export function rest(is: boolean): void {
  if (is === isResting) return;
  isResting = is;
  for (const turn of turns) turn();
}

/**
 * Subscribes again whenever the daemon ends the stream, until the returned function is called.
 * `subscribe` gets what to call when the stream ends (unsubscribing also calls it), and when there are too many streams.
 * `always`: also while the page rests.
 */
export function keepSubscribed(
  subscribe: (ended: () => void, tooMany: () => void) => Subscription,
  always: 'always' | 'while it is looked at' = 'while it is looked at',
): () => void {
  let isWanted = true;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let subscription: Subscription | undefined;
  const goesOn = () => isWanted && (always === 'always' || !isResting);
  const again = (ms: number) => {
    clearTimeout(timer);
    if (goesOn()) timer = setTimeout(start, ms);
  };
  const start = () => {
    subscription = subscribe(
      () => again(AGAIN_MS),
      () => again(LATER_MS),
    );
  };
  const leave = () => {
    clearTimeout(timer);
    subscription?.unsubscribe();
  };
  const turn = () => (goesOn() ? start() : leave());
  if (always !== 'always') turns.add(turn);
  if (goesOn()) start();
  return () => {
    isWanted = false;
    turns.delete(turn);
    leave();
  };
}
