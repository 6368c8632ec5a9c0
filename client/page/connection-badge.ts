import type { Connection } from '../link/connection.ts';

const LOOK_MS = 500;

/** Shows the connection state; never "Live" without a recent message. */
export function keepBadge(
  badge: HTMLElement,
  lost: HTMLElement,
  connection: Connection,
  hasNewerBuild: () => boolean,
  holdsWords: () => boolean,
): void {
  let lastTrue = new Date();
  let shown = '';
  const tell = () => {
    const { life } = connection;
    if (life === 'live') lastTrue = new Date();
    const state = life === 'live' && hasNewerBuild() ? 'newer' : life;
    const text = wordsFor(state, lastTrue, connection);
    if (text !== shown) {
      shown = text;
      badge.dataset.state = state;
      badge.textContent = text;
    }
    // Alerts only about text that cannot be sent now.
    const isLost = life === 'reconnecting' || life === 'stale';
    const alarm = isLost && holdsWords() ? 'Connection lost. What you typed is kept.' : '';
    if (lost.textContent !== alarm) lost.textContent = alarm;
  };
  connection.onChange(tell);
  setInterval(tell, LOOK_MS);
  tell();
}

/** While the daemon is away, a form posted by the browser would end on the browser's error page. */
export function stayHere(lost: HTMLElement, connection: Connection): void {
  addEventListener('submit', (event) => {
    const { life } = connection;
    if (event.defaultPrevented || (life !== 'reconnecting' && life !== 'stale')) return;
    event.preventDefault();
    lost.textContent = 'Not done: not connected. Try again when Signalbox is back.';
  });
}

function wordsFor(
  state: Connection['life'] | 'newer',
  lastTrue: Date,
  { isPolling, hasFailed }: Connection,
): string {
  const since = lastTrue.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
  switch (state) {
    case 'live':
      return isPolling ? 'Live, updated every 2 s' : 'Live';
    case 'newer':
      return 'New version: reload when ready';
    case 'stale':
      return `Stale since ${since}`;
    case 'reconnecting':
      return `Reconnecting … stale since ${since}`;
    case 'signed-out':
      return 'Signed out';
    case 'connecting':
      return hasFailed ? `As of ${since} · reload to update` : 'Connecting …';
  }
}
