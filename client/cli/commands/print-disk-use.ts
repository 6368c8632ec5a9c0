/** What `signalbox du` prints. */
import type { DiskUse } from '../../../shared/offline.ts';
import type { StatePaths } from '../../../shared/state-paths.ts';
import { loadOffline } from '../context/load-offline.ts';
import { oneLine, print, printJson } from '../output/terminal-output.ts';

const PART_WORDS: Readonly<Record<DiskUse['what'], string>> = {
  events: 'the latest events of the log',
  packed: 'older events, packed',
  keys: 'keys of what was sent, so that a repeat is known',
  facts: 'units, runs and items',
  free: 'free room in the database, used next',
  output: 'what runs printed',
  worktrees: 'worktrees of units',
  copies: 'copies of the database from before an update or a restore',
  other: 'everything else',
};

export async function printDiskUse(paths: StatePaths, json: boolean): Promise<void> {
  const parts = await (await loadOffline()).diskUse(paths);
  const total = parts.reduce((sum, { bytes }) => sum + bytes, 0);
  if (json) return printJson({ bytes: total, parts });
  for (const { what, bytes } of parts) await print(`${sizeWords(bytes)}  ${PART_WORDS[what]}`);
  await print(`${sizeWords(total)}  in all, in ${oneLine(paths.folder)}`);
}

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

/** In a column of its own: "  1.2 MiB". */
function sizeWords(bytes: number): string {
  const step = Math.min(UNITS.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  const number = (bytes / 1024 ** step).toFixed(step === 0 ? 0 : 1);
  return `${number.padStart(6)} ${UNITS[step]?.padEnd(3)}`;
}
