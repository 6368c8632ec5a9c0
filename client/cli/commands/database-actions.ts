/** What the commands on a project's database do and print: loaded when one is given. */
import { once } from 'node:events';
import { createReadStream, createWriteStream, existsSync, type ReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { DatabaseDifference } from '../../../shared/offline.ts';
import type { StatePaths } from '../../../shared/state-paths.ts';
import { loadOffline } from '../context/load-offline.ts';
import { EXIT, ProgramError } from '../output/program-error.ts';
import { oneLine, print, printJson, tell, writeBytes } from '../output/terminal-output.ts';
import { isConfirmed } from './confirmed.ts';

interface Flags {
  readonly json?: boolean;
}

/** "12 events, 3 units, 1 item" */
const counts = ({ events, units, items }: { events: number; units: number; items: number }): string =>
  `${events} events, ${units} units, ${items} items`;

export async function backUp(paths: StatePaths, file: string, flags: Flags): Promise<void> {
  const done = await (await loadOffline()).backUpDatabase(paths, file);
  await (flags.json ? printJson(done) : print(`${done.file}: ${counts(done)}, checked against the log.`));
}

export async function restore(
  paths: StatePaths,
  file: string,
  flags: Flags & { yes?: boolean; dryRun?: boolean },
): Promise<void> {
  if (flags.dryRun) return tryRestore(paths, file, flags);
  const question = `${paths.project} goes back to ${file}. What happened since is put aside. Restore?`;
  if (!flags.yes && !(await isConfirmed(question, 'signalbox restore --yes')))
    throw new ProgramError('refused', 'Not restored: nothing has changed.');
  const done = await (await loadOffline()).restoreDatabase(paths, file, false);
  if (flags.json) return printJson(done);
  await print(`restored: ${counts(done)}. What was there before is in ${done.aside}`);
}

async function tryRestore(paths: StatePaths, file: string, flags: Flags): Promise<void> {
  const found = await (await loadOffline()).restoreDatabase(paths, file, true);
  if (flags.json) return printJson(found);
  await print(`${found.file}: ${counts(found)}. What is there now would go to ${found.aside}`);
  tell('nothing was changed.');
}

export async function check(paths: StatePaths, flags: Flags): Promise<void> {
  const checked = await (await loadOffline()).checkDatabase(paths);
  if (checked.differences.length > 0) process.exitCode = EXIT.data;
  if (flags.json) return printJson(checked);
  for (const difference of checked.differences) await print(oneLine(differenceSentence(difference)));
  if (checked.differences.length === 0) await print(`${counts(checked)}: the tables are what the log says.`);
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

export async function exportTo(paths: StatePaths, file: string | undefined): Promise<void> {
  const { exportLog } = await loadOffline();
  if (file === undefined) return exportLog(paths, writeToStdout);
  const out = createWriteStream(file, { flags: 'wx', mode: 0o600 });
  await once(out, 'open');
  await exportLog(paths, async (line) => {
    if (!out.write(line)) await once(out, 'drain');
  });
  out.end();
  await once(out, 'close');
}

async function writeToStdout(line: string): Promise<void> {
  if (!writeBytes(Buffer.from(line))) await once(process.stdout, 'drain');
}

export async function importFrom(paths: StatePaths, file: string, flags: Flags): Promise<void> {
  const input = file === '-' ? process.stdin : await opened(file);
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
  const done = await (await loadOffline()).importLog(paths, lines);
  if (flags.json) return printJson(done);
  tell(`imported ${done.events} events and ${done.keys} keys. Start it: signalbox start`);
}

export async function copy(
  paths: StatePaths,
  { from, to }: { readonly from: string; readonly to: string },
  flags: Flags,
): Promise<void> {
  const done = await (await loadOffline()).copyDatabase(paths, from, to);
  if (flags.json) return printJson(done);
  await print(`${done.to}: ${counts(done)}, as ${done.from} has them. Both fold to the same state.`);
  tell(`Go on with it: signalbox start --database ${to}`);
}

async function opened(file: string): Promise<ReadStream> {
  if (!existsSync(file)) throw new ProgramError('data', `There is no ${file}.`);
  const input = createReadStream(file);
  await once(input, 'open');
  return input;
}
