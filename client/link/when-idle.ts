/** Safari has no requestIdleCallback. */
const SOON_MS = 50;
/** An upper limit, for busy pages. */
const LATEST_MS = 1000;

/** Calls `work` when the browser is idle; returns how to cancel it. */
export function whenIdle(work: () => void): () => void {
  if (typeof requestIdleCallback === 'function') {
    const id = requestIdleCallback(work, { timeout: LATEST_MS });
    return () => cancelIdleCallback(id);
  }
  const id = setTimeout(work, SOON_MS);
  return () => clearTimeout(id);
}
