/** Records the end of a run with what it printed last and what is in its worktree. */
import type { Outcome, Run } from '../../shared/words.ts';
import { DAEMON } from '../domain/actors.ts';
import { endRun } from '../domain/commands/runs.ts';
import { lastLines } from '../output/tail.ts';
import type { Store } from '../store/store.ts';
import { newId } from '../system/new-id.ts';
import { runFiles } from '../system/run-files.ts';
import type { Worktrees } from './worktrees.ts';

const CONTEXT_LINES = 12;

export interface EndParts {
  readonly store: Store;
  readonly runs: string;
  readonly worktrees: Worktrees;
}

/** Commits how a run ended, with what is in its worktree then. Nobody of its family may be alive. `carrier`: as in `EndInput`. */
export async function recordEnd(
  { store, runs, worktrees }: EndParts,
  run: Run,
  outcome: Outcome,
  carrier?: string | null,
): Promise<void> {
  const work = store.state.works.get(run.unit);
  const kept = work?.unit.work?.made_at ? await worktrees.keep(work.unit, work.unit.work) : null;
  const lines = lastLines(runFiles(runs, run.unit, run.number).output, CONTEXT_LINES);
  const input = {
    unit: run.unit,
    run: run.number,
    outcome,
    lines,
    key: newId(),
    ...(carrier !== undefined && { carrier }),
    ...(kept && { work: kept }),
  };
  await store.commit(DAEMON, (state, at) => endRun(state, { ...input, at }));
}
