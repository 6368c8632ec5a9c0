/** In which database the state of a project is: as this start was told, or else as the last one was. */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { StatePaths } from '../../shared/state-paths.ts';
import { hasPassword, isPostgresUrl } from '../store/postgres/address.ts';
import { Problem } from '../system/problem.ts';
import { refuseOthers } from '../system/state-folder.ts';

/** The file in the state folder. */
export const SQLITE = 'sqlite';
const FILE = 'file:';
const VARIABLE = 'SIGNALBOX_DATABASE';
const FORMS = 'postgres://USER@HOST/NAME, file:PATH of a file that holds such a URL, or sqlite';

type Environment = Readonly<Record<string, string | undefined>>;

/** A URL or `SQLITE`; null: nothing was said. Throws a `Problem`, which never repeats what was given: it may hold a password. */
export function databaseGiven(flag: string | undefined, env: Environment): string | null {
  if (flag !== undefined) return databaseNamed('--database', flag);
  const variable = env[VARIABLE];
  return variable ? urlOf(VARIABLE, variable) : null;
}

/** Of a word of a command line, `called` so. Throws a `Problem`. */
export function databaseNamed(called: string, word: string): string {
  // What a program is started with is for everybody on this machine to read.
  if (isPostgresUrl(word) && hasPassword(word))
    throw new Problem(
      'usage',
      `${called} takes no password: everybody on this machine can read a command line. Put the URL into a file of yours alone and say file:PATH, or into ${VARIABLE}; or leave the password to ~/.pgpass.`,
    );
  return urlOf(called, word);
}

function urlOf(called: string, word: string): string {
  const text = word.startsWith(FILE) ? readUrl(resolve(word.slice(FILE.length))) : word;
  if (text === SQLITE || isPostgresUrl(text)) return text;
  throw new Problem('usage', `${called} takes ${FORMS}.`);
}

function readUrl(path: string): string {
  if (!existsSync(path)) throw new Problem('usage', `There is no ${path}.`);
  refuseOthers(path, 0o600);
  return readFileSync(path, 'utf8').trim();
}

/** What the last start was told; `SQLITE` where that was nothing. Throws a `Problem`. */
export function rememberedDatabase({ databaseUrl: path }: Pick<StatePaths, 'databaseUrl'>): string {
  if (!existsSync(path)) return SQLITE;
  refuseOthers(path, 0o600);
  const url = readFileSync(path, 'utf8').trim();
  if (!isPostgresUrl(url)) throw new Problem('data', `${path} holds no URL of a database.`);
  return url;
}

/** Told once, it stays so: a start without the flag must not begin with an empty log. */
export function rememberDatabase(
  { databaseUrl: path }: Pick<StatePaths, 'databaseUrl'>,
  place: string,
): void {
  if (place === SQLITE) rmSync(path, { force: true });
  else writeFileSync(path, `${place}\n`, { mode: 0o600 });
}
