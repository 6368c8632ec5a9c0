/**
 * Reads process information from the system. Linux (also with musl and BusyBox) has it in `/proc`; macOS and the BSDs are
 * asked by `ps` and `lsof`. All differences between systems are here.
 */
import { execFileSync } from 'node:child_process';
import { lstatSync, readdirSync, readFileSync, readlinkSync, type Stats, statSync } from 'node:fs';

/** A process as the system shows it. */
export interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  /** When it started, in the system's own terms: together with `pid` it names one process for good. */
  readonly started: string;
  readonly zombie: boolean;
  /** Stopped by a signal, until SIGCONT. */
  readonly stopped: boolean;
}

export interface Platform {
  /** One process; null: there is none. */
  lookUp(pid: number): Process | null;
  listAll(): Process[];
  /** Lists all processes once, where each query would spawn a process; finds many in it. */
  finder(): (pid: number) => Process | null;
  argumentsOf(pid: number): string;
  /** Lists all processes once; returns the arguments and environment of each, as far as readable. */
  argumentsAndEnvironment(): (pid: number) => string;
  /** Real paths of its stdout and stderr; empty if unknown. */
  outputFilesOf(pid: number): string[];
  /** Whether the process has this file open: it must be empty, with one name, and no link. */
  hasOpen(pid: number, path: string): boolean;
  /** Working directory of each process, as far as readable; null: the system does not tell. */
  workingFolders(): ReadonlyMap<number, string> | null;
}

const linux: Platform = {
  lookUp: (pid) => processInStat(pid, readQuietly(`/proc/${pid}/stat`)),
  listAll() {
    const pids = namesIn('/proc').filter((name) => /^\d+$/.test(name));
    return pids.map((pid) => linux.lookUp(Number(pid))).filter((found) => found !== null);
  },
  finder: () => linux.lookUp,
  argumentsOf: (pid) => readQuietly(`/proc/${pid}/cmdline`),
  argumentsAndEnvironment: () => (pid) => `${linux.argumentsOf(pid)}\0${readQuietly(`/proc/${pid}/environ`)}`,
  outputFilesOf: (pid) => [1, 2].flatMap((descriptor) => linkQuietly(`/proc/${pid}/fd/${descriptor}`)),
  hasOpen(pid, path) {
    const file = ownFile(path);
    const folder = `/proc/${pid}/fd`;
    return (
      file !== undefined && namesIn(folder).some((name) => isSame(file, statQuietly(`${folder}/${name}`)))
    );
  },
  workingFolders() {
    const pids = namesIn('/proc').filter((name) => /^\d+$/.test(name));
    const found = pids.flatMap((pid) =>
      linkQuietly(`/proc/${pid}/cwd`).map((cwd) => [Number(pid), cwd] as const),
    );
    return found.length === 0 ? null : new Map(found);
  },
};

/** With a link, a caller could name a file that another process has open. */
function ownFile(path: string): Stats | undefined {
  const file = lstatSync(path, { throwIfNoEntry: false });
  return file?.isFile() && file.nlink === 1 && file.size === 0 ? file : undefined;
}

const isSame = (file: Stats, other: Stats | undefined): boolean =>
  other !== undefined && other.ino === file.ino && other.dev === file.dev;

/** proc(5): the fields after the command name, which may itself hold spaces and parentheses. */
export function processInStat(pid: number, stat: string): Process | null {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, parent, group] = fields;
  const started = fields[19];
  if (state === undefined || started === undefined) return null;
  return {
    pid,
    parent: Number(parent),
    group: Number(group),
    started,
    zombie: state === 'Z' || state === 'X',
    stopped: state === 'T' || state === 't',
  };
}

/** One `-o` each: some versions of ps take a comma after "=" as part of the header. */
const COLUMNS = ['pid', 'ppid', 'pgid', 'state', 'lstart'].flatMap((name) => ['-o', `${name}=`]);

