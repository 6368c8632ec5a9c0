import type { StatePaths } from '../../shared/state-paths.ts';
import type { StartNotice } from '../api/about.ts';
import { readPort } from '../system/state-folder.ts';
import { DEFAULT_PORT, freePort, type Loopback, nextFreePort, ownerOf } from './listen.ts';
import type { Options } from './options.ts';

/** Chooses the port. If another project uses the default port, a project without one takes the next free port. */
export async function portFor(
  { port: given }: Options,
  state: StatePaths,
  addresses: readonly Loopback[],
): Promise<{ port: number; notices: StartNotice[] }> {
  if (given === 0) return { port: await freePort(addresses), notices: [] };
  const known = given ?? readPort(state);
  if (known !== null) return { port: known, notices: [] };
  const port = await nextFreePort(addresses);
  if (port === DEFAULT_PORT) return { port, notices: [] };
  const message = `Port ${DEFAULT_PORT} is taken by ${ownerOf(DEFAULT_PORT, state)}: this project has port ${port}, from now on.`;
  return { port, notices: [{ code: 'port-moved', message }] };
}
