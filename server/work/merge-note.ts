/** A note that stands in the repository while the base is moved: whoever finds one knows that this was not finished. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Repository } from './repository.ts';
import { readQuietly } from './worktree-entry.ts';

export interface MergeNote {
  readonly id: number;
  readonly branch: string;
  readonly old: string;
  readonly new: string;
  /** Null: the branch is checked out nowhere. */
  readonly folder: { readonly path: string; readonly gitDir: string } | null;
}

const fileOf = ({ commonDir }: Pick<Repository, 'commonDir'>): string => join(commonDir, 'signalbox-merge');

export const writeNote = (repository: Repository, note: MergeNote): void =>
  writeFileSync(fileOf(repository), `${JSON.stringify(note)}\n`, { mode: 0o600 });

/** Null where there is none, or one that was not written whole: then nothing was begun. */
export function readNote(repository: Repository): MergeNote | null {
  try {
    return JSON.parse(readQuietly(fileOf(repository))) as MergeNote;
  } catch {
    return null;
  }
}

export const dropNote = (repository: Repository): void => rmSync(fileOf(repository), { force: true });
