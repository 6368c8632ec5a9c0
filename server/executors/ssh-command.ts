/** The command lines of ssh by which carriers are started on another machine. Nothing in them prompts. */
import type { SshDefinition } from '../../shared/executor-words.ts';

export type SshPlace = Pick<SshDefinition, 'ssh' | 'port'>;

/** A name of a host, or of one in `ssh_config`: nothing that ssh or a shell would read as more. */
export const DESTINATION = /^([A-Za-z0-9_][A-Za-z0-9._-]*@)?[A-Za-z0-9_][A-Za-z0-9._-]*$/;

/** One connection for all: `control` is its socket; null: its path would be too long for one. */
export const sharing = (control: string | null, master: boolean): string[] => [
  '-o',
  `ControlMaster=${control !== null && master ? 'yes' : 'no'}`,
  '-o',
  `ControlPath=${control ?? 'none'}`,
  '-o',
  'ControlPersist=no',
];

/** What holds for every call. The user's own settings say all else: names, keys, jumps. */
const ALWAYS = [
  ['BatchMode', 'yes'],
  ['ConnectTimeout', '10'],
  ['ServerAliveInterval', '5'],
  ['ServerAliveCountMax', '3'],
  ['ForwardAgent', 'no'],
  ['ForwardX11', 'no'],
  ['PermitLocalCommand', 'no'],
  ['RemoteCommand', 'none'],
  ['RequestTTY', 'no'],
].flatMap(([name, value]) => ['-o', `${name}=${value}`]);

/** `options` stand before the host; behind it, `command` is what the shell there runs. */
export const sshArguments = (
  { ssh, port }: SshPlace,
  options: readonly string[],
  command: string,
): string[] => [
  ...ALWAYS,
  ...options,
  ...(port === null ? [] : ['-p', String(port)]),
  '-T',
  '--',
  ssh,
  command,
];

/** As one word of any shell. What is in it holds no quotes: `SAFE_PATH`, or our own text. */
const inSh = (script: string): string => `sh -c '${script}'`;

/** A path that means itself in every shell. */
export const SAFE_PATH = /^\/[A-Za-z0-9_./@+:-]*$/;
/** How a program is called: a name or a path. */
export const SAFE_PROGRAM = /^[A-Za-z0-9_./+~-]+$/;

/** Makes the folder of the carriers of one executor of one log, and prints its path. */
export const prepareCommand = (own: string): string =>
  inSh(
    `umask 077; d="\${XDG_STATE_HOME:-$HOME/.local/state}/signalbox/carry/${own}"; mkdir -p "$d" && cd "$d" && pwd -P`,
  );

/**
 * Makes the forwarded socket `name` the one that carriers use, in one step, and holds the connection until the daemon
 * ends it. sshd leaves the sockets of earlier connections behind.
 */
export const holdCommand = (folder: string, name: string): string =>
  inSh(
    `cd "${folder}" && ln -s ${name} ${name}.new && mv -f ${name}.new socket && for f in s-*; do [ "$f" = ${name} ] || rm -f "$f"; done && echo ready && cat >/dev/null; rm -f ${name}`,
  );

/** Brings a socket of the other machine here, and holds the connection for as long as who called it lives. */
export const bringArguments = (host: string, own: string, there: string): string[] =>
  sshArguments(
    { ssh: host, port: null },
    [
      ...sharing(null, false),
      ...[
        '-o',
        'ExitOnForwardFailure=yes',
        '-o',
        'StreamLocalBindUnlink=yes',
        '-o',
        'StreamLocalBindMask=0177',
      ],
      ...['-L', `${own}:${there}`],
    ],
    'exec cat >/dev/null',
  );
