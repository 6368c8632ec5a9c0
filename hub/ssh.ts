/** What OpenSSH does for the hub: says where a daemon elsewhere is, and forwards its socket. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { promisify } from 'node:util';
import { Problem } from '../server/system/problem.ts';
import { refuseLongSocket } from '../server/system/state-folder.ts';
import { stateHome, statePathsOf } from '../shared/state-paths.ts';

/** Where to connect, from `ssh://user@host:port/folder`. */
export interface SshTarget {
  readonly destination: string;
  readonly host: string;
  readonly port: string;
  readonly folder: string;
}

/** Throws a `Problem` where the address names none. */
export function sshTarget(address: URL, url: string): SshTarget {
  const { username, password, hostname, port, pathname, search, hash } = address;
  const folder = decodeURIComponent(pathname);
  const isPlain = [password, search, hash].every((part) => part === '') && !/[\0\n]/.test(folder);
  if (!isPlain || !/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(hostname) || !/^[A-Za-z0-9._-]*$/.test(username))
    throw new Problem(
      'usage',
      `An address by ssh is ssh://HOST/FOLDER, with USER@ and :PORT if need be, not "${url}".`,
    );
  return {
    destination: username === '' ? hostname : `${username}@${hostname}`,
    host: hostname,
    port,
    folder,
  };
}

const base = ({ port }: SshTarget): string[] => [
  '-o',
  'BatchMode=yes',
  '-o',
  'ConnectTimeout=10',
  ...(port === '' ? [] : ['-p', port]),
];

const ASK_MS = 30_000;

export interface FoundBySsh {
  readonly folder: string;
  readonly socket: string;
  readonly token: string;
}

/** Asks the other machine where the project's daemon listens, and has it make a token for this hub. */
export async function findBySsh(target: SshTarget, program: string): Promise<FoundBySsh> {
  const words = [
    `cd ${quoted(target.folder)}`,
    'pwd -P',
    `printf '%s\\n' "$HOME" "\${XDG_STATE_HOME:-}"`,
    `${program} token add --role operator --name 'signalbox hub' --json`,
  ].join(' && ');
  const { stdout } = await promisify(execFile)(
    'ssh',
    [...base(target), '-T', '--', target.destination, words],
    {
      timeout: ASK_MS,
    },
  ).catch((error: Error & { stderr?: string }) => {
    throw new Problem(
      'running',
      `ssh to ${target.destination} failed: ${error.stderr?.trim() || error.message}`,
    );
  });
  const [folder = '', home = '', state = '', ...rest] = stdout.split('\n');
  const token = tokenIn(rest.join('\n'));
  if (token === null)
    throw new Problem(
      'running',
      `${target.destination} answered without a token. Is "${program}" of this version?`,
    );
  return { folder, token, socket: statePathsOf(stateHome({ XDG_STATE_HOME: state }, home), folder).socket };
}

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

function tokenIn(text: string): string | null {
  try {
    const { token } = JSON.parse(text) as { token?: unknown };
    return typeof token === 'string' ? token : null;
  } catch {
    return null;
  }
}

const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 30_000;

/** Keeps a socket of another machine reachable here, over lost connections. Returns how to stop. */
export function forwardSocket(target: SshTarget, here: string, there: string, folder: string): () => void {
  refuseLongSocket({ socket: here });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  let child: ChildProcess | null = null;
  let timer: NodeJS.Timeout | null = null;
  let pause = FIRST_PAUSE_MS;
  const start = () => {
    // What a killed ssh left would keep the next from listening.
    rmSync(here, { force: true });
    const began = Date.now();
    child = spawn('ssh', [...base(target), ...FORWARD, '-L', `${here}:${there}`, '--', target.destination], {
      stdio: 'ignore',
    });
    let isOver = false;
    const again = () => {
      if (isOver || isStopped) return;
      isOver = true;
      pause = Date.now() - began > LONGEST_PAUSE_MS ? FIRST_PAUSE_MS : Math.min(LONGEST_PAUSE_MS, pause * 2);
      timer = setTimeout(start, pause);
    };
    child.once('exit', again).once('error', again);
  };
  let isStopped = false;
  start();
  return () => {
    isStopped = true;
    if (timer) clearTimeout(timer);
    child?.kill();
    rmSync(here, { force: true });
  };
}

const FORWARD = [
  '-N',
  '-T',
  '-o',
  'ExitOnForwardFailure=yes',
  '-o',
  'StreamLocalBindUnlink=yes',
  '-o',
  'StreamLocalBindMask=0177',
  '-o',
  'ServerAliveInterval=5',
  '-o',
  'ServerAliveCountMax=2',
];