const bsd: Platform = {
  lookUp: (pid) => processesInPs(run('ps', [...COLUMNS, '-p', String(pid)]))[0] ?? null,
  listAll: () => processesInPs(run('ps', ['-ax', ...COLUMNS])),
  finder() {
    const byPid = new Map(bsd.listAll().map((each) => [each.pid, each] as const));
    return (pid) => byPid.get(pid) ?? null;
  },
  argumentsOf: (pid) => run('ps', ['-ww', '-o', 'command=', '-p', String(pid)]),
  argumentsAndEnvironment() {
    // One call for all: one per process would take too long.
    const byPid = commandsInPs(run('ps', ['-axwwE', '-o', 'pid=', '-o', 'command=']));
    return (pid) => byPid.get(pid) ?? '';
  },
  // `lsof` for every process would take seconds.
  outputFilesOf: () => [],
  hasOpen: (pid, path) =>
    ownFile(path) !== undefined &&
    pidsInLsof(run('/usr/sbin/lsof', ['-a', '-p', String(pid), '-t', '--', path])).includes(pid),
  workingFolders() {
    const found = foldersInLsof(run('/usr/sbin/lsof', ['-w', '-d', 'cwd', '-F0pn']));
    return found.size === 0 ? null : found;
  },
};

/** A line each: four words, then the start as five words: `412 1 412 S Mon Nov 23 07:13:02 2026`. */
export function processesInPs(text: string): Process[] {
  return text.split('\n').flatMap((line) => {
    const [pid, parent, group, state, ...started] = line.trim().split(/\s+/);
    if (!/^\d+$/.test(pid ?? '') || !state || started.length === 0) return [];
    return [
      {
        pid: Number(pid),
        parent: Number(parent),
        group: Number(group),
        started: started.join(' '),
        zombie: state.startsWith('Z'),
        stopped: state.startsWith('T'),
      },
    ];
  });
}

/** By the number at the begin of a line: arguments and environment, which follow it. Where a line begins with no number, an argument had a line break. */
export function commandsInPs(text: string): ReadonlyMap<number, string> {
  const found = new Map<number, string>();
  let last = 0;
  for (const line of text.split('\n')) {
    const [head = '', number] = /^ *(\d+) +/.exec(line) ?? [];
    const pid = number === undefined ? last : Number(number);
    const text = line.slice(head.length);
    found.set(pid, found.has(pid) ? `${found.get(pid)}\n${text}` : text);
    last = pid;
  }
  return found;
}

/** `lsof -t`: one number a line. */
export const pidsInLsof = (text: string): number[] =>
  text.split('\n').flatMap((line) => (/^\d+$/.test(line.trim()) ? [Number(line)] : []));

/** `lsof -F0pn`: a line `p412` for a process, then one `fcwd` and `n/the/folder`; each field ends with NUL. */
export function foldersInLsof(text: string): ReadonlyMap<number, string> {
  const found = new Map<number, string>();
  let pid = 0;
  for (const field of text.split('\0').map((each) => each.replace(/^\n/, ''))) {
    if (/^p\d+$/.test(field)) pid = Number(field.slice(1));
    if (field.startsWith('n')) found.set(pid, field.slice(1));
  }
  return found;
}

/** `ps` prints start times in the caller's locale and time zone: both are fixed, so that a change of zone does not change identities. */
function run(program: string, args: readonly string[]): string {
  const env = { PATH: `${process.env.PATH}:/bin:/usr/bin`, LC_ALL: 'C', TZ: 'UTC0' };
  try {
    return execFileSync(program, args, {
      encoding: 'utf8',
      env,
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: 5000,
    });
  } catch {
    return '';
  }
}

/** A process may exit while it is read. */
function readQuietly(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

function linkQuietly(path: string): string[] {
  try {
    return [readlinkSync(path)];
  } catch {
    return [];
  }
}

function statQuietly(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Abstract socket names, which the kernel frees when the listening process exits. */
export const hasAbstractSockets = process.platform === 'linux';

export const platform: Platform = process.platform === 'linux' ? linux : bsd;
