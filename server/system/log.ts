import { format } from 'node:util';
import { forTerminal } from '../../shared/terminal-text.ts';

/** The daemon's own log: one line per thing, for whoever keeps the machine. Never a token, never an answer. */
export interface Log {
  info(what: string): void;
  error(where: string, error: unknown): void;
}

export const consoleLog: Log = {
  info: (what) => console.log(forTerminal(what)),
  // What stands in an address may look like a format.
  error: (where, error) =>
    console.error('%s', forTerminal(format('%s %s:', new Date().toISOString(), where, error))),
};
