/** Whether a process belongs to a run: by the processes that it descends from, so that no variable has to be passed on. */
import type { Run } from '../../shared/words.ts';
import { isAlive, type ProcessList, processAndAncestors, processesOfRun } from './processes.ts';

/** The name of a wrapper among its arguments, or the marker in an environment: of a run of any Signalbox. */
const MARKS = /(^|[\0 ])(signalbox-run-[0-9a-f]{32}([\0 ]|$)|SIGNALBOX_MARKER=[^\0 ])/;

/** Whether a process descends from a run, whichever daemon has started it. */
export const isWithinRun = (lineage: ProcessList = processAndAncestors(process.pid)): boolean =>
  lineage.some(({ argumentsAndEnvironment }) => MARKS.test(argumentsAndEnvironment));

/**
 * The same for one run of which more is known: its wrapper's number and start, its group, and its output. Of
 * those that a kill of the run would end, this knows all but those whose group no longer has a leader.
 */
export function isOfRun(lineage: ProcessList, { marker, process: wrapper }: Run, output: string): boolean {
  if (processesOfRun(marker, wrapper?.pid ?? null, output, lineage).length > 0) return true;
  if (!wrapper || !isAlive(wrapper, marker)) return false;
  return lineage.some(({ group }) => group === wrapper.pid);
}
