/** A database of each schema, made by the version that had it, is taken over: the log, the tables and what is said agree. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { factsOf } from '../../server/board/detail.ts';
import { findWork, type State } from '../../server/domain/state.ts';
import { checkLog } from '../../server/store/check-log.ts';
import { DatabaseProblem } from '../../server/store/database-file.ts';
import { MIGRATIONS } from '../../server/store/migrations.ts';
import { Db } from '../../server/store/sqlite.ts';
import { isKept, type SaidUnit, saidOf, writeDatabase } from './databases.ts';

async function inFolder(use: (path: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-upgrades-'));
  try {
    await use(join(folder, 'signalbox.db'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const ASKED = ['question', 'decision'];

function said(state: State, chunk: string): SaidUnit {
  const work = findWork(state, chunk);
  assert.ok(work, chunk);
  const { status, runs, items } = factsOf(state, work);
  return {
    status,
    runs: runs.length,
    items: items.map(({ kind, prompt, answer, state: where }) => ({
      kind,
      ...(ASKED.includes(kind) && { prompt }),
      answer: answer?.text ?? null,
      withdrawn: where === 'withdrawn',
    })),
  };
}

for (let schema = 1; schema < MIGRATIONS.length; schema++)
  test(`schema ${schema} is taken over: the same units, items and answers`, () =>
    inFolder(async (path) => {
      assert.ok(isKept(schema), 'make-fixture.mjs keeps a database of a schema before the next step lands');
      writeDatabase(schema, path);
      const db = Db.open(path);
      try {
        assert.deepEqual((await checkLog(db)).differences, []);
        const state = db.state();
        for (const [chunk, unit] of Object.entries(saidOf(schema)))
          assert.deepEqual(said(state, chunk), unit, chunk);
        assert.equal(
          [...state.works].filter(({ unit }) => unit.removed_at === null).length,
          Object.keys(saidOf(schema)).length,
        );
        assert.ok(existsSync(`${path}.schema-${schema}`), 'a copy of what was there');
      } finally {
        db.close();
      }
    }));

test('an older database is not read in passing, and a newer one is refused with what is known', () =>
  inFolder(async (path) => {
    const first = MIGRATIONS.length - 1;
    writeDatabase(first, path);
    const isProblem = (message: RegExp) => (error: unknown) =>
      error instanceof DatabaseProblem && message.test(error.message);
    assert.throws(() => Db.look(path), isProblem(new RegExp(`older Signalbox \\(schema ${first} of `)));
    assert.ok(!existsSync(`${path}.schema-${first}`));
  }));
