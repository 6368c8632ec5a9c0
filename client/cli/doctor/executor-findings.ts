/** Whether a run on each of the other machines can ask, and gets its answer. */
import type { Finding } from '../../../shared/offline.ts';
import type { Daemon } from '../../daemon/daemon-client.ts';
import { ProgramError } from '../output/program-error.ts';
import { bad, good, note } from './findings.ts';
import { roundTripThrough } from './round-trip.ts';

const ENGINES = { ssh: 'ssh', slurm: 'Slurm', kubernetes: 'Kubernetes' } as const;
/** What shows what waits there. */
const QUEUES = { slurm: 'squeue --me', kubernetes: 'kubectl get pods' } as const;

/** `whyNot`: why no unit may be added for it; null: one may. No findings where no executor is named. */
export async function executorFindings(daemon: Daemon, whyNot: string | null): Promise<Finding[]> {
  const lines = await daemon.executors.query();
  const findings: Finding[] = [];
  for (const { name, kind, ssh, room, at_work, reached, problem } of lines) {
    const place = ssh ?? `${name} by ${ENGINES[kind]}`;
    const what = `executor ${name}`;
    const why = at_work >= room ? 'it has no room now.' : whyNot;
    if (!reached) findings.push(bad(what, `${place} is not reached: ${problem ?? 'not yet.'}`));
    else if (why !== null) findings.push(note(what, `${place} is reached. Not tried: ${why}`));
    else
      findings.push(
        await roundTripThrough(daemon, name).then(
          (ms) =>
            good(
              what,
              `A unit asked from ${place}, was answered and got the answer, in ${Math.round(ms)} ms.`,
            ),
          (error: Error) => (kind === 'ssh' ? bad(what, error.message) : queued(what, QUEUES[kind], error)),
        ),
      );
  }
  return findings;
}

/** A run may wait in a queue for as long as it likes; one that came back has failed. */
const queued = (what: string, shownBy: string, error: Error): Finding =>
  error instanceof ProgramError
    ? bad(what, error.message)
    : note(what, `A unit has not come back: it may wait in the queue (${shownBy}). If not: ${error.message}`);
