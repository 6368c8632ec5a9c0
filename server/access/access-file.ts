/**
 * Access settings outside the event log: the host name of this daemon, listed origins, limits. The file lies in the
 * state folder and is written only by the terminal; no procedure changes it.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { parseJson } from '../../shared/json-text.ts';
import type { StatePaths } from '../../shared/state-paths.ts';
import { Problem } from '../system/problem.ts';
import { makeStateFolder, refuseOthers, writeWhole } from '../system/state-folder.ts';
import { DEFAULT_LIMITS, type Limits } from './limits.ts';

export interface AccessFile {
  /** A random name (`<10 of a–z, 2–7>.localhost`), because browsers send the cookies of `localhost` to every port. */
  readonly host_name: string;
  readonly origins: readonly string[];
  readonly limits: { readonly [Name in keyof Limits]?: number };
}

const most = 2 ** 31;
const shape = z.strictObject({
  host_name: z.string().regex(/^[a-z2-7]{10}\.localhost$/),
  origins: z.array(z.string().refine((text) => originOf(text) === text)).max(1000),
  limits: z.partialRecord(
    z.enum(Object.keys(DEFAULT_LIMITS) as [keyof Limits]),
    z.number().int().min(1).max(most),
  ),
});

type DoorPaths = Pick<StatePaths, 'door'>;

/** Reads the file, or creates it. Throws a `Problem`. */
export function openDoor(paths: StatePaths): AccessFile {
  const found = readDoor(paths);
  if (found) return found;
  makeStateFolder(paths);
  const made: AccessFile = { host_name: `${randomName()}.localhost`, origins: [], limits: {} };
  writeFileSync(paths.door, textOf(made), { mode: 0o600, flag: 'wx' });
  return made;
}

/** Throws a `Problem` if others may write it, or its content is invalid. */
export function readDoor({ door }: DoorPaths): AccessFile | null {
  try {
    refuseOthers(door, 0o600);
    return shape.parse(parseJson(readFileSync(door, 'utf8'))) as AccessFile;
  } catch (error) {
    if (error instanceof Problem) throw error;
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new Problem('data', `${door} cannot be taken: ${sentenceOf(error)} Mend it, or move it away.`);
  }
}

export function writeDoor(paths: StatePaths, door: AccessFile): void {
  openDoor(paths);
  writeWhole(paths.door, textOf(door));
}

/** Returns the current settings, read again whenever the file changes. An invalid file is reported and ignored. */
export function followDoor(
  paths: DoorPaths,
  first: AccessFile,
  complain: (error: unknown) => void,
): () => AccessFile {
  let door = first;
  let seen = stampOf(paths);
  return () => {
    const stamp = stampOf(paths);
    if (stamp === seen) return door;
    seen = stamp;
    try {
      door = readDoor(paths) ?? door;
    } catch (error) {
      complain(error);
    }
    return door;
  };
}

function stampOf({ door }: DoorPaths): string {
  try {
    const { ino, mtimeMs, size } = statSync(door);
    return `${ino} ${mtimeMs} ${size}`;
  } catch {
    return '';
  }
}

/** The origin, if the text is a URL with nothing but an origin; else null. */
export function originOf(text: string): string | null {
  try {
    const { protocol, origin, username, password, pathname, search, hash } = new URL(text);
    const isPlain = pathname === '/' && [username, password, search, hash].every((part) => part === '');
    return isPlain && ['http:', 'https:'].includes(protocol) ? origin : null;
  } catch {
    return null;
  }
}

export const limitsOf = ({ limits }: AccessFile): Limits => ({ ...DEFAULT_LIMITS, ...limits });

const textOf = (door: AccessFile): string => `${JSON.stringify(door, null, 2)}\n`;

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';
const randomName = (): string => [...randomBytes(10)].map((byte) => ALPHABET[byte % 32]).join('');

function sentenceOf(error: unknown): string {
  if (error instanceof z.ZodError) {
    const [issue] = error.issues;
    return `${issue?.path.join('.') || 'it'}: ${issue?.message}.`;
  }
  return error instanceof SyntaxError ? 'it is not JSON.' : String(error);
}
