/** Host names and origins of each listener, which the gate compares with a request's Host and Origin. */
import type { AccessFile } from '../access/access-file.ts';
import type { Tcp } from '../access/gate.ts';
import type { Beyond, DoorOptions } from './options.ts';

const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]'];

/**
 * The loopback listener. Browsers sign in under a host name that no other program on this machine uses,
 * because they send the cookies of a host to all its ports.
 */
export function onLoopback(door: AccessFile, options: DoorOptions, port: number): Tcp {
  const { noAuth, hostName, publicOrigin } = options;
  const name = hostName ?? (noAuth ? '127.0.0.1' : door.host_name);
  const own = publicOrigin === null ? ownAt('http', name, port) : ownOf(publicOrigin);
  const names = [...LOOPBACK, door.host_name, ...(hostName === null ? [] : [hostName])];
  const hosts = names.map((each) => ownAt('http', each, port).host);
  return { kind: 'tcp', hosts: [...new Set([...hosts, own.host])], own };
}

/** The listener beyond loopback: TLS only, by its host names only. */
export function onAddress({ names }: Beyond, port: number): Tcp {
  const [first, ...others] = names.map((name) => ownAt('https', name, port));
  if (!first) throw new Error('an address without a name');
  return { kind: 'tcp', hosts: [first, ...others].map(({ host }) => host), own: first };
}

/** Browsers omit the default port of a scheme. */
const ownAt = (scheme: 'http' | 'https', name: string, port: number): Tcp['own'] =>
  ownOf(new URL(`${scheme}://${name}:${port}`).origin);

const ownOf = (origin: string): Tcp['own'] => ({ host: new URL(origin).host, origin });
