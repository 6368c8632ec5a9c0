/** Finds operating-system processes: whether one is alive, which belong to a run, its ancestors, and which work in a directory. */
import { realpathSync } from 'node:fs';
import type { ProcessIdentity } from '../../shared/words.ts';
import { type Process, platform } from './platform.ts';

/** A process with what shows to which run it belongs. */
interface ObservedProcess extends Process {
  /** Arguments and environment. */
  readonly argumentsAndEnvironment: string;
  /** Real paths of stdout and stderr. */
  readonly outputFiles: readonly string[];
}

/** All processes alive at one moment, except this one. */
export type ProcessList = readonly ObservedProcess[];

/** One process; null: there is none. */
export const lookUp = (pid: number): Process | null => platform.lookUp(pid);

/** Whether this process is alive: same start time, the marker in its arguments, no zombie. */
export function isAlive({ pid, started }: ProcessIdentity, marker: string): boolean {
  const found = lookUp(pid);
  return (
    found !== null && !found.zombie && found.started === started && platform.argumentsOf(pid).includes(marker)
  );
}

/** The children of this process; none if it has ended. */
export function childrenOf(identity: ProcessIdentity, marker: string): number[] {
  if (!isAlive(identity, marker)) return [];
  return platform
    .listAll()
    .flatMap(({ pid, parent, zombie }) => (parent === identity.pid && !zombie ? [pid] : []));
}

/**
 * All processes of a run: its process group, those with the marker in arguments or
 * environment, those with the output file as stdout or stderr, and the descendants of all these.
 * Not found: a process that set its own session, cleared its environment, closed its output and lost its parent.
 */
export function processesOfRun(
  marker: string,
  group: number | null,
  output: string,
  all: ProcessList = listProcesses(),
): number[] {
  const outputFile = realPath(output);
  const family = new Set<number>();
  for (const each of all)
    if (each.argumentsAndEnvironment.includes(marker) || each.outputFiles.includes(outputFile))
      family.add(each.pid);
  // A group id may be reused: it counts only while a proven process is in it.
  const isOurs = group !== null && all.some((each) => each.group === group && family.has(each.pid));
  if (isOurs) for (const each of all) if (each.group === group) family.add(each.pid);
  for (let grown = -1; grown !== family.size; ) {
    grown = family.size;
    for (const each of all) if (family.has(each.parent)) family.add(each.pid);
  }
  return [...family];
}

/** Lists every process, once for all runs that are checked at the same moment. */
export function listProcesses(): ProcessList {
  const argumentsAndEnvironment = platform.argumentsAndEnvironment();
  return platform
    .listAll()
    .filter(({ zombie, pid }) => !zombie && pid !== process.pid)
    .map((each) => observed(each, argumentsAndEnvironment));
}

const observed = (each: Process, argumentsAndEnvironment: (pid: number) => string): ObservedProcess => ({
  ...each,
  argumentsAndEnvironment: argumentsAndEnvironment(each.pid),
  outputFiles: platform.outputFilesOf(each.pid),
});

/** Processes that work in a folder (real path) or below; null: the system does not tell. */
export function processesIn(folder: string): number[] | null {
  const folders = platform.workingFolders();
  return (
    folders &&
    [...folders].flatMap(([pid, cwd]) => (cwd === folder || cwd.startsWith(`${folder}/`) ? [pid] : []))
  );
}

/** A process and its ancestors. */
export function processAndAncestors(pid: number): ProcessList {
  const find = platform.finder();
  const argumentsAndEnvironment = platform.argumentsAndEnvironment();
  const line: ObservedProcess[] = [];
  // A reused pid could make the chain a cycle.
  for (let at = find(pid); at !== null && line.length < MAX_ANCESTORS; at = find(at.parent))
    line.push(observed(at, argumentsAndEnvironment));
  return line;
}

const MAX_ANCESTORS = 200;

/** `/proc` knows files by their real path only. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/**
 * Sends a signal to a process that may have ended meanwhile. False: it has changed its user, and takes no signal of ours;
 * that is no error, as others of its run must still get theirs.
 */
export function sendSignal(pid: number, name: NodeJS.Signals): boolean {
  try {
    process.kill(pid, name);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ESRCH' && code !== 'EPERM') throw error;
    return code === 'ESRCH';
  }
}
