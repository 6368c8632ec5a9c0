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
}

/** What the kernel says of one process, or null when there is none. */
export function lookUp(pid: number): Process | null {
  return process.platform === 'linux' ? lookUpLinux(pid) : (listByPs(['-p', String(pid)])[0] ?? null);
}

/** Whether this very process lives: the same start time, the marker in its arguments, and not a zombie. */
export function isAlive({ pid, started }: ProcessIdentity, marker: string): boolean {
  const found = lookUp(pid);
  return found !== null && !found.zombie && found.started === started && argumentsOf(pid).includes(marker);
}

/**
 * Everybody of a run's family: its process group, whoever carries the marker in the arguments or the
 * environment, whoever has the output file open as stdout or stderr, and the descendants of all these.
 * Not to be found: one that set its own session, cleared its environment, closed its output and lost its parent.
 */
export function familyOf(marker: string, group: number | null, output: string): number[] {
  const written = realPath(output);
  const all = listAll().filter(({ zombie, pid }) => !zombie && pid !== process.pid);
  const family = new Set<number>();
  for (const each of all) if (carries(each.pid, marker) || writesTo(each.pid, written)) family.add(each.pid);
  // A group number alone proves nothing: it counts while one of the proven is in it.
  const isOurs = group !== null && all.some((each) => each.group === group && family.has(each.pid));
  if (isOurs) for (const each of all) if (each.group === group) family.add(each.pid);
  for (let grown = -1; grown !== family.size; ) {
    grown = family.size;
    for (const each of all) if (family.has(each.parent)) family.add(each.pid);
  }
  return [...family];
}

const carries = (pid: number, marker: string): boolean =>
  argumentsOf(pid).includes(marker) || environmentOf(pid).includes(marker);

function argumentsOf(pid: number): string {
  if (process.platform === 'linux') return readQuietly(`/proc/${pid}/cmdline`);
  return psQuietly(['-ww', '-o', 'command=', '-p', String(pid)]);
}

function environmentOf(pid: number): string {
  if (process.platform === 'linux') return readQuietly(`/proc/${pid}/environ`);
  return psQuietly(['-wwE', '-o', 'command=', '-p', String(pid)]);
}

/** `/proc` knows files by their real path only. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function writesTo(pid: number, output: string): boolean {
  if (process.platform !== 'linux') return false;
  return [1, 2].some((descriptor) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${descriptor}`) === output;
    } catch {
      return false;
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
