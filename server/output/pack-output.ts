/** Compresses what a run printed, once it has ended: readers find it at the same offsets. */
import { open, rename, rm } from 'node:fs/promises';
import { promisify } from 'node:util';
import { deflateRaw } from 'node:zlib';
import { BLOCK_BYTES, type PackedIndex, packedPath } from './output-file.ts';

const pack = promisify(deflateRaw) as (bytes: Buffer) => Promise<Buffer>;

/** The packed file gets its name when it is whole, and only then the other goes: a daemon may die in between. */
export async function packOutput(path: string): Promise<void> {
  const fresh = `${packedPath(path)}.new`;
  const from = await open(path, 'r');
  try {
    const to = await open(fresh, 'w', 0o600);
    try {
      const index: { size: number; ends: number[] } = { size: 0, ends: [] };
      let end = 0;
      for (const buffer = Buffer.alloc(BLOCK_BYTES); ; ) {
        const { bytesRead } = await from.read(buffer, 0, BLOCK_BYTES, index.size);
        if (bytesRead === 0) break;
        const packed = await pack(buffer.subarray(0, bytesRead));
        await to.write(packed);
        end += packed.length;
        index.ends.push(end);
        index.size += bytesRead;
        // Only the last block is shorter than the others.
        if (bytesRead < BLOCK_BYTES) break;
      }
      await to.write(trailerOf(index));
      await to.sync();
    } finally {
      await to.close();
    }
  } finally {
    await from.close();
  }
  await rename(fresh, packedPath(path));
  await rm(path);
}

function trailerOf(index: PackedIndex): Buffer {
  const text = Buffer.from(JSON.stringify(index));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(text.length);
  return Buffer.concat([text, length]);
}
