/** Files that git ignores, as `.env` and `node_modules`: brought into a worktree by copy or link, and listed. */
import { constants, lstatSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { copyFile, lstat, opendir } from 'node:fs/promises';
import { join } from 'node:path';
import picomatch from 'picomatch';
import type { Git } from './git.ts';
import { gitIn, type Repository } from './repository.ts';

export interface WantedFiles {
  /** Globs, relative to the project. */
  readonly copy: readonly string[];
  readonly link: readonly string[];
}

/** Names are relative to the top of the worktree. */
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
  const { top, prefix } = repository;
  const names = await ignoredIn(gitIn(repository), prefix, [...wanted.copy, ...wanted.link]);
  const isLinked = matcherOf(wanted.link);
  const isCopied = matcherOf(wanted.copy);
  const work = new Bringing(top, path);
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
function isBelow(name: string, folders: ReadonlySet<string>): boolean {
  const parts = name.split('/');
  return parts.some((_, at) => folders.has(parts.slice(0, at).join('/')));
}

/** File names may hold line breaks, which "." does not match by itself. */
function matcherOf(globs: readonly string[]): (name: string) => boolean {
  const matches = globs.map((glob) => picomatch(glob.replace(/\/+$/, ''), { dot: true, flags: 's' }));
  return (name) => matches.some((isMatch) => isMatch(name));
}

/** A folder that is ignored as a whole is one name, unless a pattern can only match what is in it. */
async function ignoredIn(git: Git, prefix: string, globs: readonly string[]): Promise<string[]> {
  const whole = await listIgnored(git, prefix);
  const names = whole.map((name) => name.replace(/\/$/, ''));
  const isMissed = globs.some((glob) => {
    const isMatch = matcherOf([glob]);
    return glob.includes('/') && !names.some((name) => isMatch(name.slice(prefix.length)));
  });
  if (!isMissed) return names;
  const args = ['ls-files', '-o', '-i', '--exclude-standard', '-z', ...(prefix ? ['--', prefix] : [])];
  const each = await git.names(args, { literal: true });
  return [...new Set([...names, ...each.map((name) => name.replace(/\/$/, ''))])];
}

/** From the top of the worktree; a folder that is ignored as a whole ends with `/`. */
export function listIgnored(git: Git, prefix = ''): Promise<string[]> {
  const args = ['ls-files', '-o', '-i', '--exclude-standard', '--directory', '-z'];
  return git.names([...args, ...(prefix ? ['--', prefix] : [])], { literal: true });
}

class Bringing {
  readonly #from: string;
  readonly #to: string;
  readonly #copied: string[] = [];
  readonly #linked: string[] = [];
  readonly #skipped: Skipped[] = [];

  constructor(from: string, to: string) {
    this.#from = from;
    this.#to = to;
  }

  result(): Brought {
    return { copied: this.#copied, linked: this.#linked, skipped: this.#skipped };
  }

  link(name: string): void {
    if (!this.#isFree(name)) return;
    try {
      symlinkSync(join(this.#from, name), join(this.#to, name));
      this.#linked.push(name);
    } catch (error) {
      this.#skip(name, error);
    }
  }

  async copy(name: string): Promise<void> {
    const source = lstatSync(join(this.#from, name), { throwIfNoEntry: false });
    if (source?.isDirectory()) return this.#copyFolder(name);
    if (!source?.isFile()) {
      this.#skipped.push({ name, why: source?.isSymbolicLink() ? 'link' : 'special' });
      return;
    }
    if (!this.#isFree(name)) return;
    try {
      const mode = constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE;
      await copyFile(join(this.#from, name), join(this.#to, name), mode);
      this.#copied.push(name);
    } catch (error) {
      this.#skip(name, error);
    }
  }

  async #copyFolder(name: string): Promise<void> {
    try {
      for (const entry of readdirSync(join(this.#from, name))) await this.copy(`${name}/${entry}`);
    } catch (error) {
      this.#skip(name, error);
    }
  }

  /** Makes the folders on the way, one by one: a link among them could lead out of the worktree. */
  #isFree(name: string): boolean {
    const parts = name.split('/');
    for (let at = 1; at < parts.length; at += 1) {
      const folder = join(this.#to, ...parts.slice(0, at));
      const found = lstatSync(folder, { throwIfNoEntry: false });
      if (!found) mkdirSync(folder);
      else if (!found.isDirectory()) {
        this.#skipped.push({ name, why: 'outside' });
        return false;
      }
    }
    if (!lstatSync(join(this.#to, name), { throwIfNoEntry: false })) return true;
    this.#skipped.push({ name, why: 'there' });
    return false;
  }

  #skip(name: string, error: unknown): void {
    const { code = 'unknown' } = error as { code?: string };
    this.#skipped.push({ name, why: code === 'EEXIST' ? 'there' : code });
  }
}

/** Bytes below a path; links are not followed, what has gone meanwhile counts nothing. */
export async function sizeOf(path: string): Promise<number> {
  const found = await lstat(path).catch(() => null);
  if (!found) return 0;
  if (!found.isDirectory()) return found.size;
  const folder = await opendir(path).catch(() => null);
  if (!folder) return 0;
  let bytes = 0;
  for await (const { name } of folder) bytes += await sizeOf(join(path, name));
  return bytes;
}
