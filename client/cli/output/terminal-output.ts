/**
 * Writes to the terminal; no other file does. Data goes to stdout, messages to stderr. On a terminal, control characters
 * are escaped whoever wrote the text; a pipe or a file gets it unchanged.
 */
import { styleText } from 'node:util';
import { forTerminal, jsonForTerminal, plain } from '../../../shared/terminal-text.ts';

const outgoing = (text: string): string => (process.stdout.isTTY ? forTerminal(text) : text);

export function print(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(`${outgoing(text)}\n`, (error) => (error ? reject(error) : resolve()));
  });
}

/** Writes without a line break and without waiting. Returns false if stdout is full. */
export const write = (text: string): boolean => process.stdout.write(outgoing(text));

/** Writes bytes unchanged, for pipes and files. */
export const writeBytes = (bytes: Buffer): boolean => process.stdout.write(bytes);

/** Writes one of our own control sequences unescaped. */
export const control = (sequence: string): boolean => process.stdout.write(sequence);

export const printJson = (value: unknown): Promise<void> => print(jsonForTerminal(value));

let isQuiet = false;
let isPlain = false;

/** What `--quiet` and `--no-color` ask for. */
export function keepTo({ quiet = false, color = true }: { quiet?: boolean; color?: boolean }): void {
  isQuiet = quiet;
  isPlain = !color;
}

/** Says what was done, or is waited for: not with `--quiet`. */
export const tell = (message: string): void => {
  if (!isQuiet) complain(message);
};

/** Says what went wrong. */
export const complain = (message: string): void => tellPlain(`signalbox: ${message}\n`);

/** The same, until it is written. */
export const tellWhole = (text: string): Promise<void> =>
  new Promise((resolve) => process.stderr.write(forTerminal(text), () => resolve()));

/** Writes text to stderr without the "signalbox:" prefix. */
export const tellPlain = (text: string): void => {
  process.stderr.write(forTerminal(text));
};

const wantsColor = () =>
  !isPlain && process.stdout.isTTY === true && !process.env.NO_COLOR && process.env.TERM !== 'dumb';

export type Style = 'bold' | 'dim' | 'red' | 'yellow' | 'green' | 'cyan';
export const styled = (style: Style, text: string): string => (wantsColor() ? styleText(style, text) : text);

/** Untrusted text, escaped, on one line. */
export const oneLine = (text: string): string => forTerminal(plain(text)).replace(/\s+/g, ' ').trim();

/** Untrusted text, escaped and indented. */
export const indented = (text: string, by: string): string =>
  forTerminal(plain(text))
    .split('\n')
    .map((line) => by + line)
    .join('\n');

/** Aligns columns to their widest cell; the last column is not padded. */
export function table(
  rows: readonly (readonly string[])[],
  style: (row: number, column: number, cell: string) => string,
): string {
  const widths = rows.reduce<number[]>(
    (most, row) => row.map((cell, at) => Math.max(most[at] ?? 0, cell.length)),
    [],
  );
  const line = (row: readonly string[], nth: number) =>
    row
      .map((cell, at) => style(nth, at, at === row.length - 1 ? cell : cell.padEnd(widths[at] ?? 0)))
      .join('  ')
      .trimEnd();
  return rows.map(line).join('\n');
}
