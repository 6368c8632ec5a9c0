import type { By } from '../../shared/access-words.ts';

/** The daemon acting by itself. */
export const DAEMON: By = { actor: 'signalbox', role: 'daemon', door: 'daemon', origin: null };

/** A rule of the operator that answers by itself. */
export const POLICY: By = { actor: 'policy', role: 'daemon', door: 'daemon', origin: null };

/** A browser that signs in or renews its session. */
export const BROWSER: By = { actor: 'operator', role: 'operator', door: 'page', origin: null };

/** The operator at a terminal, who starts the daemon or trusts a file. */
export const OPERATOR: By = { actor: 'operator', role: 'operator', door: 'cli', origin: null };
