import { setTimeout as pause } from 'node:timers/promises';
import { type OutputFile, openOutput } from './output-file.ts';
import { cutAtEnd, cutAtStart } from './utf8.ts';

/** Encoding of bytes in a message: text, with U+FFFD for broken UTF-8, or exact (base64). */
export type Encoding = 'utf8' | 'base64';

/** A range of a run's output. Offsets count raw bytes. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly text: string;
  /** The run has ended: no more output follows. */
  readonly ended: boolean;
}

const STRETCH_BYTES = 64 * 1024;
const POLL_MS = 150;

/**
 * Follows a file from a byte offset as it grows, until `isLive` returns false and the end is
 * reached, or `signal` aborts. Reads only when the reader is ready, so a slow one holds no memory.
 */
export async function* followTranscript(
  path: string,
  offset: number,
  isLive: () => boolean,
  signal: AbortSignal,
  encoding: Encoding = 'utf8',
): AsyncGenerator<Stretch> {
  const buffer = Buffer.alloc(STRETCH_BYTES);
  let file: OutputFile | null = null;
  try {
    for (let from = offset; !signal.aborted; ) {
      const live = isLive();
      file ??= await openOutput(path);
      const stretch = await readStretch(file, from, { buffer, final: !live, encoding });
      from = stretch.to;
      if (stretch.to > stretch.from || stretch.ended) yield stretch;
      if (stretch.ended) return;
      if (stretch.to === stretch.from) await pause(POLL_MS, undefined, { signal }).catch(() => {});
    }
  } finally {
    await file?.close();
  }
}

/** The last bytes of a file, from a line start if there is one. `final`: the file no longer grows. */
export async function readTail(path: string, most: number, final: boolean): Promise<Stretch> {
  const size = (await sizeOf(path)) ?? 0;
  const from = Math.max(0, size - most);
  const bytes = await readBytes(path, from, most);
  const start = from === 0 ? 0 : bytes.indexOf('\n') + 1 || cutAtStart(bytes);
  return stretchOf(from + start, bytes.subarray(start), final);
}

/** A range from an offset, cut to whole characters. */
export async function readFrom(path: string, from: number, most: number): Promise<Stretch> {
  const bytes = await readBytes(path, from, most);
  const start = from === 0 ? 0 : cutAtStart(bytes);
  return stretchOf(from + start, bytes.subarray(start), false);
}

/**
 * Reads at most one range from `from`, through a reused buffer. A missing file reads as empty.
 * `final`: the file no longer grows, so an incomplete character is a broken one.
 */
async function readStretch(
  file: OutputFile | null,
  from: number,
  { buffer, final, encoding }: { buffer: Buffer; final: boolean; encoding: Encoding },
): Promise<Stretch> {
  const bytesRead = (await file?.read(buffer, from)) ?? 0;
  return stretchOf(from, buffer.subarray(0, bytesRead), final && bytesRead < buffer.length, encoding);
}

/** `ended`: nothing follows, so an incomplete character stays so. */
function stretchOf(from: number, bytes: Buffer, ended: boolean, encoding: Encoding = 'utf8'): Stretch {
  const whole = ended ? bytes : bytes.subarray(0, bytes.length - cutAtEnd(bytes));
  return { from, to: from + whole.length, text: whole.toString(encoding), ended };
}

/** The bytes from an offset on, up to a length; empty if there is no such file (yet). */
async function readBytes(path: string, from: number, most: number): Promise<Buffer> {
  const file = await openOutput(path);
  if (!file) return Buffer.alloc(0);
  try {
    const buffer = Buffer.alloc(most);
    return buffer.subarray(0, await file.read(buffer, from));
  } finally {
    await file.close();
  }
}

/** How many bytes were printed; null: no such file. */
export async function sizeOf(path: string): Promise<number | null> {
  const file = await openOutput(path);
  try {
    return (await file?.size()) ?? null;
  } finally {
    await file?.close();
  }
}
