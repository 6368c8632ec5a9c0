/** Whether a run on each of the other machines can ask, and gets its answer. */
import type { Finding } from '../../../shared/offline.ts';
import type { Daemon } from '../../daemon/daemon-client.ts';
import { bad, good, note } from './findings.ts';
import { roundTripThrough } from './round-trip.ts';

/** `whyNot`: why no unit may be added for it; null: one may. No findings where no executor is named. */
export async function executorFindings(daemon: Daemon, whyNot: string | null): Promise<Finding[]> {
  const lines = await daemon.executors.query();
  const findings: Finding[] = [];
  for (const { name, ssh, room, at_work, reached, problem } of lines) {
    const what = `executor ${name}`;
    const why = at_work >= room ? 'it has no room now.' : whyNot;
    if (!reached) findings.push(bad(what, `${ssh} is not reached: ${problem ?? 'not yet.'}`));
    else if (why !== null) findings.push(note(what, `${ssh} is reached. Not tried: ${why}`));
    else
      findings.push(
        await roundTripThrough(daemon, name).then(
          (ms) =>
            good(what, `A unit asked from ${ssh}, was answered and got the answer, in ${Math.round(ms)} ms.`),
          (error: Error) => bad(what, error.message),
        ),
      );
  }
  return findings;
}
