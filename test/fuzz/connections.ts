/** Bytes written to a connection, and the statuses of what comes back. */
import { connect } from 'node:net';

/** What comes back may be any length; no more of it is looked at. */
const MOST_LOOKED_AT = 4 * 1024 * 1024;

export interface Spoken {
  /** The statuses of the answers, in order. */
  readonly statuses: readonly number[];
  readonly text: string;
}

/** How long an answer takes of late, in ms: nothing for many times as long means that there will be none. */
let typical = 50;
const PATIENCE = 8;

/**
 * Writes bytes on a new connection. Ends when the other side closes, when `isEnough` says so, or when nothing
 * has come for long: half a request is answered by nobody. The connection is reset, so no port is left waiting.
 */
export function speak(
  where: { readonly port: number; readonly host: string },
  bytes: Buffer,
  isEnough = (_: string): boolean => false,
): Promise<Spoken> {
  return new Promise((resolve) => {
    const socket = connect({ ...where, noDelay: true });
    const began = performance.now();
    let text = '';
    const done = () => {
      socket.removeAllListeners('data');
      if (!socket.destroyed) socket.resetAndDestroy();
      resolve({ statuses: statusesIn(text), text });
    };
    socket.setTimeout(Math.min(3000, Math.max(60, PATIENCE * typical)), done);
    socket.on('error', () => {});
    socket.once('close', done);
    socket.setEncoding('latin1').on('data', (part: string) => {
      if (text === '') typical += (performance.now() - began - typical) / 20;
      if (text.length < MOST_LOOKED_AT) text += part;
      if (isEnough(text)) done();
    });
    socket.write(bytes);
  });
}

const statusesIn = (text: string): number[] =>
  [...text.matchAll(/(?:^|[^\x20-\x7e]|[>};)])HTTP\/1\.1 (\d{3}) [A-Z]/g)].map(([, status]) =>
    Number(status),
  );

/** Keeps so many under way until `next` has no more. */
export async function inParallel(lanes: number, next: () => Promise<unknown> | null): Promise<void> {
  const lane = async () => {
    for (let task = next(); task; task = next()) await task;
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}
