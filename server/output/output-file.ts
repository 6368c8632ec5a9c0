/** What a run printed, read by byte offset: from the file as it was written, or from the packed one that took its place. */
import { existsSync } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import { inflateRaw } from 'node:zlib';

/** How much is compressed at once: what a reader has to unpack for a single byte. */
export const BLOCK_BYTES = 256 * 1024;

/** Read at once, for who reads all. */
const PART_BYTES = 64 * 1024;

export const packedPath = (path: string): string => `${path}.packed`;

/** Stands at the end of a packed file, before the length of itself (4 bytes): the bytes printed, and where each block ends. */
export interface PackedIndex {
  readonly size: number;
  readonly ends: readonly number[];
}

/** A file that may be read at any offset. Offsets count the bytes that were printed. */
export interface OutputFile {
  size(): Promise<number>;
  /** Fills the buffer as far as there is something; less at the end. */
  read(buffer: Buffer, from: number): Promise<number>;
  close(): Promise<void>;
}

/** null: there is none (yet), or it is no longer kept. */
export async function openOutput(path: string): Promise<OutputFile | null> {
  const file = await open(path, 'r').catch(() => null);
  if (file) return new PlainFile(file);
  const packed = await open(packedPath(path), 'r').catch(() => null);
  if (!packed) return null;
  try {
    return new PackedFile(packed, await indexOf(packed));
  } catch (error) {
    await packed.close();
    throw error;
  }
}

export const isKept = (path: string): boolean => existsSync(path) || existsSync(packedPath(path));

/** The bytes from an offset to before another, part by part. */
export async function* bytesOf(path: string, from: number, to: number): AsyncIterable<Buffer> {
  const file = await openOutput(path);
  try {
    for (let at = from; at < to; ) {
      const buffer = Buffer.alloc(Math.min(PART_BYTES, to - at));
      const length = (await file?.read(buffer, at)) ?? 0;
      if (length === 0) return;
      yield buffer.subarray(0, length);
      at += length;
    }
  } finally {
    await file?.close();
  }
}

/** Bytes on the disk, packed or not; null: no such file. */
export async function roomOf(path: string): Promise<number | null> {
  for (const each of [path, packedPath(path)]) {
    const found = await stat(each).catch(() => null);
    if (found) return found.size;
  }
  return null;
}

class PlainFile implements OutputFile {
  readonly #file: FileHandle;

  constructor(file: FileHandle) {
    this.#file = file;
  }

  async size(): Promise<number> {
    return (await this.#file.stat()).size;
  }

  async read(buffer: Buffer, from: number): Promise<number> {
    return (await this.#file.read(buffer, 0, buffer.length, from)).bytesRead;
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}

const unpack = promisify(inflateRaw) as (bytes: Buffer, how: object) => Promise<Buffer>;

class PackedFile implements OutputFile {
  readonly #file: FileHandle;
  readonly #index: PackedIndex;
  #last: { readonly nth: number; readonly bytes: Buffer } | null = null;

  constructor(file: FileHandle, index: PackedIndex) {
    this.#file = file;
    this.#index = index;
  }

  async size(): Promise<number> {
    return this.#index.size;
  }

  async read(buffer: Buffer, from: number): Promise<number> {
    let filled = 0;
    while (filled < buffer.length && from + filled < this.#index.size) {
      const at = from + filled;
      const bytes = await this.#block(Math.floor(at / BLOCK_BYTES));
      const copied = bytes.copy(buffer, filled, at % BLOCK_BYTES);
      if (copied === 0) break;
      filled += copied;
    }
    return filled;
  }

  async #block(nth: number): Promise<Buffer> {
    if (this.#last?.nth === nth) return this.#last.bytes;
    const { ends } = this.#index;
    const [begin, end] = [ends[nth - 1] ?? 0, ends[nth] ?? 0];
    const packed = await exactly(this.#file, begin, end - begin);
    const bytes = await unpack(packed, { maxOutputLength: BLOCK_BYTES });
    this.#last = { nth, bytes };
    return bytes;
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}

const MOST_INDEX_BYTES = 4 * 1024 * 1024;

async function indexOf(file: FileHandle): Promise<PackedIndex> {
  const { size } = await file.stat();
  const length = (await exactly(file, size - 4, 4)).readUInt32LE();
  if (length > Math.min(MOST_INDEX_BYTES, size)) throw new Error('a packed output ends in no index');
  return JSON.parse((await exactly(file, size - 4 - length, length)).toString('utf8')) as PackedIndex;
}

/** Throws where the file has less. */
async function exactly(file: FileHandle, from: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(Math.max(0, length));
  const { bytesRead } = await file.read(buffer, 0, buffer.length, Math.max(0, from));
  if (bytesRead !== length) throw new Error('a packed output was cut off');
  return buffer;
}
