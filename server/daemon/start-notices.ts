import type { StartNotice } from '../api/about.ts';
import type { Loopback } from './listen.ts';

/** Notices about the machine on which the daemon runs. */
export function noticesOf(addresses: readonly Loopback[]): StartNotice[] {
  const notices: StartNotice[] = [];
  if (!addresses.includes('127.0.0.1'))
    notices.push({
      code: 'one-family',
      message: 'This machine has no 127.0.0.1: Signalbox listens on [::1] alone.',
    });
  if (process.pid === 1)
    notices.push({
      code: 'process-1',
      message:
        'Signalbox is process 1 here, and cannot collect what runs leave behind: each such process stays as a zombie. Start the container with an init: docker run --init, or tini -- signalbox start --foreground.',
    });
  return notices;
}
