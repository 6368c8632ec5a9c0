/** A block of whole lines of a transcript, as bytes: text is made of those that are drawn. */
import { endOfSequence } from '../../shared/terminal-text.ts';
import { styleAfter } from './ansi-style.ts';

const ESC = 0x1b;
const LF = 0x0a;
const CR = 0x0d;
const BRACKET = 0x5b;
const LETTER_M = 0x6d;
/** A longer line is cut into several: the bytes of one are bounded. */
export const LONGEST_LINE = 8 * 1024;

/** Longest escape sequence of which the style is read. */
const LONGEST_SEQUENCE = 128;

export interface Block {
  /** Offset of its first byte in the file. */
  readonly from: number;
  readonly bytes: Uint8Array;
  /** Where each line begins in `bytes`; a last entry ends the last one. */
  readonly starts: Int32Array;
  /** Columns of each line as a terminal of endless width would show it. */
  readonly columns: Int32Array;
  /** The style with which each line begins. */
  readonly styles: Uint16Array;
  /** The style after the last line. */
  readonly style: number;
}

/** Reads bytes in one pass. They begin at the start of a line; the last line need not be ended. */
export function readBlock(from: number, bytes: Uint8Array, style: number): Block {
  const starts: number[] = [0];
  const columns: number[] = [];
  const styles: number[] = [style];
  let now = style;
  let width = 0;
  let returned = false;
  const endLine = (next: number) => {
    starts.push(next);
    columns.push(width);
    styles.push(now);
    width = 0;
    returned = false;
  };
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] as number;
    if (byte === LF) endLine(at + 1);
    else if (byte === ESC) {
      const [end, after] = sequenceAt(bytes, at, now);
      now = after;
      at = end;
    } else if (byte === CR) returned = true;
    else if (byte >= 0x20 && (byte & 0xc0) !== 0x80) {
      if (returned) width = 0;
      returned = false;
      width++;
      if (at - (starts.at(-1) ?? 0) >= LONGEST_LINE) endLine(at);
    }
  }
  if ((starts.at(-1) ?? 0) < bytes.length) endLine(bytes.length);
  return {
    from,
    bytes,
    starts: Int32Array.from(starts),
    columns: Int32Array.from(columns),
    styles: Uint16Array.from(styles.slice(0, -1)),
    style: now,
  };
}

/**
 * Where the sequence at `at` ends, and the style after it: as `endOfSequence`, on bytes, and without looking at one twice
 * where it goes on for long.
 */
function sequenceAt(bytes: Uint8Array, at: number, style: number): [end: number, style: number] {
  const kind = bytes[at + 1] ?? 0;
  if (kind === BRACKET) {
    const end = endOfControl(bytes, at + 2);
    const isStyle = bytes[end] === LETTER_M && end - at <= LONGEST_SEQUENCE;
    return [end, isStyle ? styleAfter(style, String.fromCharCode(...bytes.subarray(at + 2, end))) : style];
  }
  if (STRINGS.includes(kind)) return [endOfString(bytes, at + 2), style];
  return [at + endOfSequence(String.fromCharCode(...bytes.subarray(at, at + SHORT)), 0), style];
}

/** `]`, `P`, `X`, `^`, `_`: what follows goes on up to an end of its own. */
const STRINGS: readonly number[] = [0x5d, 0x50, 0x58, 0x5e, 0x5f];
/** Other sequences are no longer. */
const SHORT = 8;
const BEL = 0x07;
const BACKSLASH = 0x5c;

function endOfControl(bytes: Uint8Array, from: number): number {
  for (let at = from; at < bytes.length; at++) {
    const byte = bytes[at] as number;
    if (byte >= 0x40 && byte <= 0x7e) return at;
    if (byte < 0x20 || byte > 0x7e) return at - 1;
  }
  return bytes.length - 1;
}

function endOfString(bytes: Uint8Array, from: number): number {
  for (let at = from; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === BEL) return at;
    if (byte === ESC) return bytes[at + 1] === BACKSLASH ? at + 1 : at - 1;
    if (byte === LF) return at - 1;
  }
  return bytes.length - 1;
}

export const linesIn = ({ columns }: Block): number => columns.length;

const decoder = new TextDecoder();

/** The raw text of a line, without its line break. */
export function textOf({ bytes, starts }: Block, line: number): string {
  const [start = 0, next = 0] = [starts[line], starts[line + 1]];
  const end = bytes[next - 1] === LF ? next - 1 : next;
  return decoder.decode(bytes.subarray(start, end));
}

/** How many of the bytes are whole lines. Of a long unfinished line that began anew, only the rest is worth keeping. */
export function wholeLines(bytes: Uint8Array): { readonly end: number; readonly rest: number } {
  const end = bytes.lastIndexOf(LF) + 1;
  if (bytes.length - end <= LONGEST_LINE) return { end, rest: end };
  const again = bytes.subarray(0, bytes.length - 1).lastIndexOf(CR);
  return again > end ? { end, rest: again + 1 } : { end: bytes.length, rest: bytes.length };
}
