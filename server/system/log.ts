import { format } from 'node:util';
import { forTerminal } from '../../shared/terminal-text.ts';

/** The daemon's log: one line per entry. Never contains tokens or answers. */
export interface Log {
  info(what: string): void;
  error(where: string, error: unknown): void;
}

const textLog: Log = {
  info: (what) => console.log(forTerminal(what)),
  // Text from requests may contain console format specifiers.
  error: (where, error) =>
    console.error('%s', forTerminal(format('%s %s:', new Date().toISOString(), where, error))),
};

export const LOG_FORMATS = ['text', 'json'] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];

let current = textLog;

export const consoleLog: Log = {
  info: (what) => current.info(what),
  error: (where, error) => current.error(where, error),
};

/** From now on the log is written in this format: text for people, or a JSON document a line, as pino writes it. */
export async function writeLogAs(logFormat: LogFormat): Promise<void> {
  current = logFormat === 'text' ? textLog : (await import('./json-log.ts')).jsonLog();
}
