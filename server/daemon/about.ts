import { under } from '../../shared/base-path.ts';
import type { About, StartNotice } from '../api/about.ts';
import type { Loopback } from './listen.ts';
import { noticesOf } from './start-notices.ts';

interface Facts {
  readonly project: string;
  /** Where browsers sign in. */
  readonly origin: string;
  /** The loopback addresses that it listens on, and where. */
  readonly addresses: readonly Loopback[];
  readonly port: number;
  readonly notices: readonly StartNotice[];
}

/** This daemon, from now on. */
export const aboutOf = ({ project, origin, addresses, port, notices }: Facts): About => ({
  project,
  address: `${origin}${under('/')}`,
  local_address: `http://${addresses[0] === '::1' ? '[::1]' : '127.0.0.1'}:${port}${under('/')}`,
  pid: process.pid,
  started_at: new Date().toISOString(),
  notices: [...notices, ...noticesOf(addresses)],
});
