/** Units that are over for long leave the live state; nothing of them is lost. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { BoardIndex } from '../../server/board/board-index.ts';
import { usageListOf } from '../../server/board/usage-list.ts';
import { archiveUnits } from '../../server/domain/commands/archive.ts';
import { updateConfig } from '../../server/domain/commands/config.ts';
import { noteRun } from '../../server/domain/commands/notes.ts';
import { holdUnit, linkUnit, removeUnit } from '../../server/domain/commands/steering.ts';
import { findWork } from '../../server/domain/state.ts';
import { checkLog } from '../../server/store/check-log.ts';
import { importLines, linesOf } from '../../server/store/log-file.ts';
import { Db } from '../../server/store/sqlite.ts';
import { sqliteSnapshot, sqliteTarget } from '../../server/store/whole-log.ts';
import { refused, StoreFixture, spec } from './store-fixture.ts';

const DAY = 24 * 3600 * 1000;

async function inStore(use: (fixture: StoreFixture) => Promise<void>): Promise<void> {
  const fixture = new StoreFixture();
  try {
    await use(fixture);
    assert.deepEqual((await checkLog(fixture.db)).differences, [], 'the tables are the fold of the log');
    const { works, archive, days } = fixture.store.state;
    fixture.reopen();
    const { works: worksRead, archive: read, days: daysRead } = fixture.store.state;
    assert.deepEqual([...worksRead], [...works], 'as after a restart');
    assert.equal(worksRead.length, works.length, 'no id is given out twice');
    assert.deepEqual(new Map(daysRead), new Map(days));
    assert.deepEqual({ ...read, names: new Map(read.names) }, { ...archive, names: new Map(archive.names) });
  } finally {
    fixture.leave();
  }
}

const archive = (fixture: StoreFixture) => fixture.commit(archiveUnits);
const chunks = ({ store }: StoreFixture) => [...store.state.works].map(({ unit }) => unit.chunk);
const add = (fixture: StoreFixture, ...specs: ReturnType<typeof spec>[]) => fixture.add(...specs);
const close = (fixture: StoreFixture, chunk: string) => fixture.close(chunk);

test('a unit leaves when it is over for archive_days, and a live one never', () =>
  inStore(async (fixture) => {
    await add(fixture, spec('done'), spec('removed'), spec('live'));
    await close(fixture, 'done');
    await fixture.commit((state) => removeUnit(state, { chunk: 'removed', unlink: false }));
    fixture.now += 30 * DAY - 1000;
    await archive(fixture);
    assert.deepEqual(chunks(fixture), ['done', 'removed', 'live']);
    fixture.now += 2000;
    await archive(fixture);
    assert.deepEqual(chunks(fixture), ['live']);
    assert.equal(fixture.store.state.archive.count, 1, 'a removed one has no name');
    fixture.now += 400 * DAY;
    await archive(fixture);
    assert.deepEqual(chunks(fixture), ['live']);
  }));

test('with archive_days 0 nothing leaves', () =>
  inStore(async (fixture) => {
    await add(fixture, spec('done'));
    await close(fixture, 'done');
    await fixture.commit((state) => updateConfig(state, { archive_days: 0 }));
    fixture.now += 4000 * DAY;
    await archive(fixture);
    assert.deepEqual(chunks(fixture), ['done']);
  }));

test('whom a live unit has waited for stays until that is over, too', () =>
  inStore(async (fixture) => {
    await add(fixture, spec('first'), spec('then', { after: ['first'] }));
    await close(fixture, 'first');
    fixture.now += 40 * DAY;
    await archive(fixture);
    assert.deepEqual(chunks(fixture), ['first', 'then']);
    await close(fixture, 'then');
    fixture.now += 40 * DAY;
    await archive(fixture);
    assert.deepEqual(chunks(fixture), []);
  }));

test('its name stays taken: the same plan changes nothing, another unit is refused, what waits for it goes on', () =>
  inStore(async (fixture) => {
    await add(fixture, spec('done', { goal: 'as it was' }));
    await close(fixture, 'done');
    fixture.now += 40 * DAY;
    await archive(fixture);
    const { seq } = fixture.store.state;
    await add(fixture, spec('done', { goal: 'as it was' }));
    assert.equal(fixture.store.state.seq, seq);
    await refused(add(fixture, spec('done', { goal: 'another' })), 'conflict', /exists with other facts/);
    await add(fixture, spec('next', { after: ['done', 'nobody'] }));
    assert.deepEqual(findWork(fixture.store.state, 'next')?.unit.met, ['done']);
    assert.deepEqual(findWork(fixture.store.state, 'next')?.unit.open, ['nobody']);
    await add(fixture, spec('later'));
    await fixture.commit((state) => linkUnit(state, { chunk: 'later', after: 'done' }));
    assert.deepEqual(findWork(fixture.store.state, 'later')?.unit.met, ['done']);
    const hold = fixture.commit((state) => holdUnit(state, { chunk: 'done', why: '' }));
    await refused(hold, 'conflict', /done is done and was archived/);
  }));

test('removing it frees the name, and the new unit is another one', () =>
  inStore(async (fixture) => {
    await add(fixture, spec('done'), spec('live'));
    await close(fixture, 'done');
    fixture.now += 40 * DAY;
    await archive(fixture);
    await fixture.commit((state) => removeUnit(state, { chunk: 'done', unlink: false }));
    assert.equal(fixture.store.state.archive.count, 0);
    await add(fixture, spec('done', { goal: 'new' }));
    assert.equal(findWork(fixture.store.state, 'done')?.unit.id, 2);
  }));

test('what it asked and what was answered is read from the archive as it was', () =>
  inStore(async (fixture) => {
    await add(fixture, spec('asked'));
    await fixture.ask('asked', 'q');
    await fixture.answer('asked', 'q', { text: '8080' });
    await close(fixture, 'asked');
    const before = findWork(fixture.store.state, 'asked');
    fixture.now += 40 * DAY;
    await archive(fixture);
    assert.equal(fixture.store.state.byItem.get('q'), undefined);
    const state = await fixture.store.stateWith('asked');
    const at = new Date(fixture.now).toISOString();
    assert.deepEqual(findWork(state, 'asked'), { ...before, unit: { ...before?.unit, archived_at: at } });
    assert.equal(findWork(fixture.store.state, 'asked'), undefined, 'the live state is as it was');
  }));

test('sums of money and tokens stay what they were', () =>
  inStore(async (fixture) => {
    await add(fixture, spec('cheap'));
    await fixture.start('cheap');
    const usage = { input_tokens: 10, output_tokens: 5, cached_tokens: 0, micro_usd: 2500 };
    await fixture.commit((state) => noteRun(state, { chunk: 'cheap', run: 1, refused: [], usage }));
    await fixture.end('cheap');
    const at = new Date(fixture.now).toISOString();
    const said = (by: 'agent' | 'day') => usageListOf(fixture.store.state, by, at);
    const [agents, days] = [said('agent'), said('day')];
    fixture.now += 40 * DAY;
    await archive(fixture);
    assert.deepEqual(chunks(fixture), []);
    assert.deepEqual([said('agent'), said('day')], [agents, days]);
    assert.equal(agents.total.micro_usd, 2500);
    assert.deepEqual(fixture.store.state.archive.sums.ended, { done: 1 });
  }));

test('more than go at once go in several commits; an export folds to the same state elsewhere', () =>
  inStore(async (fixture) => {
    const many = Array.from({ length: 150 }, (_, nth) => spec(`unit-${nth}`));
    await add(fixture, ...many, spec('live'));
    for (const { chunk } of many) await close(fixture, chunk);
    fixture.now += 40 * DAY;
    const { result } = await fixture.commit(archiveUnits);
    assert.deepEqual(result, { more: true });
    await archive(fixture);
    assert.deepEqual(chunks(fixture), ['live']);
    await close(fixture, 'live');
    const folder = mkdtempSync(join(tmpdir(), 'signalbox-archive-'));
    const copy = Db.open(join(folder, 'copy.db'));
    try {
      await importLines(sqliteTarget(copy), linesOf(sqliteSnapshot(fixture.db)));
      assert.deepEqual((await checkLog(copy)).differences, []);
      assert.deepEqual([...copy.archive.all()], [...fixture.db.archive.all()]);
    } finally {
      copy.close();
      rmSync(folder, { recursive: true });
    }
  }));

test('whoever follows a board is told that the unit has left; a number from before that is answered with all rows', () =>
  inStore(async (fixture) => {
    await add(fixture, spec('done'), spec('live'));
    await close(fixture, 'done');
    const index = new BoardIndex(fixture.store.state);
    const { seq } = index;
    fixture.now += 40 * DAY;
    await archive(fixture);
    index.look(fixture.store.state);
    assert.deepEqual(index.since({}, seq).drop, ['unit:0']);
    assert.deepEqual(index.since({}, index.seq).drop, []);
    assert.equal(index.counts.archived, 1);
    assert.equal(index.counts.units.DONE, 0);
    assert.ok(index.knowsSince(seq));
    const restarted = new BoardIndex(fixture.store.state);
    assert.ok(!restarted.knowsSince(seq), 'it was not there when the unit left');
    assert.ok(restarted.knowsSince(index.seq));
  }));
