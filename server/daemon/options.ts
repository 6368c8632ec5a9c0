/** Options of the daemon from its command line, environment and settings file (`start-settings.ts`). */
import { realpathSync, statSync } from 'node:fs';
import { isIP } from 'node:net';
import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { originOf } from '../access/access-file.ts';
import { homeFolder } from '../system/home-folder.ts';
import { LOG_FORMATS, type LogFormat } from '../system/log.ts';
import { Problem } from '../system/problem.ts';
import { databaseGiven } from './database-choice.ts';
import { startSettings } from './start-settings.ts';

/** The flags that say who may come in, and how. */
export const DOOR_FLAGS = {
  port: { type: 'string' },
  'no-auth': { type: 'boolean', default: false },
  'read-only': { type: 'boolean', default: false },
  'host-name': { type: 'string' },
  'public-origin': { type: 'string' },
  'base-path': { type: 'string' },
  'trust-whole-origin': { type: 'boolean', default: false },
  listen: { type: 'string' },
  name: { type: 'string', multiple: true },
  'tls-cert': { type: 'string' },
  'tls-key': { type: 'string' },
} as const;

const FLAGS = {
  ...DOOR_FLAGS,
  project: { type: 'string', default: '.' },
  plan: { type: 'string' },
  database: { type: 'string' },
  'max-agents': { type: 'string' },
  'undo-seconds': { type: 'string' },
  'log-format': { type: 'string', default: 'text' },
} as const;

export interface Options {
  /** Real path of the project folder, where runs work. */
  readonly project: string;
  /** null: the port of the last start, or the default. */
  readonly port: number | null;
  readonly plan: string | null;
  /** A URL of PostgreSQL or `SQLITE`; null: as the last start was told. */
  readonly database: string | null;
  readonly logFormat: LogFormat;
  readonly door: DoorOptions;
  /** Settings to store; others stay as they are. */
  readonly settings: { readonly max_agents: number | undefined; readonly undo_seconds: number | undefined };
}

/** Access: modes and host names. */
export interface DoorOptions {
  /** --no-auth. On loopback only. */
  readonly noAuth: boolean;
  readonly readOnly: boolean;
  /** Host name for signing in, instead of the random one. */
  readonly hostName: string | null;
  /** Origin at which a proxy publishes the page. */
  readonly publicOrigin: string | null;
  /** The path under which the proxy publishes it; empty: the origin is ours alone. */
  readonly basePath: string;
  readonly beyond: Beyond | null;
}

/** An address other than loopback. */
export interface Beyond {
  readonly address: string;
  readonly names: readonly string[];
  readonly cert: string;
  readonly key: string;
}

/** Throws a `Problem` that names the wrong option. */
export function readOptions(argv: readonly string[], env = process.env, home = homeFolder()): Options {
  const values = parseFlags(argv, FLAGS);
  const said = startSettings(
    { port: values.port, 'max-agents': values['max-agents'], 'undo-seconds': values['undo-seconds'] },
    env,
    home,
  );
  return {
    project: projectOf(values.project),
    port: said.port ?? null,
    plan: values.plan ?? null,
    database: databaseGiven(values.database, env),
    logFormat: logFormatOf(values['log-format']),
    door: doorOptions(values),
    settings: { max_agents: said['max-agents'], undo_seconds: said['undo-seconds'] },
  };
}

function logFormatOf(given: string): LogFormat {
  const found = LOG_FORMATS.find((each) => each === given);
  if (found === undefined)
    throw new Problem('usage', `--log-format takes ${LOG_FORMATS.join(' or ')}, not "${given}".`);
  return found;
}

export type DoorFlags = ReturnType<typeof parseFlags<typeof DOOR_FLAGS>>;

export function doorOptions(values: DoorFlags): DoorOptions {
  const beyond = beyondOf(values);
  if ((beyond || values['public-origin'] !== undefined) && values['no-auth'])
    throw new Problem(
      'config',
      '--no-auth is for loopback alone: not with --listen, not with --public-origin.',
    );
  const publicOrigin = values['public-origin'] ?? null;
  if (publicOrigin !== null && originOf(publicOrigin) !== publicOrigin)
    throw new Problem(
      'usage',
      `--public-origin takes a scheme and a host: https://example.com, not "${publicOrigin}".`,
    );
  return {
    noAuth: values['no-auth'],
    readOnly: values['read-only'],
    hostName: nameOf('--host-name', values['host-name']),
    publicOrigin,
    basePath: basePathOf(values),
    beyond,
  };
}

/** Of a shared origin the operator has to say so: an Origin does not tell its pages apart. */
function basePathOf(values: DoorFlags): string {
  const { 'base-path': path, 'public-origin': origin, 'trust-whole-origin': isTrusted } = values;
  if (path === undefined) {
    if (isTrusted) throw new Problem('usage', '--trust-whole-origin belongs to --base-path.');
    return '';
  }
  if (!/^(\/[A-Za-z0-9_-]+)+$/.test(path))
    throw new Problem('usage', `--base-path takes a path such as /signalbox, not "${path}".`);
  if (origin === undefined)
    throw new Problem('usage', '--base-path is for a proxy: say with --public-origin at which origin.');
  if (!isTrusted)
    throw new Problem(
      'config',
      `Every other page of ${origin} could answer in your name, since a browser tells pages apart by their origin alone. Give Signalbox a host name of its own; or, if you trust all that ${origin} serves, add --trust-whole-origin.`,
    );
  return path;
}

/** Beyond loopback TLS and host names are required; no flag turns this off. */
function beyondOf(values: DoorFlags): Beyond | null {
  const { listen: address, name = [], 'tls-cert': cert = null, 'tls-key': key = null } = values;
  if (address === undefined) {
    if (name.length > 0 || cert !== null || key !== null)
      throw new Problem('usage', '--name, --tls-cert and --tls-key say how to --listen on an address.');
    return null;
  }
  if (isIP(address) === 0 || isLoopback(address))
    throw new Problem('usage', `--listen takes an IP address beyond loopback, not "${address}".`);
  const names = name.map((each) => nameOf('--name', each) ?? '');
  if (names.length === 0 || cert === null || key === null)
    throw new Problem(
      'config',
      'Beyond loopback Signalbox listens only with TLS and by name: --listen ADDRESS --tls-cert FILE --tls-key FILE --name HOST',
    );
  return { address, names, cert, key };
}

export const isLoopback = (address: string): boolean => /^127\.|^::1$/.test(address);

function nameOf(flag: string, name: string | undefined): string | null {
  if (name === undefined) return null;
  if (/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/.test(name)) return name;
  throw new Problem('usage', `${flag} takes the name of a host in lower case, not "${name}".`);
}

/** Throws a `Problem` for what is no flag of these. */
export function parseFlags<Flags extends ParseArgsOptionsConfig>(argv: readonly string[], options: Flags) {
  try {
    return parseArgs({ args: [...argv], options }).values;
  } catch (error) {
    throw new Problem('usage', error instanceof Error ? error.message : String(error));
  }
}

function projectOf(folder: string): string {
  try {
    const real = realpathSync(folder);
    if (statSync(real).isDirectory()) return real;
  } catch {
    // said below
  }
  throw new Problem('usage', `There is no folder ${folder}.`);
}
