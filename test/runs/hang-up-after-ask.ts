/**
 * Preloaded into a daemon, has it hang up on each asker just after it has said that the question is taken, as it
 * does when it stops: each time a little later, so that one of many hears it in the middle of what comes next.
 */
import { Socket } from 'node:net';
import type { DaemonFixture } from '../daemon-fixture.ts';
import { preload, preloadedPlan } from './preload.ts';

/** Part of what an asker is told. */
const TAKEN = '"result":{"items":';
/** RFC 6455: the frame that closes a connection, and 1012, "service restart". */
const HANG_UP = Buffer.from([0x88, 2, 1012 >> 8, 1012 & 0xff]);
const LATER_MS = 0.1;
/** So long the daemon does not come to end the connection. */
const BUSY_MS = 5;

export const hangUpAfterAsk = (house: DaemonFixture): void => preload(house, import.meta.url, {});
if (preloadedPlan()) arm();

function arm(): void {
  const { write } = Socket.prototype;
  let nth = 0;
  Socket.prototype.write = function (this: Socket, ...args: Parameters<typeof write>) {
    const done = write.apply(this, args);
    if (Buffer.from(args[0]).includes(TAKEN))
      process.nextTick(() => {
        block(nth++ * LATER_MS);
        write.call(this, HANG_UP);
        block(BUSY_MS);
      });
    return done;
  } as typeof write;
}

/** Holds this process up, to the tenth of a millisecond. */
function block(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
