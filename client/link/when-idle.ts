/** Not every browser says when it has nothing to do. */
const SOON_MS = 50;
/** Nothing waits for ever, however busy the page. */
const LATEST_MS = 1000;

/** Does it when the browser has time; returns how to forget about it. */
export function whenIdle(work: () => void): () => void {
  if (typeof requestIdleCallback === 'function') {
    const id = requestIdleCallback(work, { timeout: LATEST_MS });
    return () => cancelIdleCallback(id);
  }
  const id = setTimeout(work, SOON_MS);
  return () => clearTimeout(id);
}
