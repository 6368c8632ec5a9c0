/** Delays between attempts, and a probe. */
const LONGEST_RETRY_MS = 8000;
const SLOWLY_MS = 30_000;

/** Full jitter, the first within a second. */
export const retryMs = (attempt: number): number =>
  Math.random() * Math.min(LONGEST_RETRY_MS, 1000 * 2 ** attempt);

/** Longer delays, after a failure that is probably not transient. */
export const slowlyMs = (): number => SLOWLY_MS * (0.5 + Math.random() / 2);

/** Probes until there is a response. Returns its HTTP status; 0: aborted. */
export async function untilAnswering(url: string, patienceMs: number, leaving: AbortSignal): Promise<number> {
  for (let attempt = 0; !leaving.aborted; attempt++) {
    const signal = AbortSignal.any([leaving, AbortSignal.timeout(patienceMs)]);
    const status = await fetch(url, { method: 'HEAD', cache: 'no-store', signal }).then(
      (answer) => answer.status,
      () => null,
    );
    if (status !== null) return status;
    await new Promise((resolve) => setTimeout(resolve, retryMs(attempt)));
  }
  return 0;
}
