import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { plain } from '../../shared/terminal-text.ts';
import type { Moment } from '../../shared/words.ts';
import { cutAtStart } from './utf8.ts';

const TAIL_BYTES = 4096;

/** The last lines of a run's output, as plain text: at most `lines`, from the last 4 KiB. */
export function lastLines(path: string, lines: number): string {
  const bytes = readEnd(path, TAIL_BYTES);
  const text = plain(bytes.subarray(bytes.length < TAIL_BYTES ? 0 : cutAtStart(bytes)).toString('utf8'));
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(-lines)
    .join('\n');
}

/** Size of a run's output in bytes; 0: no such file. */
export const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

/** The size of a run's output, and when it last grew; null: no such file. */
export function grownAt(path: string): { readonly size: number; readonly at: Moment } | null {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat ? { size: stat.size, at: stat.mtime.toISOString() } : null;
}

function readEnd(path: string, most: number): Buffer {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return Buffer.alloc(0);
  }
  try {
    const { size } = fstatSync(file);
    const buffer = Buffer.alloc(Math.min(most, size));
    const read = readSync(file, buffer, 0, buffer.length, size - buffer.length);
    return buffer.subarray(0, read);
  } finally {
    closeSync(file);
  }
}
