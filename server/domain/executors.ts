/** On which machine the runs of a unit work. */
import { type ExecutorDefinition, LOCAL } from '../../shared/executor-words.ts';
import type { Unit } from '../../shared/words.ts';
import { activeWorks, isPending, type State, tendedRun } from './state.ts';

/**
 * The executor for the next run of a unit; null: this machine. What works in a worktree stays here, as the worktree
 * does; the default is for units that say nothing of either.
 */
export function executorOf({ executors }: Pick<State, 'executors'>, { spec, work }: Unit): string | null {
  if (spec.external || work !== null || spec.worktree === true) return null;
  const name = spec.executor ?? executors.default;
  return name === LOCAL ? null : name;
}

export const executorNamed = (
  { executors }: Pick<State, 'executors'>,
  name: string,
): ExecutorDefinition | undefined => executors.executors.find((each) => each.name === name);

/** How many more runs an executor may take: as with the slots of all, one that waits for a person does not count. */
export function roomOn(state: State, name: string): number {
  let taken = 0;
  for (const work of activeWorks(state))
    if (tendedRun(work)?.executor === name && !work.items.some(isPending)) taken++;
  return (executorNamed(state, name)?.room ?? 0) - taken;
}
