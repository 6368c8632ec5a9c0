/** The daemon's own log: one line per thing, for whoever keeps the machine. Never a token, never an answer. */
export interface Log {
  info(what: string): void;
  error(where: string, error: unknown): void;
}

export const consoleLog: Log = {
  info: (what) => console.log(what),
  error: (where, error) => console.error(`${new Date().toISOString()} ${where}:`, error),
};
