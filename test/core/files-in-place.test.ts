/** Whether files are still where they were opened, also where their folder has been at rest and is believed. */
import assert from 'node:assert/strict';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { FilesInPlace } from '../../server/store/files-in-place.ts';
import { until } from '../until.ts';

let root: string;
before(() => {
  root = mkdtempSync(join(tmpdir(), 'sb-files-'));
});
after(() => rmSync(root, { recursive: true, force: true }));

const WAYS: Readonly<Record<string, (file: string, log: string) => void>> = {
  'the folder is removed': (file) => rmSync(dirname(file), { recursive: true }),
  'the folder is renamed': (file) => renameSync(dirname(file), `${dirname(file)}-elsewhere`),
  'the folder is replaced': (file) => {
    renameSync(dirname(file), `${dirname(file)}-before`);
    mkdirSync(dirname(file));
    copyFileSync(join(`${dirname(file)}-before`, 'file'), file);
  },
  'a file is removed': (_, log) => rmSync(log),
  'a file is moved': (_, log) => renameSync(log, `${log}.old`),
  'a file is replaced': (file) => {
    copyFileSync(file, `${file}.copy`);
    renameSync(`${file}.copy`, file);
  },
  'the growing one is cut off': (file) => truncateSync(file, 3),
};

/** Until a change of the folder would have another time than those up to now. */
async function rests(folder: string): Promise<void> {
  const beside = `${folder}.clock`;
  await until('the clock of files to go on', () => {
    writeFileSync(beside, String(performance.now()));
    return statSync(beside).ctimeMs > statSync(folder).ctimeMs;
  });
}

describe('files that are taken away are missed', () => {
  for (const [what, take] of Object.entries(WAYS))
    for (const [when, later] of [
      ['a new folder', 0],
      ['a folder at rest', 10_000],
    ] as const)
      test(`${what}: ${when}`, async () => {
        const folder = mkdtempSync(join(root, 'state-'));
        const [file, log] = [join(folder, 'file'), join(folder, 'file-log')];
        for (const path of [file, log]) writeFileSync(path, 'some text');
        await rests(folder);
        const files = new FilesInPlace([file, log], file, () => Date.now() + later);
        assert.equal(files.missing(), null);
        writeFileSync(file, 'more text than before');
        assert.equal(files.missing(), null);
        take(file, log);
        assert.ok([file, log].includes(files.missing() ?? ''));
        assert.ok([file, log].includes(files.missing() ?? ''), 'and stays missed');
      });

  test('another file comes and goes: nothing is missed, and what goes later is', async () => {
    const folder = mkdtempSync(join(root, 'state-'));
    const file = join(folder, 'file');
    writeFileSync(file, '');
    await rests(folder);
    const files = new FilesInPlace([file], null, () => Date.now() + 10_000);
    writeFileSync(join(folder, 'other'), '');
    assert.equal(files.missing(), null);
    await rests(folder);
    rmSync(join(folder, 'other'));
    assert.equal(files.missing(), null);
    await rests(folder);
    rmSync(file);
    assert.equal(files.missing(), file);
  });

  test('a folder that has just changed is not believed: the next change may have the same time', () => {
    const [folder, elsewhere] = [mkdtempSync(join(root, 'state-')), mkdtempSync(join(root, 'other-'))];
    const [file, target] = [join(folder, 'file'), join(elsewhere, 'target')];
    writeFileSync(target, '');
    // What a link points to goes without a new time of the link's folder.
    symlinkSync(target, file);
    const changedAt = statSync(folder).ctimeMs;
    let now = changedAt + 1000;
    const files = new FilesInPlace([file], null, () => now);
    rmSync(target);
    assert.equal(files.missing(), file, 'just changed');
    writeFileSync(target, '');
    now = changedAt + 10_000;
    const believing = new FilesInPlace([file], null, () => now);
    rmSync(target);
    assert.equal(believing.missing(), null, 'at rest');
  });
});
