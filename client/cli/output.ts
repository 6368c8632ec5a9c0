import { styleText } from 'node:util';
import { plain } from '../../shared/terminal-text.ts';

/** Data goes to stdout, messages to stderr. Nothing that an agent wrote reaches the terminal as a command. */
export function print(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(`${text}\n`, (error) => (error ? reject(error) : resolve()));
  });
}

export const printJson = (value: unknown): Promise<void> => print(JSON.stringify(value));

export const tell = (sentence: string): void => {
  process.stderr.write(`signalbox: ${sentence}\n`);
};

const wantsColor = () =>
  process.stdout.isTTY === true && !process.env.NO_COLOR && process.env.TERM !== 'dumb';

export type Style = 'bold' | 'dim' | 'red' | 'yellow' | 'green' | 'cyan';
export const styled = (style: Style, text: string): string => (wantsColor() ? styleText(style, text) : text);

/** Somebody else's words, on one line. */
export const oneLine = (text: string): string => plain(text).replace(/\s+/g, ' ').trim();

/** Somebody else's words, indented. */
export const indented = (text: string, by: string): string =>
  plain(text)
    .split('\n')
    .map((line) => by + line)
    .join('\n');

/** Columns, as wide as their widest cell; the last one takes what is left. */
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
