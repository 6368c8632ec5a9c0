/** Files that git ignores, as `.env` and `node_modules`: brought into a worktree by copy or link, and listed. */
import { constants, lstatSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { copyFile, lstat, opendir } from 'node:fs/promises';
import { join } from 'node:path';
import picomatch from 'picomatch';
import { asOperator } from '../system/operators-umask.ts';
import { nameOf } from './file-name.ts';
import type { Git } from './git.ts';
import { gitIn, type Repository } from './repository.ts';
import { recordsOf } from './snapshot.ts';

/** A name or a path with a character for each of its bytes: it can be split and joined, and no byte is lost. */
type Latin = string;

const latinOf = (text: string): Latin => Buffer.from(text).toString('latin1');
const bytesOf = (name: Latin): Buffer => Buffer.from(name, 'latin1');
const fileOf = (name: Latin): string => nameOf(bytesOf(name)).file;

export interface WantedFiles {
  /** Globs, relative to the project. */
  readonly copy: readonly string[];
  readonly link: readonly string[];
}

/** Names are relative to the top of the worktree, and written as `FileName.file`. */
export interface Brought {
  readonly copied: readonly string[];
  readonly linked: readonly string[];
  readonly skipped: readonly Skipped[];
}

export interface Skipped {
  readonly name: string;
  /** Something is there; it is a link, or no file; a folder on its way is a link; the system refuses (`EACCES`). */
  readonly why: 'there' | 'link' | 'special' | 'outside' | string;
}

/** Brings ignored files of the project into a worktree in which nothing runs yet. Overwrites nothing. */
export async function bringIgnored(
  repository: Repository,
  path: string,
  wanted: WantedFiles,
): Promise<Brought> {
  const prefix = latinOf(repository.prefix);
  const names = await ignoredIn(gitIn(repository), repository.prefix, [...wanted.copy, ...wanted.link]);
  const isLinked = matcherOf(wanted.link);
  const isCopied = matcherOf(wanted.copy);
  const work = new Bringing(latinOf(repository.top), latinOf(path));
  const done = new Set<string>();
  for (const name of names) {
    if (isBelow(name, done)) continue;
    const ofProject = name.slice(prefix.length);
    if (isLinked(ofProject)) work.link(name);
    else if (isCopied(ofProject)) await work.copy(name);
    else continue;
    done.add(name);
  }
  return work.result();
}

/** What is in a folder went with it. */
function isBelow(name: Latin, folders: ReadonlySet<Latin>): boolean {
  const parts = name.split('/');
  return parts.some((_, at) => folders.has(parts.slice(0, at).join('/')));
}

/** File names may hold line breaks, which "." does not match by itself. A byte that is no UTF-8 is matched by "?". */
function matcherOf(globs: readonly string[]): (name: Latin) => boolean {
  const matches = globs.map((glob) => picomatch(glob.replace(/\/+$/, ''), { dot: true, flags: 's' }));
  return (name) => matches.some((isMatch) => isMatch(bytesOf(name).toString()));
}

/** A folder that is ignored as a whole is one name, unless a pattern can only match what is in it. */
async function ignoredIn(git: Git, prefix: string, globs: readonly string[]): Promise<Latin[]> {
  const whole = namesIn(await listIgnored(git, prefix));
  const start = latinOf(prefix).length;
  const isMissed = globs.some((glob) => {
    const isMatch = matcherOf([glob]);
    return glob.includes('/') && !whole.some((name) => isMatch(name.slice(start)));
  });
  if (!isMissed) return whole;
  const each = namesIn(await ignored(git, prefix, []));
  return [...new Set([...whole, ...each])];
}

const namesIn = (records: readonly Buffer[]): Latin[] =>
  records.map((record) => record.toString('latin1').replace(/\/$/, ''));

/** From the top of the worktree; a folder that is ignored as a whole ends with `/`. */
export const listIgnored = (git: Git, prefix = ''): Promise<Buffer[]> =>
  ignored(git, prefix, ['--directory']);

async function ignored(git: Git, prefix: string, how: readonly string[]): Promise<Buffer[]> {
  const args = ['ls-files', '-o', '-i', '--exclude-standard', ...how, '-z'];
  const { stdout } = await git.succeed([...args, ...(prefix ? ['--', prefix] : [])], { literal: true });
  return recordsOf(stdout);
}

class Bringing {
  readonly #from: Latin;
  readonly #to: Latin;
  readonly #copied: string[] = [];
  readonly #linked: string[] = [];
  readonly #skipped: Skipped[] = [];

  constructor(from: Latin, to: Latin) {
    this.#from = from;
    this.#to = to;
  }

  result(): Brought {
    return { copied: this.#copied, linked: this.#linked, skipped: this.#skipped };
  }

  link(name: Latin): void {
    if (!this.#isFree(name)) return;
    try {
      symlinkSync(bytesOf(join(this.#from, name)), bytesOf(join(this.#to, name)));
      this.#linked.push(fileOf(name));
    } catch (error) {
      this.#skip(name, error);
    }
  }

  async copy(name: Latin): Promise<void> {
    const source = lstatSync(bytesOf(join(this.#from, name)), { throwIfNoEntry: false });
    if (source?.isDirectory()) return this.#copyFolder(name);
    if (!source?.isFile()) {
      this.#skipped.push({ name: fileOf(name), why: source?.isSymbolicLink() ? 'link' : 'special' });
      return;
    }
    if (!this.#isFree(name)) return;
    try {
      const mode = constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE;
      await copyFile(bytesOf(join(this.#from, name)), bytesOf(join(this.#to, name)), mode);
      this.#copied.push(fileOf(name));
    } catch (error) {
      this.#skip(name, error);
    }
  }

  async #copyFolder(name: Latin): Promise<void> {
    try {
      const entries = readdirSync(bytesOf(join(this.#from, name)), 'latin1');
      for (const entry of entries) await this.copy(`${name}/${entry}`);
    } catch (error) {
      this.#skip(name, error);
    }
  }

  /** Makes the folders on the way, one by one: a link among them could lead out of the worktree. */
  #isFree(name: Latin): boolean {
    const parts = name.split('/');
    for (let at = 1; at < parts.length; at += 1) {
      const folder = bytesOf(join(this.#to, ...parts.slice(0, at)));
      const found = lstatSync(folder, { throwIfNoEntry: false });
      if (!found) asOperator(() => mkdirSync(folder));
      else if (!found.isDirectory()) {
        this.#skipped.push({ name: fileOf(name), why: 'outside' });
        return false;
      }
    }
    if (!lstatSync(bytesOf(join(this.#to, name)), { throwIfNoEntry: false })) return true;
    this.#skipped.push({ name: fileOf(name), why: 'there' });
    return false;
  }

  #skip(name: Latin, error: unknown): void {
    const { code = 'unknown' } = error as { code?: string };
    this.#skipped.push({ name: fileOf(name), why: code === 'EEXIST' ? 'there' : code });
  }
}

/** Bytes below a path; links are not followed, what has gone meanwhile counts nothing. */
export const sizeOf = (path: Buffer): Promise<number> => sizeBelow(path.toString('latin1'));

async function sizeBelow(path: Latin): Promise<number> {
  const found = await lstat(bytesOf(path)).catch(() => null);
  if (!found) return 0;
  if (!found.isDirectory()) return found.size;
  const folder = await opendir(bytesOf(path), { encoding: 'latin1' }).catch(() => null);
  if (!folder) return 0;
  let bytes = 0;
  for await (const { name } of folder) bytes += await sizeBelow(join(path, name));
  return bytes;
}
