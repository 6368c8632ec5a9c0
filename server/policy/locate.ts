/** Where paths lead on this disk, with every link followed: `a/../b` is what the system makes of it, not the text. */
import { lstatSync, realpathSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import type { PolicyPath } from '../domain/policy.ts';

const LONGEST = 4096;

/** `folder` is a real path. What does not exist yet leads where it would be made. */
export function locate(given: string, folder: string): PolicyPath {
  const isOdd = given === '' || given.length > LONGEST || /^~|\p{Cc}/u.test(given);
  const start = isAbsolute(given) ? '/' : folder;
  return { given: given.slice(0, LONGEST), real: isOdd ? null : follow(start, given) };
}

function follow(start: string, path: string): string | null {
  let at = start;
  let isThere = true;
  for (const name of path.split('/').filter((each) => each !== '' && each !== '.')) {
    // Nobody knows where `..` of something leads that may yet become a link.
    if (name === '..' && !isThere) return null;
    if (name === '..') {
      at = dirname(at);
      continue;
    }
    const next = join(at, name);
    isThere = isThere && exists(next);
    const real = isThere ? realOf(next) : next;
    if (real === null) return null;
    at = real;
  }
  return at;
}

const exists = (path: string): boolean => {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    // Not a folder, or not to be looked into: reading the real path says so.
    return true;
  }
};

/** Something other than a folder, or nothing that could be looked at. */
export function isFile(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === false;
  } catch {
    return true;
  }
}

/** null: a link that leads to nothing yet, or that cannot be followed. */
export function realOf(path: string): string | null {
  try {
    return realpathSync.native(path);
  } catch {
    return null;
  }
}
