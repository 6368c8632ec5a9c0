import { type Block, linesIn, readBlock, textOf, wholeLines } from './transcript-block.ts';

/** What is kept in memory of a transcript, however long it is. */
const MOST_BYTES = 4 * 1024 * 1024;
const MOST_LINES = 50_000;
/** Small parts are joined up to this size. */
const BLOCK_BYTES = 64 * 1024;

/** A heading further above is not looked for. */
const HEADING_WITHIN = 2000;

/** A line, by its place: rows above it, and rows of its own. */
export interface PlacedLine {
  readonly block: Block;
  readonly line: number;
  readonly top: number;
  readonly rows: number;
}

/**
 * A window onto a transcript: whole lines from one byte offset to another, in blocks. What was printed goes to its end, what
 * was printed before may be put at its start; at the other side blocks are let go. Heights are in rows of text.
 */
export class TranscriptLines {
  #blocks: Block[] = [];
  /** Rows of each line, where that is known better than by its columns. */
  #rows = new Map<Block, Int32Array>();
  #sums = new Map<Block, number>();
  /** The line that is not ended yet. */
  #rest: Uint8Array = new Uint8Array(0);
  #to: number;
  /** Columns after which a line goes on in the next row; 0: never. */
  #wrapAt = 0;

  constructor(from: number) {
    this.#to = from;
  }

  get from(): number {
    return this.#blocks[0]?.from ?? this.#to - this.#rest.length;
  }
  /** The offset up to which bytes are known. */
  get to(): number {
    return this.#to;
  }
  get lines(): number {
    return this.#blocks.reduce((sum, block) => sum + linesIn(block), 0);
  }
  get bytes(): number {
    return this.#blocks.reduce((sum, { bytes }) => sum + bytes.length, 0);
  }
  get rows(): number {
    return this.#blocks.reduce((sum, block) => sum + this.#height(block), 0);
  }
  get isFull(): boolean {
    return this.bytes >= MOST_BYTES || this.lines >= MOST_LINES;
  }

  wrapAt(columns: number): void {
    if (columns === this.#wrapAt) return;
    this.#wrapAt = columns;
    this.#rows.clear();
    this.#sums.clear();
  }

  /** Bytes that follow; lets go of the first blocks where there are too many. Returns the rows that are gone. */
  append(bytes: Uint8Array, to: number, letGo: boolean): number {
    this.#to = to;
    const all = joined(this.#rest, bytes);
    const { end, rest } = wholeLines(all);
    const start = to - all.length;
    this.#rest = all.slice(rest);
    this.#dropUnfinished();
    if (end > 0) this.#add(start, all.slice(0, end));
    if (this.#rest.length > 0) this.#blocks.push(readBlock(to - this.#rest.length, this.#rest, this.#style));
    this.#hasUnfinished = this.#rest.length > 0;
    return letGo ? this.#shrink(() => this.#blocks.shift()) : 0;
  }

  /** The unfinished line is a block of its own, drawn again as it grows. */
  #hasUnfinished = false;
  #dropUnfinished(): void {
    if (this.#hasUnfinished) this.#forget(this.#blocks.pop());
  }

  get #style(): number {
    return this.#blocks.at(-1)?.style ?? 0;
  }

  #add(from: number, bytes: Uint8Array): void {
    const last = this.#blocks.at(-1);
    if (!last || last.bytes.length + bytes.length > BLOCK_BYTES) {
      this.#blocks.push(readBlock(from, bytes, this.#style));
      return;
    }
    this.#forget(this.#blocks.pop());
    this.#blocks.push(readBlock(last.from, joined(last.bytes, bytes), last.styles[0] ?? 0));
  }

  /** Whole lines that end where the first block begins. Returns the rows that are new. */
  prepend(bytes: Uint8Array): number {
    if (bytes.length === 0) return 0;
    const block = readBlock(this.from - bytes.length, bytes, 0);
    this.#blocks.unshift(block);
    return this.#height(block);
  }

  /** Lets go of the last blocks, which can be had again. Returns whether there were any. */
  shrinkAtEnd(): boolean {
    const isFull = this.isFull;
    if (!isFull) return false;
    this.#shrink(() => this.#blocks.pop());
    this.#rest = new Uint8Array(0);
    this.#hasUnfinished = false;
    const last = this.#blocks.at(-1);
    this.#to = last ? last.from + last.bytes.length : this.#to;
    return true;
  }

  #shrink(take: () => Block | undefined): number {
    let gone = 0;
    while (this.isFull && this.#blocks.length > 1) {
      const block = take();
      if (!block) break;
      gone += this.#height(block);
      this.#forget(block);
    }
    return gone;
  }

