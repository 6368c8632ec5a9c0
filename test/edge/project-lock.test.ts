/** One project has one daemon, wherever its state is kept: both ways of holding it, as each system has one. */
import assert from 'node:assert/strict';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type Held, lockByFile, lockByName } from '../../server/daemon/project-lock.ts';
import { Problem } from '../../server/system/problem.ts';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'sbx-lock-')));
after(() => rmSync(folder, { recursive: true, force: true }));

const pathsOf = (name: string, state: string) => ({
  project: join(folder, name),
  folder: join(folder, state),
});
const isRunning = (error: unknown): boolean => error instanceof Problem && error.exitCode === 75;

const WAYS: Readonly<Record<string, (paths: ReturnType<typeof pathsOf>) => Promise<Held>>> = {
  file: (paths) => lockByFile(paths, join(folder, 'place')),
  ...(process.platform === 'linux' && { name: lockByName }),
};

for (const [way, lock] of Object.entries(WAYS)) {
  test(`a second daemon with another state folder is refused, and told where the first has its own (${way})`, async () => {
    const held = await lock(pathsOf(way, 'first'));
    const error: unknown = await lock(pathsOf(way, 'second')).catch((caught: unknown) => caught);
    assert.ok(isRunning(error), String(error));
    assert.match(
      String(error),
      new RegExp(`pid ${process.pid}\\), with its state in ${join(folder, 'first')}\\.`),
    );
    const other = await lock(pathsOf(`${way}-2`, 'first'));
    other.release();
    held.release();
  });

  test(`what was let go can be held again (${way})`, async () => {
    const paths = pathsOf(`${way}-again`, 'x');
    for (let times = 0; times < 3; times++) (await lock(paths)).release();
  });
}

test('the place of the file is for its owner alone, and neither a link nor open to others', async () => {
  const made = join(folder, 'made');
  const before = process.umask(0);
  try {
    (await lockByFile(pathsOf('p', 's'), made)).release();
  } finally {
    process.umask(before);
  }
  assert.equal(statSync(made).mode & 0o777, 0o700);
  symlinkSync(made, join(folder, 'link'));
  writeFileSync(join(folder, 'plain'), '');
  mkdirSync(join(folder, 'open'));
  chmodSync(join(folder, 'open'), 0o777);
  for (const wrong of ['link', 'plain', 'open'])
    await assert.rejects(
      lockByFile(pathsOf('p', 's'), join(folder, wrong)),
      (error: unknown) => error instanceof Problem && error.exitCode === 77,
      wrong,
    );
});
