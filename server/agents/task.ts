import type { Run, WorkUnit } from '../../shared/words.ts';
import { BY_FILE, unheard } from '../delivery.ts';
import type { Task } from './agent.ts';

/** What a run that is about to start has to do, with everything that was said and that no run has used yet. */
export function taskOf(
  work: WorkUnit,
  { phase, number }: Pick<Run, 'phase' | 'number'>,
  project: string,
  answers_file: string,
): Task {
  const answered = work.items.filter((item) => item.given_to === number);
  const by_file = answered.some(({ answer }) => answer?.options.includes(BY_FILE));
  const messages = unheard(work, number);
  return { unit: work.unit, phase, run: number, answered, messages, answers_file, by_file, project };
}
