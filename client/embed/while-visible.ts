/** So long out of sight, and nobody is coming back to it soon. */
const HIDDEN_MS = 5 * 60_000;

/** What is needed of a document. */
export type Seen = Pick<Document, 'hidden' | 'addEventListener' | 'removeEventListener'>;

/** Begins at once, ends when the page has been hidden for five minutes, begins again when it is seen. Returns how to stop. */
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
