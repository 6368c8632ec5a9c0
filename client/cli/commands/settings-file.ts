/** A file of a person's settings: changed whole or not at all, through a link to it, with the mode that it has. */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';

/** null: there is none. */
export function textIn(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

export function putFile(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const real = existsSync(path) ? realpathSync(path) : path;
  const mode = statSync(real, { throwIfNoEntry: false })?.mode ?? 0o600;
  const fresh = `${real}.signalbox-new`;
  writeFileSync(fresh, text, { mode: mode & 0o777 });
  renameSync(fresh, real);
}

export const removeFile = (path: string): void => rmSync(path, { force: true });

/** Keeps a copy beside it, under the first name that is free; returns its path. */
export function copyOf(path: string): string {
  for (let nth = 1; ; nth++) {
    const copy = `${path}.before-signalbox${nth === 1 ? '' : `-${nth}`}`;
    if (existsSync(copy)) continue;
    copyFileSync(path, copy);
    return copy;
  }
}
