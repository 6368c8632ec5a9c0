/** What in a folder keeps git from bringing it from one commit to the next, without asking git to try. */
import { lstatSync, readdirSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import type { ChangedPath } from './diff-files.ts';
import type { Git } from './git.ts';
import { recordsOf } from './snapshot.ts';

export interface InTheWay {
  /** From the top of the folder. */
  readonly bytes: Buffer;
  /** `untracked`: also an ignored file. `unmerged`: git moves nothing until it is resolved, whatever else changes. */
  readonly why: 'changed' | 'untracked' | 'unmerged';
}

/** In a folder that is at the old commit of `changes`. */
export async function whatIsInTheWay(
  git: Git,
  folder: string,
  changes: readonly ChangedPath[],
): Promise<InTheWay[]> {
  const tracked = await uncommittedIn(git);
  const unmerged = [...tracked.values()].filter(({ isUnmerged }) => isUnmerged);
  const disk = new Disk(folder);
  const deleted = new Set(changes.filter((each) => each.new === null).map(({ bytes }) => keyOf(bytes)));
  const others = changes.flatMap((change): InTheWay[] => {
    const found = tracked.get(keyOf(change.bytes));
    if (found?.isUnmerged) return [];
    if (found) return isAsWanted(found, change) ? [] : [{ bytes: change.bytes, why: 'changed' }];
    if (change.old !== null) return [];
    const there = disk.filesAt(change.bytes) ?? disk.fileAbove(change.bytes);
    return there
      .filter((bytes) => !deleted.has(keyOf(bytes)))
      .map((bytes) => ({ bytes, why: 'untracked' as const }));
  });
  return [...unmerged.map(({ bytes }) => ({ bytes, why: 'unmerged' as const })), ...unique(others)];
}

/** Index and folder have become as they are to be; git moves the branch last. */
export async function isAllThere(git: Git, changes: readonly ChangedPath[]): Promise<boolean> {
  const tracked = await uncommittedIn(git);
  return changes.every((change) => {
    const found = tracked.get(keyOf(change.bytes));
    return found !== undefined && !found.isUnmerged && isAsWanted(found, change);
  });
}

export const keyOf = (bytes: Buffer): string => bytes.toString('latin1');

const unique = (all: readonly InTheWay[]): InTheWay[] => [
  ...new Map(all.map((each) => [keyOf(each.bytes), each])).values(),
];

interface Uncommitted {
  readonly bytes: Buffer;
  readonly isUnmerged: boolean;
  /** The folder differs from the index. */
  readonly isEdited: boolean;
  /** Of the index; '000000' where it has no such file. */
  readonly mode: string;
  readonly id: string;
}

/** Staged as it is to become, and not edited since: git takes it, and had begun to. */
const isAsWanted = ({ isEdited, mode, id }: Uncommitted, { new: wanted }: ChangedPath): boolean =>
  !isEdited && (wanted === null ? mode === '000000' : mode === wanted.mode && id === wanted.id);

async function uncommittedIn(git: Git): Promise<ReadonlyMap<string, Uncommitted>> {
  const args = ['status', '--porcelain=v2', '-z', '--no-renames', '--untracked-files=no'];
  const { stdout } = await git.succeed([...args, '--ignore-submodules=dirty'], { ms: 300_000 });
  const all = recordsOf(stdout).map(readRecord);
  return new Map(all.map((each) => [keyOf(each.bytes), each]));
}

/** `1 XY sub mH mI mW hH hI path`, or, unmerged, `u XY sub m1 m2 m3 mW h1 h2 h3 path`. */
function readRecord(record: Buffer): Uncommitted {
  const isUnmerged = record[0] === LETTER_U;
  const text = record.toString('latin1');
  const fields = text.split(' ', isUnmerged ? 10 : 8);
  const bytes = record.subarray(fields.join(' ').length + 1);
  const [, xy = '', , , mode = '', , , id = ''] = fields;
  return { bytes, isUnmerged, isEdited: xy[1] !== '.', mode, id };
}

const LETTER_U = 0x75;

/** Looks at each name once. */
class Disk {
  readonly #folder: Buffer;
  readonly #seen = new Map<string, Stats | undefined>();

  constructor(folder: string) {
    this.#folder = Buffer.from(join(folder, '/'));
  }

  /** The file itself, or all in the folder that is in its place; null where there is nothing. */
  filesAt(name: Buffer): Buffer[] | null {
    const stat = this.#statOf(name);
    if (stat === undefined) return null;
    if (!stat.isDirectory()) return [name];
    const names = readdirSync(Buffer.concat([this.#folder, name]), { encoding: 'buffer' });
    return names.flatMap((each) => this.filesAt(Buffer.concat([name, Buffer.from('/'), each])) ?? []);
  }

  /** What should be a folder on the way to a file, and is none. */
  fileAbove(name: Buffer): Buffer[] {
    for (let at = name.indexOf(SLASH); at > 0; at = name.indexOf(SLASH, at + 1)) {
      const above = name.subarray(0, at);
      const stat = this.#statOf(above);
      if (stat === undefined) return [];
      if (!stat.isDirectory()) return [above];
    }
    return [];
  }

  #statOf(name: Buffer): Stats | undefined {
    const key = keyOf(name);
    if (!this.#seen.has(key)) this.#seen.set(key, lstatQuietly(Buffer.concat([this.#folder, name])));
    return this.#seen.get(key);
  }
}

const SLASH = 0x2f;

/** Also undefined below what is no folder. */
export function lstatQuietly(path: Buffer): Stats | undefined {
  try {
    return lstatSync(path);
  } catch {
    return undefined;
  }
}
