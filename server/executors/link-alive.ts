/** Notices that the other end of a link is gone: a connection through other servers may hang without an error. */
import type { Http2Session } from 'node:http2';

const PING_MS = 5000;
const SILENCE_MS = 15_000;

/** Ends the session when the other end has not answered for a while. */
export function endWhenSilent(session: Http2Session): void {
  let heard = performance.now();
  const timer = setInterval(() => {
    if (performance.now() - heard > SILENCE_MS) return session.destroy();
    session.ping((error) => {
      if (!error) heard = performance.now();
    });
  }, PING_MS);
  session.once('close', () => clearInterval(timer));
}
