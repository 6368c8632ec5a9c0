/** Makes, starts and closes the servers of one daemon. */
import { readFileSync } from 'node:fs';
import type { StatePaths } from '../../shared/state-paths.ts';
import type { Tcp } from '../access/gate.ts';
import type { Access } from '../api/procedures.ts';
import { Problem } from '../system/problem.ts';
import { type GatedServer, type HttpParts, makeServer, type SharedContext, type Tls } from '../web/http.ts';
import { type Loopback, listenOn, listenOnLoopback, listenOnSocket } from './listen.ts';
import { onAddress } from './listeners.ts';
import type { Beyond, DoorOptions } from './options.ts';

export const listenersOf = (
  tcp: Tcp,
  addresses: readonly Loopback[],
  { beyond }: DoorOptions,
  port: number,
): Access['listeners'] => [
  ...addresses.map((address) => ({ address, port, hosts: tcp.hosts, tls: false })),
  ...(beyond ? [{ address: beyond.address, port, hosts: onAddress(beyond, port).hosts, tls: true }] : []),
];

/** Listens on loopback, the Unix socket, and the address of --listen. */
export async function listen<Shared extends SharedContext>(
  parts: HttpParts<Shared>,
  tcp: Tcp,
  addresses: readonly Loopback[],
  { beyond }: DoorOptions,
  state: StatePaths,
  port: number,
): Promise<{ servers: readonly GatedServer[]; terminal: GatedServer }> {
  const near = addresses.map((address) => ({ address, ...makeServer(parts, tcp) }));
  const terminal = makeServer(parts, { kind: 'socket' });
  const far = beyond && makeServer(parts, onAddress(beyond, port), tlsOf(beyond));
  await listenOnLoopback(near, port, state);
  if (far) await listenOn(far.server, beyond.address, port);
  await listenOnSocket(terminal.server, state.socket);
  return { servers: [...near, terminal, ...(far ? [far] : [])], terminal };
}

function tlsOf({ cert, key }: Beyond): Tls {
  try {
    return { cert: readFileSync(cert), key: readFileSync(key) };
  } catch (error) {
    throw new Problem('config', `The certificate or its key cannot be read: ${(error as Error).message}`);
  }
}

const HANG_UP_MS = 2000;
const IDLE_MS = 20;

/** Waits briefly for requests in progress, then closes the connections. */
export async function close({ server, hangUp, cutOff }: GatedServer): Promise<void> {
  if (!server.listening) return;
  const closed = new Promise((resolve) => server.close(resolve));
  hangUp();
  const idle = setInterval(() => server.closeIdleConnections(), IDLE_MS);
  const force = setTimeout(cutOff, HANG_UP_MS);
  await closed;
  clearInterval(idle);
  clearTimeout(force);
}
