/** What a daemon and its project take, looked at again and again. */
import { readdirSync, readFileSync } from 'node:fs';
import type { DaemonFixture } from '../daemon-fixture.ts';

export const MEASURES = ['memory', 'descriptors', 'processes', 'files'] as const;
export type Measure = (typeof MEASURES)[number];

export const MEASURE_WORDS: Readonly<Record<Measure, string>> = {
  memory: 'memory of the daemon, MiB',
  descriptors: 'open descriptors of the daemon',
  processes: 'processes of runs',
  files: 'temporary files of the daemon',
};

/** `at`: seconds since the beginning. `life`: how many daemons came before. */
export type Sample = Readonly<Record<Measure, number>> & { readonly at: number; readonly life: number };

/** null: no daemon is there. */
export function take(house: DaemonFixture, at: number, life: number): Sample | null {
  const pid = house.holder()?.pid;
  try {
    const kib = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return {
      at,
      life,
      memory: Number(kib) / 1024,
      descriptors: readdirSync(`/proc/${pid}/fd`).length,
      processes: house.processes().length,
      files: temporaryFiles(house.env.TMPDIR ?? ''),
    };
  } catch {
    return null;
  }
}

const temporaryFiles = (folder: string): number => readdirSync(folder, { recursive: true }).length;
