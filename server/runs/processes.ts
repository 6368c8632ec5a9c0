import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync, realpathSync } from 'node:fs';
import type { ProcessIdentity } from '../../shared/words.ts';

/** A process as the system shows it. */
export interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  /** When it started, in the system's own terms: together with `pid` it names one process for good. */
  readonly started: string;
  readonly zombie: boolean;
  /** By a signal: it does nothing until another one lets it go on. */
  readonly stopped: boolean;
}

/** A process with what shows whose it is. */
interface Seen extends Process {
  /** Its arguments and its environment. */
  readonly carried: string;
  /** The files that it has open as stdout and stderr, by their real path. */
  readonly written: readonly string[];
}

/** Everybody alive at one moment, save ourselves. */
export type Census = readonly Seen[];

/** What the kernel says of one process, or null when there is none. */
export function lookUp(pid: number): Process | null {
  return process.platform === 'linux' ? lookUpLinux(pid) : (listByPs(['-p', String(pid)])[0] ?? null);
}

/** Whether this very process lives: the same start time, the marker in its arguments, and not a zombie. */
export function isAlive({ pid, started }: ProcessIdentity, marker: string): boolean {
  const found = lookUp(pid);
  return found !== null && !found.zombie && found.started === started && argumentsOf(pid).includes(marker);
}

/** The processes that this very process has started itself; none where it has ended. */
export function childrenOf(identity: ProcessIdentity, marker: string): number[] {
  if (!isAlive(identity, marker)) return [];
  return listAll().flatMap(({ pid, parent, zombie }) => (parent === identity.pid && !zombie ? [pid] : []));
}

/**
 * Everybody of a run's family: its process group, whoever carries the marker in the arguments or the
 * environment, whoever has the output file open as stdout or stderr, and the descendants of all these.
 * Not to be found: one that set its own session, cleared its environment, closed its output and lost its parent.
 */
export function familyOf(
  marker: string,
  group: number | null,
  output: string,
  all: Census = takeCensus(),
): number[] {
  const written = realPath(output);
  const family = new Set<number>();
  for (const each of all)
    if (each.carried.includes(marker) || each.written.includes(written)) family.add(each.pid);
  // A group number alone proves nothing: it counts while one of the proven is in it.
  const isOurs = group !== null && all.some((each) => each.group === group && family.has(each.pid));
  if (isOurs) for (const each of all) if (each.group === group) family.add(each.pid);
  for (let grown = -1; grown !== family.size; ) {
    grown = family.size;
    for (const each of all) if (family.has(each.parent)) family.add(each.pid);
  }
  return [...family];
}

/** Looks at every process. One look serves for all runs whose family is searched at the same moment. */
export function takeCensus(): Census {
  const carried = process.platform === 'linux' ? carriedOnLinux : carriedByPs();
  return listAll()
    .filter(({ zombie, pid }) => !zombie && pid !== process.pid)
    .map((each) => ({ ...each, carried: carried(each.pid), written: writtenBy(each.pid) }));
}

function argumentsOf(pid: number): string {
  if (process.platform === 'linux') return readQuietly(`/proc/${pid}/cmdline`);
  return psQuietly(['-ww', '-o', 'command=', '-p', String(pid)]);
}

const carriedOnLinux = (pid: number): string => `${argumentsOf(pid)}\0${readQuietly(`/proc/${pid}/environ`)}`;

/** One call for all: a process each would take longer than a run may. */
function carriedByPs(): (pid: number) => string {
  const lines = psQuietly(['-axwwE', '-o', 'pid=,command=']).split('\n');
  const byPid = new Map(lines.map((line) => [Number.parseInt(line, 10), line] as const));
  return (pid) => byPid.get(pid) ?? '';
}

/** `/proc` knows files by their real path only. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function writtenBy(pid: number): string[] {
  if (process.platform !== 'linux') return [];
  return [1, 2].flatMap((descriptor) => {
    try {
      return [readlinkSync(`/proc/${pid}/fd/${descriptor}`)];
    } catch {
      return [];
    }
  });
}

function listAll(): Process[] {
  if (process.platform !== 'linux') return listByPs(['-ax']);
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map((pid) => lookUpLinux(Number(pid))).filter((found) => found !== null);
}

/** proc(5): the fields after the command name, which may itself hold spaces and parentheses. */
function lookUpLinux(pid: number): Process | null {
  const stat = readQuietly(`/proc/${pid}/stat`);
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

function listByPs(which: readonly string[]): Process[] {
  const lines = psQuietly(['-o', 'pid=,ppid=,pgid=,state=,lstart=', ...which]).split('\n');
  return lines.flatMap((line) => {
    const [pid, parent, group, state, ...started] = line.trim().split(/\s+/);
    if (!pid || !state) return [];
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

function psQuietly(args: readonly string[]): string {
  try {
    return execFileSync('ps', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], timeout: 5000 });
  } catch {
    return '';
  }
}

/** A process may end while it is being looked at: then there is nothing to read. */
function readQuietly(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

/** Sends a signal to a process that may have ended meanwhile. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // it has ended
  }
}
