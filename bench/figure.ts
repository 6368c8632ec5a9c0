/** What a bench found, as a plain table. */
export interface Figure {
  readonly title: string;
  /** The names of the columns, and the unit of each. The first column names the row. */
  readonly head: readonly [names: readonly string[], units: readonly string[]];
  readonly rows: readonly (readonly string[])[];
  /** How many rounds, and what exactly was measured. */
  readonly note: string;
}

export function median(samples: readonly number[]): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[half]];
  if (low === undefined || high === undefined) throw new Error('a median of nothing');
  return (low + high) / 2;
}

export const ms = (value: number): string => value.toFixed(value < 10 ? 2 : 1);
export const kB = (bytes: number): string => (bytes / 1000).toFixed(1);
export const ratio = (value: number, baseline: number): string => (value / baseline).toFixed(2);

export function asText({ title, head, rows, note }: Figure): string {
  const lines = [...head, ...rows];
  const width = (column: number) => Math.max(...lines.map((line) => (line[column] ?? '').length));
  const cell = (text: string, at: number) => (at === 0 ? text.padEnd(width(at)) : text.padStart(width(at)));
  const table = lines.map((line) => line.map(cell).join('  ').trimEnd());
  return [title, '', ...table, '', note].join('\n');
}
