import { statSync } from 'node:fs';
import { StorageLost } from './storage.ts';

interface Place {
  readonly path: string;
  readonly dev: number;
  readonly ino: number;
  /** As long as it was last seen, in bytes. */
  size: number;
}

/** The database or a file beside it was moved, deleted or cut off: what is written to it is lost. */
export class FileMoved extends StorageLost {
  constructor(path: string) {
    super(`${path} was moved, removed, replaced or cut off while Signalbox was using it.`);
  }
}

/** Detects whether files were moved, replaced, deleted or cut off: what is then written to them is lost. */
export class FilesInPlace {
  readonly #places: readonly Place[];
  readonly #growing: string | null;

  /** `growing`: the one that never gets shorter by itself. */
  constructor(paths: readonly string[], growing: string | null = null) {
    this.#growing = growing;
    this.#places = paths.map((path) => {
      const { dev, ino, size } = statSync(path);
      return { path, dev, ino, size };
    });
  }

  /** The first path with another file, none, or less of it; null: all are in place. */
  missing(): string | null {
    for (const place of this.#places) {
      const { path, dev, ino, size } = place;
      const found = statSync(path, { throwIfNoEntry: false });
      if (found?.ino !== ino || found.dev !== dev) return path;
      if (path === this.#growing && found.size < size) return path;
      place.size = found.size;
    }
    return null;
  }
}
