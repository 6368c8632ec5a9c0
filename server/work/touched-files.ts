/** Lists the files that a unit changed, and finds pairs of units whose changed files overlap. */
import { changedPaths, mergeBaseOf } from './change-set.ts';
import { nameOf } from './file-name.ts';
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

export interface TouchedBy {
  readonly id: string;
  readonly files: ReadonlySet<string>;
}

/** The pairs that have a file in common, or a file of one is a parent directory of a file of the other; in the order of `units`. */
export function overlapsAmong(units: readonly TouchedBy[]): { readonly ids: readonly [string, string] }[] {
  const all = units.map(({ id, files }) => ({ id, files, parents: parentDirectories(files) }));
  return all.flatMap((one, at) =>
    all
      .slice(at + 1)
      .filter(
        (other) =>
          haveCommon(one.files, other.files) ||
          haveCommon(one.files, other.parents) ||
          haveCommon(one.parents, other.files),
      )
      .map((other) => ({ ids: [one.id, other.id] as const })),
  );
}

type Names = ReadonlySet<string>;

const haveCommon = (some: Names, others: Names): boolean => [...some].some((name) => others.has(name));

/** `a` and `a/b` of `a/b/c`. */
function parentDirectories(files: Names): Names {
  const parents = new Set<string>();
  for (const file of files)
    for (let at = file.lastIndexOf('/'); at > 0; at = file.lastIndexOf('/', at - 1)) {
      const parent = file.slice(0, at);
      if (parents.has(parent)) break;
      parents.add(parent);
    }
  return parents;
}
