import { appendFileSync, mkdirSync } from 'node:fs';
import { sizeOf } from '../output/tail.ts';
import type { RunFiles } from '../system/run-files.ts';

/**
 * Appends what is new of a piece that begins at `offset`, and returns the size then. What is here already is not written
 * twice, and nothing is written behind a gap: the carrier goes on from the size that it is answered.
 */
export function appendPiece(files: RunFiles, offset: number, bytes: Buffer): number {
  const size = sizeOf(files.output);
  if (offset > size || offset + bytes.length <= size) return size;
  mkdirSync(files.folder, { recursive: true, mode: 0o700 });
  appendFileSync(files.output, bytes.subarray(size - offset), { mode: 0o600 });
  return offset + bytes.length;
}
