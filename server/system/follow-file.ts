/** Takes over a file of the operator's, now and whenever it changes. */
import { unwatchFile, watchFile } from 'node:fs';

const POLL_MS = 250;

/** Resolves once `take` has been tried; where it fails, `complain` is told, and what was taken before stays. */
export async function followFile(
  path: string,
  take: () => Promise<void>,
  complain: (error: unknown) => void,
): Promise<{ stop(): void }> {
  const again = () => void take().catch(complain);
  await take().catch(complain);
  watchFile(path, { interval: POLL_MS, persistent: false }, again);
  return { stop: () => unwatchFile(path, again) };
}
