import { pino } from 'pino';
import type { Log } from './log.ts';

/** One JSON document a line on standard output: level, time, what, and an error with its stack. */
export function jsonLog(): Log {
  // Written at once: the last lines of a daemon that dies are those that are wanted.
  const output = pino.destination({ dest: 1, sync: true });
  // An unwritable log must not end the daemon.
  output.on('error', () => {});
  const log = pino({ timestamp: pino.stdTimeFunctions.isoTime, base: { pid: process.pid } }, output);
  return {
    info: (what) => log.info(what.trim()),
    error: (where, error) =>
      log.error({ where, err: error instanceof Error ? error : new Error(String(error)) }, where),
  };
}
