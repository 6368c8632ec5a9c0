import { statSync } from 'node:fs';

interface Place {
  readonly path: string;
  readonly dev: number;
  readonly ino: number;
}

/** Files that must stay what they are at their paths: what is written to one that was moved or removed is lost. */
export class FilesInPlace {
  readonly #places: readonly Place[];

  constructor(paths: readonly string[]) {
    this.#places = paths.map((path) => {
      const { dev, ino } = statSync(path);
      return { path, dev, ino };
    });
  }

  /** The first path at which another file stands now, or none. null: all are where they were. */
  missing(): string | null {
    for (const { path, dev, ino } of this.#places) {
      const found = statSync(path, { throwIfNoEntry: false });
      if (found?.ino !== ino || found.dev !== dev) return path;
    }
    return null;
  }
}
