/** Reads the operator's `executors.json`, in the state folder: no file of a project has a say in it. */
import { readFileSync, statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { z } from 'zod';
import {
  EXECUTOR,
  type ExecutorDefinition,
  type ExecutorSettings,
  LOCAL,
} from '../../shared/executor-words.ts';
import type { StatePaths } from '../../shared/state-paths.ts';
import { settingsIn } from '../api/settings-text.ts';
import { OPERATOR } from '../domain/actors.ts';
import { configureExecutors } from '../domain/commands/executors.ts';
import type { Store } from '../store/store.ts';
import { digestOf } from '../system/digest.ts';
import { followFile } from '../system/follow-file.ts';
import type { Log } from '../system/log.ts';
import { Problem } from '../system/problem.ts';
import { makeStateFolder, writeWhole } from '../system/state-folder.ts';
import { kubernetesSettings } from './kubernetes-settings.ts';
import { SBATCH_OPTION, SBATCH_OPTIONS } from './slurm-command.ts';
import { DESTINATION, SAFE_PATH, SAFE_PROGRAM } from './ssh-command.ts';

const destination = z
  .string()
  .max(255)
  .regex(DESTINATION, 'HOST or USER@HOST, as ssh takes it; a port has its own field.');
const safePath = z
  .string()
  .max(1000)
  .regex(SAFE_PATH, 'An absolute path there, of letters, digits and _ . / @ + : -');

const common = {
  folder: safePath,
  room: z.number().int().min(1, 'At least one.').max(1000),
  program: z
    .string()
    .max(1000)
    .regex(SAFE_PROGRAM, 'How signalbox is called there: a name or a path.')
    .default('signalbox'),
  lost_after: z.number().int().min(2, 'At least 2 seconds.').max(86_400).default(600),
};
const ssh = z.strictObject({
  ...common,
  ssh: destination,
  port: z.number().int().min(1).max(65_535).optional(),
});
const slurm = z.strictObject({
  ...common,
  slurm: z.strictObject({
    shared: safePath.nullable().default(null),
    via: destination.nullable().default(null),
    options: z
      .array(
        z
          .string()
          .max(200)
          .regex(SBATCH_OPTION, `An option of sbatch as --NAME=VALUE: ${SBATCH_OPTIONS.join(', ')}.`),
      )
      .max(30)
      .default([]),
  }),
});

const kubernetes = z.strictObject({ ...common, kubernetes: kubernetesSettings });

const schemaOf = (given: object | null) => {
  if (given && 'kubernetes' in given) return kubernetes;
  return given && 'slurm' in given ? slurm : ssh;
};

/** By the field that says what it is: so a wrong field is told by its own name. */
const executor = z.unknown().transform((given, context) => {
  const read = schemaOf(typeof given === 'object' ? given : null).safeParse(given);
  if (read.success) return read.data;
  for (const { path, message } of read.error.issues) context.addIssue({ code: 'custom', path, message });
  return z.NEVER;
});
const name = z
  .string()
  .regex(EXECUTOR, 'The name of an executor: a lower-case letter, then a–z, 0–9, "_" and "-".')
  .refine((name) => name !== LOCAL, `"${LOCAL}" is this machine.`);

const file = z
  .strictObject({ default: z.string().optional(), executors: z.record(name, executor).default({}) })
  .refine(({ default: chosen, executors }) => chosen === undefined || chosen in executors, {
    path: ['default'],
    message: 'There is no executor of this name.',
  });

/** Reads the text of the file. Throws a `Problem` that names the field. */
export function parseExecutors(path: string, text: string): ExecutorSettings {
  const read = settingsIn(path, text, file);
  const executors = Object.entries(read.executors).map(
    ([name, each]): ExecutorDefinition =>
      'ssh' in each ? { name, ...each, port: each.port ?? null } : { name, ...each },
  );
  return { digest: digestOf(text), default: read.default ?? null, executors };
}

/** What the file says; null: there is none. Throws a `Problem`, also where others may write it. */
export function readExecutors({ executors: path }: Pick<StatePaths, 'executors'>): ExecutorSettings | null {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) return null;
  if (found.uid !== userInfo().uid || (found.mode & 0o022) !== 0)
    throw new Problem(
      'permission',
      `Others may write ${path}, and so run what they want. Run: chmod 600 ${path}`,
    );
  return parseExecutors(path, readFileSync(path, 'utf8'));
}

/** Puts a text in the place of the file, if it can be taken. Throws a `Problem`. */
export function writeExecutors(paths: StatePaths, text: string): ExecutorSettings {
  const read = parseExecutors('This', text);
  makeStateFolder(paths);
  writeWhole(paths.executors, text);
  return read;
}

/** Takes the file over, now and whenever it changes. One that cannot be taken changes nothing. */
export async function followExecutors(store: Store, paths: StatePaths, log: Log): Promise<{ stop(): void }> {
  const take = async () => {
    const executors = readExecutors(paths);
    // Another daemon of the same log may have one.
    if (executors && executors.digest !== store.state.executors.digest)
      await store.commit(OPERATOR, (state) => configureExecutors(state, executors));
  };
  return followFile(paths.executors, take, (error) => log.error('executors', error));
}
