import { join } from 'node:path';

/** The files of one run. */
export interface RunFiles {
  /** The name of the folder, unique among the runs of a project. */
  readonly name: string;
  readonly folder: string;
  readonly output: string;
  readonly answers: string;
}

export function runFiles(runs: string, unit: number, run: number): RunFiles {
  const name = `${unit}-${run}`;
  const folder = join(runs, name);
  return { name, folder, output: join(folder, 'output'), answers: join(folder, 'answers.json') };
}
