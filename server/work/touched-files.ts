/** Which files units changed, and so which units may be in each other's way. */
import { mergeBaseOf } from './change-set.ts';
import { type ChangedPath, changedPathsIn } from './diff-files.ts';
import { nameOf } from './file-name.ts';
import { type Git, SAFE_DIFF } from './git.ts';
import { gitIn, type Repository } from './repository.ts';

/**
 * The exact names (`FileName.file`) of all files that a change set touches; of a renamed file both. Throws
 * `WorkRefused` git-failed.
 */
export async function touchedFiles(
  repository: Repository,
  base: string,
  snapshot: string,
): Promise<ReadonlySet<string>> {
  const git = gitIn(repository);
  const paths = await changedPaths(git, await mergeBaseOf(git, base, snapshot), snapshot);
  return new Set(paths.map(({ bytes }) => nameOf(bytes).file));
}

/** Throws `WorkRefused` git-failed. */
export async function changedPaths(git: Git, from: string, to: string): Promise<ChangedPath[]> {
  const args = ['diff-tree', '-r', '--raw', '-z', '--no-renames', '--no-abbrev', ...SAFE_DIFF];
  return changedPathsIn((await git.succeed([...args, '--end-of-options', from, to])).stdout);
}

export interface TouchedBy {
  readonly id: string;
  readonly files: ReadonlySet<string>;
}

export interface FilesInCommon {
  readonly ids: readonly [string, string];
  /** Exact names, also of what is a file to one and a folder to the other. */
  readonly files: readonly string[];
}

/** The pairs that have a file in common, each once, in the order of `units`. */
export function overlapsAmong(units: readonly TouchedBy[]): FilesInCommon[] {
  const all = units.map((unit) => ({ ...unit, folders: foldersAbove(unit.files) }));
  return all.flatMap((one, at) =>
    all.slice(at + 1).flatMap((other) => {
      const files = [...common(one.files, other), ...common(other.files, { ...one, files: new Set() })];
      return files.length === 0 ? [] : [{ ids: [one.id, other.id] as const, files: files.sort() }];
    }),
  );
}

type Names = ReadonlySet<string>;

const common = (
  names: Names,
  { files, folders }: { readonly files: Names; readonly folders: Names },
): string[] => [...names].filter((name) => files.has(name) || folders.has(name));

/** `a` and `a/b` of `a/b/c`. */
function foldersAbove(files: Names): Names {
  const folders = new Set<string>();
  for (const file of files)
    for (let at = file.lastIndexOf('/'); at > 0; at = file.lastIndexOf('/', at - 1)) {
      const folder = file.slice(0, at);
      if (folders.has(folder)) break;
      folders.add(folder);
    }
  return folders;
}
