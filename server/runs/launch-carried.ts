/** Hands a run to an executor, after it is recorded. */
import { writeFileSync } from 'node:fs';
import type { Outcome, Run } from '../../shared/words.ts';
import { submitted } from '../domain/commands/carry.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Executors } from '../executors/executors.ts';
import type { Store } from '../store/store.ts';
import { runFiles } from '../system/run-files.ts';
import { commandOf } from './carried-runs.ts';
import { makeRunFolder } from './wrapper.ts';

interface CarriedLaunchParts {
  readonly store: Store;
  readonly project: string;
  readonly runs: string;
  readonly executors: Executors;
}

/**
 * Has the executor start a carrier that claims the run with `secret`. Returns the outcome of a run that never began. Where
 * that is not known, it is committed before anything else: a carrier that comes after that is refused.
 */
export async function launchCarried(
  { store, project, runs, executors }: CarriedLaunchParts,
  run: Run,
  secret: string,
): Promise<Outcome | null> {
  const { unit, number, marker, executor = '' } = run;
  const work = store.state.works.get(unit);
  if (!work) return null;
  try {
    const files = runFiles(runs, unit, number);
    makeRunFolder(files);
    writeFileSync(files.output, '', { mode: 0o600 });
    const made = commandOf(store.state, work, run, files.answers, project);
    if ('exit' in made) return made;
    const job = await executors.start(executor, { marker, secret });
    await store.lead((state) => submitted(state, { unit, run: number, job }));
    return null;
  } catch (error) {
    // It has ended meanwhile.
    if (error instanceof Refusal) return null;
    const detail = error instanceof Error ? error.message : String(error);
    return { exit: 'never-began', code: 'cannot-start', detail };
  }
}
