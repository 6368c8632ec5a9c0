import { BY_FILE } from '../../shared/daemon-questions.ts';
import type { Run, WorkUnit } from '../../shared/words.ts';
import { unheard } from '../domain/delivery.ts';
import type { Task } from './agent.ts';

/** The task of a run that is about to start, with all messages and answers that no run has used yet. */
export function taskOf(
  work: WorkUnit,
  run: Pick<Run, 'phase' | 'number' | 'agent'>,
  project: string,
  answers_file: string,
): Task {
  const { phase, number } = run;
  const answered = work.items.filter((item) => item.answer?.given_to === number);
  const by_file = answered.some(({ answer }) => answer?.options.includes(BY_FILE));
  const messages = unheard(work, number);
  const session = sessionBefore(work, run);
  const { unit } = work;
  return {
    unit,
    phase,
    run: number,
    answered,
    messages,
    answers_file,
    by_file,
    session,
    project,
    work: unit.work,
  };
}

/**
 * Only the last run's session: a run that resumed a session and did not report it has lost it, and the
 * next starts a new one instead of failing for ever.
 */
const sessionBefore = ({ runs }: WorkUnit, { number, agent }: Pick<Run, 'number' | 'agent'>): string | null =>
  runs.findLast((run) => run.number < number && run.agent === agent && run.outcome?.exit !== 'never-began')
    ?.session ?? null;