  #forget(block: Block | undefined): void {
    if (!block) return;
    this.#rows.delete(block);
    this.#sums.delete(block);
  }

  #rowsOf(block: Block, line: number): number {
    const known = this.#rows.get(block)?.[line] ?? 0;
    if (known > 0) return known;
    return this.#wrapAt === 0 ? 1 : Math.max(1, Math.ceil((block.columns[line] ?? 0) / this.#wrapAt));
  }

  #height(block: Block): number {
    if (this.#wrapAt === 0) return linesIn(block);
    const known = this.#sums.get(block);
    if (known !== undefined) return known;
    let sum = 0;
    for (let line = 0; line < linesIn(block); line++) sum += this.#rowsOf(block, line);
    this.#sums.set(block, sum);
    return sum;
  }

  /** A line turned out to need another number of rows than its columns say. Returns the difference. */
  measured({ block, line, rows }: PlacedLine, real: number): number {
    if (rows === real) return 0;
    let known = this.#rows.get(block);
    if (!known) {
      known = new Int32Array(linesIn(block));
      this.#rows.set(block, known);
    }
    known[line] = real;
    this.#sums.delete(block);
    return real - rows;
  }

  /** The lines that stand in rows `top` to `bottom`. */
  between(top: number, bottom: number): PlacedLine[] {
    const placed: PlacedLine[] = [];
    let at = 0;
    for (const block of this.#blocks) {
      const height = this.#height(block);
      if (at + height > top && at < bottom) this.#within(block, at, { top, bottom }, placed);
      at += height;
      if (at >= bottom) break;
    }
    return placed;
  }

  #within(
    block: Block,
    start: number,
    { top, bottom }: { top: number; bottom: number },
    placed: PlacedLine[],
  ): void {
    let at = start;
    let line = 0;
    if (this.#wrapAt === 0) {
      line = Math.max(0, Math.floor(top - start));
      at += line;
    }
    for (; line < linesIn(block) && at < bottom; line++) {
      const rows = this.#rowsOf(block, line);
      if (at + rows > top) placed.push({ block, line, top: at, rows });
      at += rows;
    }
  }

  /** The row of the line that begins at a byte offset; null: it is not in the window. */
  rowOf(offset: number): number | null {
    let row = 0;
    for (const block of this.#blocks) {
      if (offset < block.from + block.bytes.length) {
        if (offset < block.from) return null;
        let line = 0;
        for (; (block.starts[line + 1] ?? Number.POSITIVE_INFINITY) <= offset - block.from; line++)
          row += this.#rowsOf(block, line);
        return row;
      }
      row += this.#height(block);
    }
    return null;
  }

  /** The last line before one that begins at the margin; empty: none near enough. */
  headingAbove({ block, line }: PlacedLine): string {
    let at = line - 1;
    let left = HEADING_WITHIN;
    for (let nth = this.#blocks.indexOf(block); nth >= 0; nth--) {
      const each = this.#blocks[nth];
      if (!each) break;
      if (each !== block) at = linesIn(each) - 1;
      for (; at >= 0 && left > 0; at--, left--) if (isAtMargin(each, at)) return textOf(each, at);
    }
    return '';
  }

  /** All raw text in the window. */
  *texts(): Iterable<string> {
    for (const block of this.#blocks)
      for (let line = 0; line < linesIn(block); line++) yield textOf(block, line);
  }
}

const SPACE = 0x20;
const LF = 0x0a;
const isAtMargin = ({ bytes, starts }: Block, line: number): boolean => {
  const first = bytes[starts[line] ?? 0];
  return first !== SPACE && first !== LF;
};

/** The byte offset at which a line begins. */
export const offsetOf = ({ block, line }: PlacedLine): number => block.from + (block.starts[line] ?? 0);

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  if (first.length === 0) return second;
  const all = new Uint8Array(first.length + second.length);
  all.set(first);
  all.set(second, first.length);
  return all;
}
