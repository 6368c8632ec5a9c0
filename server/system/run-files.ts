import { join } from 'node:path';

/** The files of one run. */
export interface RunFiles {
  /** The name of the folder, unique among the runs of a project. */
  readonly name: string;
  readonly folder: string;
  readonly output: string;
  readonly answers: string;
}

/** A run among those of all units. */
export const keyOfRun = ({ unit, number }: { readonly unit: number; readonly number: number }): string =>
  `${unit}-${number}`;

/** The unit of a run, by the name of its folder; null: it is no such name. */
export function unitOfRun(name: string): number | null {
  const [, unit] = /^(\d{1,15})-\d+$/.exec(name) ?? [];
  return unit === undefined ? null : Number(unit);
}

export function runFiles(runs: string, unit: number, run: number): RunFiles {
  const name = keyOfRun({ unit, number: run });
  const folder = join(runs, name);
  return { name, folder, output: join(folder, 'output'), answers: join(folder, 'answers.json') };
}
