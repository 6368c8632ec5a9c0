import { rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import type { StatePaths } from '../../shared/state-paths.ts';
import { holderOfPort } from '../system/daemon-holder.ts';
import { Problem } from '../system/problem.ts';

/** The default port. */
export const DEFAULT_PORT = 7845;
const MOST_PORTS = 200;

/** Loopback addresses. */
const LOOPBACK = ['127.0.0.1', '::1'] as const;
export type Loopback = (typeof LOOPBACK)[number];

/**
 * The loopback addresses that this machine has. A port is taken on all of them or on none: otherwise another program
 * could take it on the other. An address that the machine does not have is no risk.
 */
export async function loopbackAddresses(): Promise<readonly Loopback[]> {
  const found: Loopback[] = [];
  for (const address of LOOPBACK) if (await canListen(address, 0, isUnknown)) found.push(address);
  if (found.length > 0) return found;
  throw new Problem(
    'config',
    'This machine has neither 127.0.0.1 nor ::1, and Signalbox listens there. Bring the loopback interface up: ip link set lo up',
  );
}

/** Listens on one port of each address, or on none. */
export async function listenOnLoopback(
  servers: readonly { readonly server: Server; readonly address: Loopback }[],
  port: number,
  state: StatePaths,
): Promise<void> {
  try {
    for (const { server, address } of servers) await listening(server, on(address, port));
  } catch (error) {
    for (const { server } of servers) server.close();
    throw await portProblem(error, port, state);
  }
}

/** The error for a port that cannot be used, with what to do. */
async function portProblem(error: unknown, port: number, state: StatePaths): Promise<unknown> {
  const { code } = error as NodeJS.ErrnoException;
  const start = async () =>
    `Start on a free one: signalbox --project ${state.project} start --port ${await freePort(await loopbackAddresses())}`;
  if (code === 'EADDRINUSE')
    return new Problem('running', `Port ${port} is taken by ${ownerOf(port, state)}. ${await start()}`);
  if (code === 'EACCES' || code === 'EPERM')
    return new Problem('permission', `Port ${port} may not be used by you (${code}). ${await start()}`);
  return error;
}

/** Listens on an address beyond loopback. Throws a `Problem` if it cannot. */
export async function listenOn(server: Server, address: string, port: number): Promise<void> {
  try {
    await listening(server, { host: address, port });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Problem('running', `${address} port ${port} cannot be listened on (${code}).`);
  }
}

/** We hold the project lock, so an existing socket file is left from a killed daemon. */
export async function listenOnSocket(server: Server, path: string): Promise<void> {
  rmSync(path, { force: true });
  const before = process.umask(0o177);
  try {
    await listening(server, { path });
  } finally {
    process.umask(before);
  }
}

/** Finds a port that is free on all addresses. */
export async function freePort(addresses: readonly Loopback[] = ['127.0.0.1']): Promise<number> {
  for (let tries = 0; tries < MOST_PORTS; tries++) {
    const port = await anyPort(addresses[0] ?? '127.0.0.1');
    if (await isFree(port, addresses)) return port;
  }
  throw new Problem('running', 'No port is free on this machine.');
}

/** The first free port from one on. */
export async function nextFreePort(addresses: readonly Loopback[], from = DEFAULT_PORT): Promise<number> {
  for (let port = from; port < from + MOST_PORTS; port++) if (await isFree(port, addresses)) return port;
  return freePort(addresses);
}

async function isFree(port: number, addresses: readonly Loopback[]): Promise<boolean> {
  for (const address of addresses) if (!(await canListen(address, port, isTaken))) return false;
  return true;
}

const isUnknown = (code: string): boolean => code === 'EADDRNOTAVAIL' || code === 'EAFNOSUPPORT';
const isTaken = (code: string): boolean => code === 'EADDRINUSE';

/** `isNo`: whether an error means "no". */
async function canListen(address: Loopback, port: number, isNo: (code: string) => boolean): Promise<boolean> {
  const probe = createServer();
  try {
    await listening(probe, on(address, port));
  } catch (error) {
    if (isNo((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  }
  await new Promise((resolve) => probe.close(resolve));
  return true;
}

async function anyPort(address: Loopback): Promise<number> {
  const probe = createServer();
  await listening(probe, on(address, 0));
  const found = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return typeof found === 'object' && found ? found.port : DEFAULT_PORT;
}

const on = (host: Loopback, port: number) => ({ host, port, ...(host === '::1' && { ipv6Only: true }) });

function listening(server: Server, where: Parameters<Server['listen']>[0]): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(where, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** The process or daemon that uses a port, as far as known. */
export function ownerOf(port: number, state: StatePaths): string {
  const holder = holderOfPort(port, state);
  return holder ? `Signalbox for ${holder.project} (pid ${holder.pid})` : 'another program';
}
