/** Reads stretches of what a run printed, by byte offset. */
import { under } from '../../shared/base-path.ts';

/** Bytes that are read at once. */
const PART_BYTES = 256 * 1024;
const READ_MS = 20_000;
const LF = 0x0a;

interface Part {
  readonly from: number;
  readonly bytes: Uint8Array;
  /** How much there is in all. */
  readonly size: number;
}

export class TranscriptFile {
  readonly #path: string;

  constructor(chunk: string, run: string) {
    this.#path = under(`/work-units/${chunk}/runs/${run}`);
  }

  async #read(from: number, to: number): Promise<Part> {
    const answer = await fetch(`${this.#path}/output`, {
      headers: { range: `bytes=${from}-${to - 1}` },
      signal: AbortSignal.timeout(READ_MS),
    });
    const size = Number(/\/(\d+)$/.exec(answer.headers.get('content-range') ?? '')?.[1] ?? 0);
    if (answer.status === 416) return { from, bytes: new Uint8Array(0), size };
    if (answer.status !== 206) throw new Error(`the output: ${answer.status}`);
    return { from, bytes: new Uint8Array(await answer.arrayBuffer()), size };
  }

  /** What follows an offset. */
  after(from: number): Promise<Part> {
    return this.#read(from, from + PART_BYTES);
  }

  exactly(from: number, to: number): Promise<Part> {
    return to > from ? this.#read(from, to) : Promise.resolve({ from, bytes: new Uint8Array(0), size: to });
  }

  /** What stands before an offset at which a line begins, from the start of a line. */
  async before(to: number): Promise<Part> {
    const from = Math.max(0, to - PART_BYTES);
    return fromLineStart(await this.#read(from, to), from === 0);
  }

  /** The last bytes, from the start of a line. */
  async end(): Promise<Part> {
    const { size } = await this.#read(0, 1);
    const from = Math.max(0, size - PART_BYTES);
    return fromLineStart(await this.exactly(from, size), from === 0);
  }

  /** Around a line that begins at an offset. */
  async around(line: number): Promise<Part> {
    const from = Math.max(0, line - PART_BYTES / 4);
    const part = await this.#read(from, line + PART_BYTES);
    return from + part.bytes.indexOf(LF) >= line ? part : fromLineStart(part, from === 0);
  }

  /** Looks through all of it. The offset of a line; null: there is none. */
  async find(text: string, from: number, back: boolean): Promise<number | null> {
    const query = new URLSearchParams({ find: text, from: String(from), back: String(back) });
    const answer = await fetch(`${this.#path}?${query}`, {
      headers: { accept: 'application/json' },
      signal: AbortSignal.timeout(READ_MS),
    });
    if (!answer.ok) throw new Error(`the search: ${answer.status}`);
    return ((await answer.json()) as { found: number | null }).found;
  }
}

/** A line that is longer than what was read is taken as it is. */
function fromLineStart(part: Part, isStart: boolean): Part {
  const skipped = isStart ? 0 : part.bytes.indexOf(LF) + 1;
  if (skipped === 0 || skipped === part.bytes.length) return part;
  return { ...part, from: part.from + skipped, bytes: part.bytes.subarray(skipped) };
}
