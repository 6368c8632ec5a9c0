/** The commands on a project's database: backup, restore, check, export, import, du. */

import { once } from 'node:events';
import { createReadStream, createWriteStream, existsSync, type ReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Command } from 'commander';
import type { DatabaseDifference, DiskUse } from '../../../shared/offline.ts';
import type { StatePaths } from '../../../shared/state-paths.ts';
import { loadOffline } from '../context/load-offline.ts';
import { EXIT, ProgramError } from '../output/program-error.ts';
import { oneLine, print, printJson, tell, writeBytes } from '../output/terminal-output.ts';
import { isConfirmed } from './confirmed.ts';
import { jsonOption } from './flags.ts';

interface Flags {
  readonly json?: boolean;
}

export function addDatabaseCommands(program: Command, paths: () => StatePaths): void {
  addBackup(program, paths);
  addRestore(program, paths);
  addCheck(program, paths);
  addExport(program, paths);
  addImport(program, paths);
  addDiskUse(program, paths);
}

/** "12 events, 3 units, 1 item" */
const counts = ({ events, units, items }: { events: number; units: number; items: number }): string =>
  `${events} events, ${units} units, ${items} items`;

function addBackup(program: Command, paths: () => StatePaths): void {
  program
    .command('backup')
    .description('copy the database to a new file, while the daemon runs, and check the copy')
    .argument('<file>')
    .addOption(jsonOption())
    .action(async (file: string, flags: Flags) => {
      const done = await (await loadOffline()).backUpDatabase(paths(), file);
      await (flags.json ? printJson(done) : print(`${done.file}: ${counts(done)}, checked against the log.`));
    });
}

function addRestore(program: Command, paths: () => StatePaths): void {
  program
    .command('restore')
    .description('put a backup in the place of the database; what was there is kept beside it')
    .argument('<file>')
    .option('--yes', 'do not ask')
    .addOption(jsonOption())
    .action(async (file: string, flags: Flags & { yes?: boolean }) => {
      const question = `${paths().project} goes back to ${file}. What happened since is put aside. Restore?`;
      if (!flags.yes && !(await isConfirmed(question, 'signalbox restore --yes')))
        throw new ProgramError('refused', 'Not restored: nothing has changed.');
      const done = await (await loadOffline()).restoreDatabase(paths(), file);
      if (flags.json) return printJson(done);
      await print(`restored: ${counts(done)}. What was there before is in ${done.aside}`);
    });
}

function addCheck(program: Command, paths: () => StatePaths): void {
  program
    .command('check')
    .description('compare the database with its own log, while the daemon runs')
    .addOption(jsonOption())
    .action(async (flags: Flags) => {
      const checked = await (await loadOffline()).checkDatabase(paths());
      if (checked.differences.length > 0) process.exitCode = EXIT.data;
      if (flags.json) return printJson(checked);
      for (const difference of checked.differences) await print(oneLine(differenceSentence(difference)));
      if (checked.differences.length === 0)
        await print(`${counts(checked)}: the tables are what the log says.`);
    });
}

function differenceSentence(difference: DatabaseDifference): string {
  switch (difference.code) {
    case 'gap':
      return `Event ${difference.seq} is missing.`;
    case 'fold':
      return `Event ${difference.seq} cannot be folded.`;
    case 'unit':
      return `The unit ${difference.chunk} is not what the log says.`;
    default:
      return `The ${difference.code} are not what the log says.`;
  }
}

function addExport(program: Command, paths: () => StatePaths): void {
  program
    .command('export')
    .description('write the whole log as lines of JSON, to a file or to stdout')
    .argument('[file]')
    .action(async (file: string | undefined) => {
      const { exportLog } = await loadOffline();
      if (file === undefined) return exportLog(paths(), writeToStdout);
      const out = createWriteStream(file, { flags: 'wx', mode: 0o600 });
      await once(out, 'open');
      await exportLog(paths(), async (line) => {
        if (!out.write(line)) await once(out, 'drain');
      });
      out.end();
      await once(out, 'close');
    });
}

async function writeToStdout(line: string): Promise<void> {
  if (!writeBytes(Buffer.from(line))) await once(process.stdout, 'drain');
}

function addImport(program: Command, paths: () => StatePaths): void {
  program
    .command('import')
    .description('take an exported log over into a project that has none yet')
    .argument('<file>', '"-": stdin')
    .addOption(jsonOption())
    .action(async (file: string, flags: Flags) => {
      const input = file === '-' ? process.stdin : await opened(file);
      const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
      const done = await (await loadOffline()).importLog(paths(), lines);
      if (flags.json) return printJson(done);
      tell(`imported ${done.events} events and ${done.keys} keys. Start it: signalbox start`);
    });
}

async function opened(file: string): Promise<ReadStream> {
  if (!existsSync(file)) throw new ProgramError('data', `There is no ${file}.`);
  const input = createReadStream(file);
  await once(input, 'open');
  return input;
}

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

function addDiskUse(program: Command, paths: () => StatePaths): void {
  program
    .command('du')
    .description('say what takes room on the disk, the largest first')
    .addOption(jsonOption())
    .action(async (flags: Flags) => {
      const parts = await (await loadOffline()).diskUse(paths());
      const total = parts.reduce((sum, { bytes }) => sum + bytes, 0);
      if (flags.json) return printJson({ bytes: total, parts });
      for (const { what, bytes } of parts) await print(`${sizeWords(bytes)}  ${PART_WORDS[what]}`);
      await print(`${sizeWords(total)}  in all, in ${oneLine(paths().folder)}`);
    });
}

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

/** In a column of its own: "  1.2 MiB". */
function sizeWords(bytes: number): string {
  const step = Math.min(UNITS.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  const number = (bytes / 1024 ** step).toFixed(step === 0 ? 0 : 1);
  return `${number.padStart(6)} ${UNITS[step]?.padEnd(3)}`;
}
