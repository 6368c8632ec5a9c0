/** The flags of `start` and `hub` that say who may come in, and how. */
import type { Command } from 'commander';
import { collect } from './flags.ts';

export interface AccessFlags {
  readonly port?: string;
  /** Commander's name for --no-auth: false if given. */
  readonly auth: boolean;
  readonly readOnly?: boolean;
  readonly hostName?: string;
  readonly publicOrigin?: string;
  readonly basePath?: string;
  readonly trustWholeOrigin?: boolean;
  readonly listen?: string;
  readonly name?: string[];
  readonly tlsCert?: string;
  readonly tlsKey?: string;
}

/** `readOnly`: what that means for who is started. */
export const addAccessFlags = (command: Command, readOnly: string): Command =>
  command
    .option('--no-auth', 'nobody signs in: everyone on this machine may read and answer')
    .option('--read-only', readOnly)
    .option('--host-name <name>', 'sign in under this name, for browsers that do not know *.localhost')
    .option('--public-origin <url>', 'where a proxy shows the page')
    .option('--base-path <path>', 'under this path of that origin, as /signalbox')
    .option('--trust-whole-origin', 'base path: every other page of that origin may act as you')
    .option('--listen <address>', 'an address beyond loopback, with TLS and names alone')
    .option('--name <host>', 'listen: a name of this machine; repeat for more', collect)
    .option('--tls-cert <file>', 'listen: the certificate')
    .option('--tls-key <file>', 'listen: its key');

/** The same flags as a command line; `more`: others that take a text, by their names. */
export function commandLineOf(
  flags: AccessFlags,
  more: Readonly<Record<string, string | undefined>> = {},
): string[] {
  const given = {
    port: flags.port,
    ...more,
    'host-name': flags.hostName,
    'public-origin': flags.publicOrigin,
    'base-path': flags.basePath,
    listen: flags.listen,
    'tls-cert': flags.tlsCert,
    'tls-key': flags.tlsKey,
  };
  return [
    ...Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`, value])),
    ...(flags.name ?? []).flatMap((name) => ['--name', name]),
    ...(flags.auth ? [] : ['--no-auth']),
    ...(flags.readOnly ? ['--read-only'] : []),
    ...(flags.trustWholeOrigin ? ['--trust-whole-origin'] : []),
  ];
}
