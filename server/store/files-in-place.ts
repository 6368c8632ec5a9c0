import { statSync } from 'node:fs';

interface Place {
  readonly path: string;
  readonly dev: number;
  readonly ino: number;
}

/** Detects whether files were moved, replaced or deleted: what is then written to them is lost. */
export class FilesInPlace {
  readonly #places: readonly Place[];

  constructor(paths: readonly string[]) {
    this.#places = paths.map((path) => {
      const { dev, ino } = statSync(path);
      return { path, dev, ino };
    });
  }

  /** The first path with another file, or none; null: all are in place. */
  missing(): string | null {
    for (const { path, dev, ino } of this.#places) {
      const found = statSync(path, { throwIfNoEntry: false });
      if (found?.ino !== ino || found.dev !== dev) return path;
    }
    return null;
  }
}
