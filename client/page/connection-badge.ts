import { draftsIn } from '../elements/drafts.ts';
import type { Connection } from '../link/connection.ts';

const LOOK_MS = 500;

/** Shows the connection state; never "Live" without a recent message. */
export function keepBadge(
  badge: HTMLElement,
  lost: HTMLElement,
  connection: Connection,
  hasNewerBuild: () => boolean,
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
    const alarm = isLost && draftsIn(document).size > 0 ? 'Connection lost. What you typed is kept.' : '';
    if (lost.textContent !== alarm) lost.textContent = alarm;
  };
  connection.onChange(tell);
  setInterval(tell, LOOK_MS);
  tell();
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
