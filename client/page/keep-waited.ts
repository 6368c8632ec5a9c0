import { type WaitedToday, waitedWords } from '../../shared/waited.ts';
import type { Connection } from '../link/connection.ts';

const ASK_MS = 30_000;
const TELL_MS = 5000;

/** Keeps the line that says how long units have waited for the operator today. */
export function keepWaited(connection: Connection): void {
  const line = document.querySelector('.waited');
  if (!line) return;
  let known: WaitedToday | null = null;
  const tell = () => {
    const words = known && waitedWords(known, Date.now());
    if (words !== null && words !== line.textContent) line.textContent = words;
  };
  const ask = () => {
    if (document.visibilityState === 'hidden') return;
    connection.client.status.query(undefined, { signal: AbortSignal.timeout(ASK_MS) }).then(
      ({ waits }) => {
        known = waits;
        tell();
      },
      () => {},
    );
  };
  setInterval(tell, TELL_MS);
  setInterval(ask, ASK_MS);
  document.addEventListener('visibilitychange', ask);
  ask();
}
