import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import { StorageLost } from './storage.ts';

interface Place {
  readonly path: string;
  readonly dev: number;
  readonly ino: number;
}

interface Folder extends Place {
  readonly changedAt: number;
  /** Whether it had been left alone for so long when it was looked at that a later change cannot have the same time. */
  readonly isSettled: boolean;
}

/** The database or a file beside it was moved, deleted or cut off: what is written to it is lost. */
export class FileMoved extends StorageLost {
  constructor(path: string) {
    super(`${path} was moved, removed, replaced or cut off while Signalbox was using it.`);
  }
}

/** The coarsest clock of a file system in use, in ms. */
const SETTLED_MS = 2000;

/**
 * Detects whether files were moved, replaced, deleted or cut off: what is then written to them is lost.
 *
 * Where a folder is as it was, so is each of its entries: only after a change of the folder are they looked at one by
 * one. For to look at a write-ahead log costs the next write to it a new time stamp, and a commit a third more
 * (Linux since 6.13, `bench commits`). That a change may follow so soon that it has the same time is the case that git
 * calls "racy": https://git-scm.com/docs/racy-git.
 */
export class FilesInPlace {
  readonly #places: readonly Place[];
  readonly #now: () => number;
  #folders: readonly Folder[];
  /** The one that never gets shorter by itself, and as long as it was last seen, in bytes. */
  readonly #growing: { readonly path: string; size: number } | null;

  constructor(paths: readonly string[], growing: string | null = null, now: () => number = Date.now) {
    this.#now = now;
    this.#folders = [...new Set(paths.map(dirname))].map((path) => this.#look(path));
    this.#places = paths.map((path) => {
      const { dev, ino } = statSync(path);
      return { path, dev, ino };
    });
    this.#growing = growing === null ? null : { path: growing, size: statSync(growing).size };
  }

  /** The first path with another file, none, or less of it; null: all are in place. */
  missing(): string | null {
    return this.#moved() ?? this.#cutOff();
  }

  #moved(): string | null {
    if (this.#folders.every((folder) => folder.isSettled && isAsItWas(folder))) return null;
    // Looked at before its entries: what changes in between makes it differ the next time.
    const folders = this.#folders.map(({ path }) => this.#look(path));
    const moved = this.#places.find((place) => !isThere(place));
    if (moved) return moved.path;
    this.#folders = folders;
    return null;
  }

  #look(path: string): Folder {
    const found = statSync(path, { throwIfNoEntry: false });
    const { dev = 0, ino = 0, ctimeMs: changedAt = 0 } = found ?? {};
    return {
      path,
      dev,
      ino,
      changedAt,
      isSettled: found !== undefined && this.#now() - changedAt > SETTLED_MS,
    };
  }

  #cutOff(): string | null {
    if (this.#growing === null) return null;
    const size = statSync(this.#growing.path, { throwIfNoEntry: false })?.size ?? 0;
    if (size < this.#growing.size) return this.#growing.path;
    this.#growing.size = size;
    return null;
  }
}

function isThere({ path, dev, ino }: Place): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  return found?.ino === ino && found.dev === dev;
}

function isAsItWas({ path, dev, ino, changedAt }: Folder): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  return found?.ctimeMs === changedAt && found.ino === ino && found.dev === dev;
}
