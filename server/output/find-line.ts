/** Looks for a line of what a run printed, as it is shown: case and terminal sequences do not matter. */
import { plain } from '../../shared/terminal-text.ts';
import { type OutputFile, openOutput } from './output-file.ts';

const BLOCK_BYTES = 1024 * 1024;
const LF = 0x0a;

export interface LineSearch {
  readonly text: string;
  /** Lines that begin here or later; with `back`, those that begin before. */
  readonly from: number;
  readonly back: boolean;
}

/** The offset at which a line begins that contains the text; null: there is none. Reads block by block. */
export async function findLine(path: string, { text, from, back }: LineSearch): Promise<number | null> {
  if (text === '') return null;
  const file = await openOutput(path);
  if (!file) return null;
  try {
    const size = await file.size();
    const needle = text.toLowerCase();
    return back ? await before(file, Math.min(from, size), needle) : await after(file, from, needle);
  } finally {
    await file.close();
  }
}

/** A line that is longer than a block counts as several. */
async function after(file: OutputFile, from: number, needle: string): Promise<number | null> {
  for (let at = await lineStart(file, from); ; ) {
    const bytes = await read(file, at, BLOCK_BYTES);
    if (bytes.length === 0) return null;
    const lines = wholeLines(bytes);
    const found = lineIn(lines, needle, false);
    if (found !== null) return at + found;
    // Within a line that goes on, what is looked for may stand across the edge.
    const overlap = lines.at(-1) === LF || bytes.length < BLOCK_BYTES ? 0 : Buffer.byteLength(needle);
    at += lines.length - overlap;
  }
}

async function before(file: OutputFile, from: number, needle: string): Promise<number | null> {
  for (let end = from; end > 0; ) {
    const start = Math.max(0, end - BLOCK_BYTES);
    const bytes = await read(file, start, end - start);
    // The line that begins before this block is looked at with the block before.
    const next = bytes.indexOf(LF) + 1;
    const skipped = start === 0 || next === bytes.length ? 0 : next;
    const found = lineIn(bytes.subarray(skipped), needle, true);
    if (found !== null) return start + skipped + found;
    end = start + skipped;
  }
  return null;
}

/** Where the first line begins that does not begin before an offset. */
async function lineStart(file: OutputFile, from: number): Promise<number> {
  if (from === 0) return 0;
  const bytes = await read(file, from - 1, BLOCK_BYTES);
  const end = bytes.indexOf(LF);
  return end < 0 ? from - 1 + bytes.length : from + end;
}

function wholeLines(bytes: Buffer): Buffer {
  const end = bytes.length < BLOCK_BYTES ? bytes.length : bytes.lastIndexOf(LF) + 1;
  return end === 0 ? bytes : bytes.subarray(0, end);
}

/** Line breaks stay where they are in plain text, so the number of a line is the same in both. */
function lineIn(bytes: Buffer, needle: string, isLast: boolean): number | null {
  const text = textOf(bytes).toLowerCase();
  const at = isLast ? text.lastIndexOf(needle) : text.indexOf(needle);
  if (at < 0) return null;
  let start = 0;
  for (let line = text.indexOf('\n'); line >= 0 && line < at; line = text.indexOf('\n', line + 1))
    start = bytes.indexOf(LF, start) + 1;
  return start;
}

const textOf = (bytes: Buffer): string => {
  const text = bytes.toString('utf8');
  return bytes.includes(0x1b) || bytes.includes(0x0d) ? plain(text) : text;
};

async function read(file: OutputFile, from: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  return buffer.subarray(0, await file.read(buffer, from));
}
