import type { By } from '../../shared/access-words.ts';

/** What the daemon does by itself. */
export const DAEMON: By = { actor: 'signalbox', role: 'daemon', door: 'daemon', origin: null };

/** Who signs in, or stays so, in a browser. */
export const BROWSER: By = { actor: 'operator', role: 'operator', door: 'page', origin: null };

/** Who starts the daemon, or trusts a file, says so at a terminal. */
export const OPERATOR: By = { actor: 'operator', role: 'operator', door: 'cli', origin: null };
