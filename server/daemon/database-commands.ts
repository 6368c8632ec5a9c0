/** Commands of the terminal on a project's database: while a daemon uses it, or in the place of one. */
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { CheckedDatabase, Offline } from '../../shared/offline.ts';
import type { StatePaths } from '../../shared/state-paths.ts';
import { backUp, restoreBackup, withDatabase } from '../store/backup.ts';
import { checkSnapshot } from '../store/check-log.ts';
import { copyLog, verifyCopy } from '../store/copy-log.ts';
import { importLines, linesOf } from '../store/log-file.ts';
import { Db } from '../store/sqlite.ts';
import { Problem } from '../system/problem.ts';
import { listProcesses } from '../system/processes.ts';
import { runFiles } from '../system/run-files.ts';
import { makeStateFolder, takeLock } from '../system/state-folder.ts';
import {
  databaseOf,
  nameOf,
  refuseAbsent,
  refusePostgres,
  withSnapshot,
  withTarget,
} from './database-access.ts';
import { databaseNamed, SQLITE } from './database-choice.ts';
import { diskUse as partsOnDisk } from './disk-use.ts';
import { keepLastBackup, orProblem } from './last-backup.ts';
import { lockProject } from './project-lock.ts';

export const backUpDatabase: Offline['backUpDatabase'] = (paths, file) =>
  orProblem(paths, async () => {
    refusePostgres(paths, 'backup', 'Use pg_dump, or write the log out: signalbox export FILE');
    const target = resolve(file);
    refuseAbsent(paths);
    if (existsSync(target)) throw new Problem('usage', `${target} is there already. Name another file.`);
    const { events, units, items } = await backUp(paths.database, target);
    keepLastBackup(paths, { file: target, at: new Date().toISOString() });
    return { file: target, events, units, items };
  });

export const checkDatabase: Offline['checkDatabase'] = (paths) =>
  orProblem(paths, () => withSnapshot(paths, databaseOf(paths), checkSnapshot));

export const restoreDatabase: Offline['restoreDatabase'] = (paths, file, dry) =>
  orProblem(paths, () => {
    refusePostgres(paths, 'restore', 'Use pg_restore while no daemon runs, or signalbox import FILE.');
    return asTheDaemon(paths, async () => {
      const backup = resolve(file);
      if (!existsSync(backup)) throw new Problem('data', `There is no ${backup}.`);
      refuseLivingRuns(paths);
      const aside = freeName(join(paths.folder, `before-restore-${new Date().toISOString().slice(0, 10)}`));
      if (dry)
        return {
          file: backup,
          aside,
          dry_run: true,
          ...sizesOf(await restoreBackup(backup, paths.database, null)),
        };
      mkdirSync(aside, { mode: 0o700 });
      const restored = await restoreBackup(backup, paths.database, join(aside, 'signalbox.db'));
      await moveUnknownRuns(paths, aside);
      return { file: backup, aside, dry_run: false, ...sizesOf(restored) };
    });
  });

const sizesOf = ({ events, units, items }: CheckedDatabase) => ({ events, units, items });

export const exportLog: Offline['exportLog'] = (paths, write) =>
  orProblem(paths, () =>
    withSnapshot(paths, databaseOf(paths), async (log) => {
      for await (const line of linesOf(log)) await write(line);
    }),
  );

export const importLog: Offline['importLog'] = (paths, lines) =>
  orProblem(paths, () =>
    asTheDaemon(paths, () => withTarget(paths, databaseOf(paths), (target) => importLines(target, lines))),
  );

export const copyDatabase: Offline['copyDatabase'] = (paths, from, to) =>
  orProblem(paths, () =>
    asTheDaemon(paths, async () => {
      const [source, place] = [databaseNamed('FROM', from), databaseNamed('TO', to)];
      if (source === place) throw new Problem('usage', 'FROM and TO are the same database.');
      const copied = await withSnapshot(paths, source, (log) =>
        withTarget(paths, place, (target) => copyLog(log, target)),
      );
      const { events, units, items } = await withSnapshot(paths, place, (log) => verifyCopy(copied, log));
      return { from: nameOf(paths, source), to: nameOf(paths, place), events, units, items };
    }),
  );

export const diskUse: Offline['diskUse'] = (paths) =>
  orProblem(paths, async () => {
    const place = databaseOf(paths);
    if (place === SQLITE) refuseAbsent(paths);
    return partsOnDisk(paths, place);
  });

/** Holds what a daemon holds, so that none runs meanwhile. Throws a `Problem` if one does. */
async function asTheDaemon<T>(paths: StatePaths, act: () => Promise<T>): Promise<T> {
  makeStateFolder(paths);
  const lock = takeLock(paths);
  try {
    const held = await lockProject(paths);
    try {
      return await act();
    } finally {
      held.release();
    }
  } finally {
    lock.release();
  }
}

/** Two logs must not lead the same process: a run that is at work would be started a second time. */
function refuseLivingRuns({ socket }: StatePaths): void {
  const mark = `SIGNALBOX_SOCKET=${socket}`;
  const living = listProcesses().filter(({ argumentsAndEnvironment }) =>
    argumentsAndEnvironment.includes(mark),
  );
  if (living.length > 0)
    throw new Problem(
      'running',
      `Runs of this project are at work (pid ${living.map(({ pid }) => pid).join(', ')}). Let them end, or stop them: signalbox start, signalbox kill`,
    );
}

/** A run of the restored log may get the number of a later one: its files must not be taken for its own. */
async function moveUnknownRuns({ database, runs }: StatePaths, aside: string): Promise<void> {
  const known = await withDatabase(Db.look(database), (db) => namesOfRuns(db, runs));
  mkdirSync(join(aside, 'runs'), { mode: 0o700 });
  for (const name of await readdir(runs))
    if (!known.has(name)) renameSync(join(runs, name), join(aside, 'runs', name));
}

function namesOfRuns(db: Db, runs: string): ReadonlySet<string> {
  const all = [...db.state().works, ...db.archive.all()].flatMap((work) => work.runs);
  return new Set(all.map(({ unit, number }) => runFiles(runs, unit, number).name));
}

/** The first of NAME, NAME-2, … that is free. */
function freeName(name: string): string {
  let free = name;
  for (let nth = 2; existsSync(free); nth++) free = `${name}-${nth}`;
  return free;
}
