/** What Slurm is told, and what is taken from its answers: a job is ours by its name alone, as its numbers are used again. */
import type { SlurmSettings } from '../../shared/executor-words.ts';

/** What the operator may tell sbatch: where and for how long, never another name, command, environment or cluster. */
export const SBATCH_OPTIONS = [
  'account',
  'constraint',
  'cpus-per-task',
  'exclude',
  'gpus',
  'gres',
  'licenses',
  'mem',
  'mem-per-cpu',
  'nice',
  'nodelist',
  'partition',
  'qos',
  'reservation',
  'time',
  'tmp',
] as const;
export const SBATCH_OPTION = new RegExp(
  `^--(${SBATCH_OPTIONS.join('|')})=[A-Za-z0-9_][A-Za-z0-9_.,:=+*&|\\[\\]-]*$`,
);

const JOB = 'sb-';

/** `log`: what the carrier complains of. The script comes on standard input. */
export const sbatchArguments = (
  marker: string,
  log: string,
  { options }: Pick<SlurmSettings, 'options'>,
): string[] => [
  ...options,
  '--parsable',
  '--no-requeue',
  `--job-name=${JOB}${marker}`,
  '--export=ALL',
  '--chdir=/',
  '--ntasks=1',
  '--open-mode=append',
  `--output=${log}`,
];

/** Slurm keeps the script where its administrators read it: it says where the launch lies. Both are safe paths. */
export const jobScript = (program: string, launch: string): string =>
  `#!/bin/sh -l\nexec ${program} carry --launch ${launch}\n`;

/** Of the environment here: Slurm keeps what sbatch is started with, and gives it to the job. */
export const jobEnvironment = (own: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(own).filter(([name]) => PASSED.includes(name) || name.startsWith('LC_')));
const PASSED = ['PATH', 'HOME', 'USER', 'LOGNAME', 'SHELL', 'LANG', 'TZ', 'SLURM_CONF'];

/** All jobs of this user that Slurm remembers. */
export const squeueArguments = (user: number): string[] => [
  '--noheader',
  '--states=all',
  `--user=${user}`,
  '--format=%T|%j',
];

export const scancelArguments = (user: number, marker: string): string[] => [
  `--user=${user}`,
  `--name=${JOB}${marker}`,
];

/** What a job that is over is called. Whatever else it is called, it may still begin, or has not ended. */
const OVER: ReadonlySet<string> = new Set([
  'BOOT_FAIL',
  'CANCELLED',
  'COMPLETED',
  'DEADLINE',
  'FAILED',
  'NODE_FAIL',
  'OUT_OF_MEMORY',
  'PREEMPTED',
  'REVOKED',
  'TIMEOUT',
]);

/** The markers of the jobs that are not over. Lines that are not ours count for nothing. */
export function markersIn(listing: string): ReadonlySet<string> {
  const markers = new Set<string>();
  for (const line of listing.split('\n')) {
    const [, state = '', marker = ''] = /^([A-Z_]+)\|sb-([0-9a-f]{32})\s*$/.exec(line) ?? [];
    if (marker !== '' && !OVER.has(state)) markers.add(marker);
  }
  return markers;
}

/** What sbatch calls the job; empty: it cannot be read. Of no use but to be shown. */
export const jobIn = (said: string): string =>
  /^(\d{1,12})(;[A-Za-z0-9_.-]{1,80})?\s*$/.exec(said)?.[1] ?? '';
