/** After this time hidden, the page probably stays hidden. */
const HIDDEN_MS = 5 * 60_000;

/** The parts of `Document` that are used. */
export type Seen = Pick<Document, 'hidden' | 'addEventListener' | 'removeEventListener'>;

/** Starts at once, stops when the page has been hidden for five minutes, starts again when it is visible. Returns how to stop. */
export function whileVisible(begin: () => void, end: () => void, page: Seen = document): () => void {
  let isGoing = true;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const turn = () => {
    clearTimeout(timer);
    if (page.hidden) timer = setTimeout(pause, HIDDEN_MS);
    else if (!isGoing) go();
  };
  const pause = () => {
    isGoing = false;
    end();
  };
  const go = () => {
    isGoing = true;
    begin();
  };
  page.addEventListener('visibilitychange', turn);
  begin();
  turn();
  return () => {
    clearTimeout(timer);
    page.removeEventListener('visibilitychange', turn);
    if (isGoing) end();
  };
}
