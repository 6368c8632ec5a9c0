import { callerFor } from '../../daemon/proven-caller.ts';
import type { DaemonAddress } from '../../intake/ask.ts';
import { tellSilence } from '../output/explain-error.ts';

/** How a command of the terminal reaches the daemon; a long silence is told on stderr. */
export const daemonAddress = (socketPath: string): DaemonAddress => ({
  socketPath,
  caller: () => callerFor(socketPath),
  onSilence: tellSilence,
});
