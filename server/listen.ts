import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { dirname, join } from 'node:path';
import type { Holder, StatePaths } from '../shared/state-paths.ts';
import { Problem } from './problem.ts';

/** Where a daemon listens unless told otherwise. */
export const DEFAULT_PORT = 7845;

/** Both loopback addresses or neither: half a port would leave the other half to a stranger. */
export async function listenOnLoopback(
  servers: readonly [Server, Server],
  port: number,
  state: StatePaths,
): Promise<void> {
  const [four, six] = servers;
  try {
    await listening(four, { host: '127.0.0.1', port });
    await listening(six, { host: '::1', port, ipv6Only: true });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EADDRNOTAVAIL' || code === 'EAFNOSUPPORT') return;
    four.close();
    if (code !== 'EADDRINUSE') throw error;
    const whose = ownerOf(port, state);
    const who = whose ? `Signalbox for ${whose}` : 'another program';
    throw new Problem(
      'running',
      `Port ${port} is taken by ${who}. Start on a free one: signalbox --project ${state.project} start --port ${await freePort()}`,
    );
  }
}

/** An address beyond loopback. Throws a `Problem` where it cannot be had. */
export async function listenOn(server: Server, address: string, port: number): Promise<void> {
  try {
    await listening(server, { host: address, port });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Problem('running', `${address} port ${port} cannot be listened on (${code}).`);
  }
}

/** Under the lock nobody else listens there: what is left of a killed daemon may go. */
export async function listenOnSocket(server: Server, path: string): Promise<void> {
  rmSync(path, { force: true });
  const before = process.umask(0o177);
  try {
    await listening(server, { path });
  } finally {
    process.umask(before);
  }
}

export async function freePort(): Promise<number> {
  const probe = createServer();
  await listening(probe, { host: '127.0.0.1', port: 0 });
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return typeof address === 'object' && address ? address.port : DEFAULT_PORT;
}

function listening(server: Server, where: Parameters<Server['listen']>[0]): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(where, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** The project of the Signalbox that says it holds this port, if one does. */
function ownerOf(port: number, state: StatePaths): string | null {
  const home = dirname(state.folder);
  for (const name of readdirSync(home)) {
    try {
      const holder = JSON.parse(readFileSync(join(home, name, 'daemon.json'), 'utf8')) as Holder;
      if (new URL(holder.address).port === String(port)) return holder.project;
    } catch {
      // not a folder of ours, or nobody runs there
    }
  }
  return null;
}
