import { format } from 'node:util';
import { forTerminal } from '../../shared/terminal-text.ts';

/** The daemon's log: one line per entry. Never contains tokens or answers. */
export interface Log {
  info(what: string): void;
  error(where: string, error: unknown): void;
}

export const consoleLog: Log = {
  info: (what) => console.log(forTerminal(what)),
  // Text from requests may contain console format specifiers.
  error: (where, error) =>
    console.error('%s', forTerminal(format('%s %s:', new Date().toISOString(), where, error))),
};
