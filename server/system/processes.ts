import { realpathSync } from 'node:fs';
import type { ProcessIdentity } from '../../shared/words.ts';
import { type Process, platform } from './platform.ts';

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
export const lookUp = (pid: number): Process | null => platform.lookUp(pid);

/** Whether this very process lives: the same start time, the marker in its arguments, and not a zombie. */
export function isAlive({ pid, started }: ProcessIdentity, marker: string): boolean {
  const found = lookUp(pid);
  return (
    found !== null && !found.zombie && found.started === started && platform.argumentsOf(pid).includes(marker)
  );
}

/** The processes that this very process has started itself; none where it has ended. */
export function childrenOf(identity: ProcessIdentity, marker: string): number[] {
  if (!isAlive(identity, marker)) return [];
  return platform
    .listAll()
    .flatMap(({ pid, parent, zombie }) => (parent === identity.pid && !zombie ? [pid] : []));
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
  const carried = platform.carried();
  return platform
    .listAll()
    .filter(({ zombie, pid }) => !zombie && pid !== process.pid)
    .map((each) => seen(each, carried));
}

const seen = (each: Process, carried: (pid: number) => string): Seen => ({
  ...each,
  carried: carried(each.pid),
  written: platform.writtenBy(each.pid),
});

/** Who works in a folder or below it, by its real path; null where the system does not say. */
export function processesIn(folder: string): number[] | null {
  const folders = platform.workingFolders();
  return (
    folders &&
    [...folders].flatMap(([pid, cwd]) => (cwd === folder || cwd.startsWith(`${folder}/`) ? [pid] : []))
  );
}

/** A process and those that it descends from, up to the first of the system. */
export function lineageOf(pid: number): Census {
  const find = platform.finder();
  const carried = platform.carried();
  const line: Seen[] = [];
  // A number given to another process meanwhile may lead in a cycle.
  for (let at = find(pid); at !== null && line.length < DEEPEST; at = find(at.parent))
    line.push(seen(at, carried));
  return line;
}

const DEEPEST = 200;

/** `/proc` knows files by their real path only. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
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
