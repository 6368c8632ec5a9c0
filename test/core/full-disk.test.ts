import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, statSync, truncateSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { DatabaseProblem } from '../../server/store/database-file.ts';
import { Db } from '../../server/store/sqlite.ts';
import { refused, StoreFixture, spec } from './store-fixture.ts';

/** A place whose room can be taken away and given back. */
interface Place {
  readonly folder: string;
  /** Leaves no room for a file to grow, or only so many bytes. */
  fill(path: string, room?: number): void;
  makeRoom(): void;
  leave(): void;
}

const did = (command: string, ...args: string[]): boolean => spawnSync(command, args).status === 0;
const newFolder = (): string => mkdtempSync(join(tmpdir(), 'signalbox-disk-'));

/** A file system in memory, of one megabyte: for root only. */
function smallDisk(): Place | null {
  const folder = newFolder();
  const leave = () => rmSync(folder, { recursive: true, force: true });
  if (!did('mount', '-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder)) {
    leave();
    return null;
  }
  const ballast = join(folder, 'ballast');
  return {
    folder,
    fill: (_, room = 0) => {
      fillUp(ballast);
      truncateSync(ballast, statSync(ballast).size - room);
    },
    makeRoom: () => rmSync(ballast, { force: true }),
    leave: () => {
      did('umount', folder);
      leave();
    },
  };
}

function fillUp(path: string): void {
  const file = openSync(path, 'a');
  try {
    for (let size = 65_536; size >= 1; size = Math.floor(size / 2))
      while (hasWritten(file, Buffer.alloc(size)));
  } finally {
    closeSync(file);
  }
}

function hasWritten(file: number, bytes: Buffer): boolean {
  try {
    return writeSync(file, bytes) === bytes.length;
  } catch {
    return false;
  }
}

/** The limit of the kernel on the size of any file that this process writes: Linux, for everybody. */
function limitedFiles(): Place | null {
  const limit = (bytes: number | 'unlimited') =>
    did('prlimit', '--pid', `${process.pid}`, `--fsize=${bytes}:`);
  if (process.platform !== 'linux' || !limit('unlimited')) return null;
  const folder = newFolder();
  return {
    folder,
    fill: (path, room = 0) => assert.ok(limit(statSync(path).size + room)),
    makeRoom: () => assert.ok(limit('unlimited')),
    leave: () => {
      limit('unlimited');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const PLACES = { 'a file system that is full': smallDisk, 'files that may not grow': limitedFiles };

for (const [what, find] of Object.entries(PLACES)) {
  const inPlace = (name: string, body: (place: Place) => Promise<void>) =>
    test(`${what}: ${name}`, async (t) => {
      const place = find();
      if (!place) return t.skip('cannot be had here');
      try {
        await body(place);
      } finally {
        place.leave();
      }
    });

  inPlace(
    'commits are refused as unavailable, nothing changes, and it goes on when there is room',
    async (place) => {
      const house = new StoreFixture(join(place.folder, 'signalbox.db'));
      try {
        await house.add(spec('a'));
        place.fill(`${house.path}-wal`);
        const before = house.store.state;
        const attempts = [house.add(spec('b', { goal: 'x'.repeat(20_000) })), house.ask('a', 'q')];
        for (const attempt of attempts)
          await refused(attempt, 'unavailable', /^Nothing was saved: the disk is full/);
        assert.equal(house.store.state, before);
        assert.deepEqual(house.types(), ['unit.added']);
        await refused(house.add(spec('c')), 'unavailable', /Make room/);

        place.makeRoom();
        await house.add(spec('d'));
        assert.deepEqual(
          house.log().map(({ seq }) => seq),
          [1, 2],
        );
        house.reopen();
        assert.deepEqual(
          [...house.store.state.works].map(({ unit }) => unit.chunk),
          ['a', 'd'],
        );
      } finally {
        house.leave();
      }
    },
  );

  inPlace('nobody is woken, and a key is not used up', async (place) => {
    const house = new StoreFixture(join(place.folder, 'signalbox.db'));
    try {
      await house.add(spec('a'));
      await house.ask('a', 'q');
      place.fill(`${house.path}-wal`);
      let calls = 0;
      house.store.onChange(() => calls++);
      const answer = () => house.answer('a', 'q', { text: 'x'.repeat(20_000), key: 'k' });
      await refused(answer(), 'unavailable', /Nothing was saved/);
      assert.deepEqual([calls, house.status('a')], [0, 'NEEDS_ATTENTION']);
      place.makeRoom();
      await answer();
      assert.deepEqual([calls, house.status('a')], [1, 'READY']);
    } finally {
      house.leave();
    }
  });

  for (const room of [0, 4096, 16_384, 45_056])
    inPlace(
      `a first start with ${room} bytes says so, and the next one, with room, succeeds`,
      async (place) => {
        const path = join(place.folder, 'signalbox.db');
        closeSync(openSync(path, 'wx', 0o600));
        place.fill(path, room);
        assert.throws(
          () => Db.open(path),
          (error) => error instanceof DatabaseProblem && error.kind === 'disk',
        );
        place.makeRoom();
        Db.open(path).close();
      },
    );
}
