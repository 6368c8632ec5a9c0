/** The files are taken away under a store that uses them: nothing is acknowledged that nobody will find. */
import assert from 'node:assert/strict';
import { copyFileSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { addUnits } from '../../server/domain/commands/units.ts';
import { FileMoved } from '../../server/store/files-in-place.ts';
import { Db } from '../../server/store/sqlite.ts';
import { inHouse, OPERATOR, refused, spec, storeOn } from './store-fixture.ts';

/** What may happen to the folder; given the database and the lock beside it. */
const WAYS: Readonly<Record<string, (database: string, lock: string) => void>> = {
  'the folder is removed': (database) => rmSync(dirname(database), { recursive: true }),
  'the folder is renamed': (database) => renameSync(dirname(database), `${dirname(database)}-elsewhere`),
  'the folder is renamed and an empty one stands in its place': (database) => {
    renameSync(dirname(database), `${dirname(database)}-elsewhere`);
    mkdirSync(dirname(database));
  },
  'the database file is removed': (database) => rmSync(database),
  'the database file is moved': (database) => renameSync(database, `${database}.old`),
  'the database file is replaced by a copy of itself': (database) => {
    copyFileSync(database, `${database}.copy`);
    renameSync(`${database}.copy`, database);
  },
  'only the write-ahead log is removed': (database) => rmSync(`${database}-wal`),
  'the lock is removed': (_, lock) => rmSync(lock),
  'the lock is replaced': (_, lock) => {
    // Removed, and kept open by nobody, its number could be given out again.
    renameSync(lock, `${lock}.other`);
    writeFileSync(lock, '');
  },
};

for (const [what, take] of Object.entries(WAYS))
  test(
    `${what}: every commit is refused from then on, and nothing of it is kept`,
    inHouse(async (house) => {
      const folder = join(house.folder, 'state');
      mkdirSync(folder);
      const [path, lock] = [join(folder, 'signalbox.db'), join(folder, 'lock')];
      writeFileSync(lock, '');
      const db = Db.open(path, [lock]);
      try {
        const store = storeOn(db);
        const add = (chunk: string) => store.commit(OPERATOR, (state) => addUnits(state, [spec(chunk)]));
        await add('before');
        take(path, lock);
        for (const chunk of ['a', 'b'])
          await refused(
            add(chunk),
            'unavailable',
            /^Nothing was saved: .* was moved, removed, replaced or cut off/,
          );
        assert.throws(() => db.checkInPlace(), FileMoved);
        assert.equal(store.state.seq, 1);
        assert.equal(db.lastSeq(), 1);
      } finally {
        db.close();
      }
    }),
  );

test(
  'the write-ahead log is removed, and the store ends in order: all that was acknowledged is in the database',
  inHouse(async (house) => {
    await house.add(spec('a'));
    rmSync(`${house.path}-wal`);
    await refused(house.add(spec('b')), 'unavailable', /signalbox\.db-wal was moved/);
    house.db.checkpoint();
    house.reopen();
    assert.equal(house.store.state.seq, 1);
    await house.add(spec('c'));
  }),
);

test(
  'a file taken away between COMMIT and its answer: the caller is not told that it was saved',
  inHouse(async (house) => {
    await house.add(spec('a'));
    const { db } = house;
    const check = db.checkInPlace.bind(db);
    let checks = 0;
    db.checkInPlace = () => {
      if (++checks === 2) renameSync(house.path, `${house.path}.old`);
      check();
    };
    await refused(house.add(spec('b')), 'unavailable', /was moved/);
    assert.equal(checks, 2);
    assert.ok(existsSync(`${house.path}.old`));
    renameSync(`${house.path}.old`, house.path);
    db.checkInPlace = check;
    assert.equal((await house.add(spec('c'))).seq, 3, 'put back, what is in the file is read again');
  }),
);
