import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import Sqlite from 'better-sqlite3';
import { reduce } from '../../server/domain/reduce.ts';
import { EMPTY } from '../../server/domain/state.ts';
import { statusOf } from '../../server/domain/status.ts';
import { migrationSql } from '../../server/store/database-file.ts';
import { MIGRATIONS } from '../../server/store/migrations.ts';
import { Db } from '../../server/store/sqlite.ts';

const AT = '2026-01-05T09:00:00.000Z';
const BY = { actor: 'operator', role: 'operator', door: 'cli', origin: null };

/** A unit that asks, as the first schema kept it. */
const SPEC = {
  chunk: 'old',
  title: '',
  goal: '',
  steps: [{ phase: 'IMPLEMENT', command: 'true' }],
  after: [],
  env: [],
  priority: 0,
};
const UNIT = {
  id: 0,
  chunk: 'old',
  spec: SPEC,
  title: '',
  goal: '',
  priority: 0,
  finished: 0,
  open: [],
  met: [],
  added_at: AT,
  closed: null,
  done_at: null,
  seq: 2,
  changed_at: AT,
};
const ASKED = {
  id: 'q',
  kind: 'question',
  phase: 'IMPLEMENT',
  run: 0,
  asked_by: 'agent',
  prompt: 'Port?',
  context: [],
  options: [],
  multiple: false,
  allows_text: true,
};
const ITEM = {
  ...ASKED,
  answer: null,
  answered_by: null,
  answered_via: null,
  answered_at: null,
  answer_key: null,
  release_due: null,
  released_at: null,
  version: 1,
  keys: [],
  unit: 0,
  asked_at: AT,
  delivered_at: null,
  delivered_to: null,
  withdrawn_at: null,
  withdrawn_why: null,
};

/** It was answered, and the run that started then was counted as having got the answer, though it failed. */
const RUN = {
  unit: 0,
  number: 1,
  phase: 'IMPLEMENT',
  agent: 'shell',
  marker: 'm',
  process: null,
  started_at: AT,
  ended_at: AT,
  outcome: { how: 'exited', code: 1 },
};
const GOT = {
  answer: { options: [], text: '80' },
  answered_by: 'operator',
  answered_via: 'cli',
  answered_at: AT,
  release_due: AT,
  released_at: AT,
  delivered_at: AT,
  delivered_to: 1,
};
const GOT_EVENTS: readonly [string, unknown][] = [
  ['item.answered', { id: 'q', answer: GOT.answer, release_due: AT, key: null }],
  ['item.released', { id: 'q' }],
  ['run.started', { number: 1, phase: 'IMPLEMENT', agent: 'shell', marker: 'm' }],
  ['item.delivered', { id: 'q', run: 1 }],
  ['run.ended', { number: 1, outcome: RUN.outcome }],
];

function writeFirstSchema(path: string): void {
  const sqlite = new Sqlite(path);
  for (const statement of migrationSql(MIGRATIONS[0]!)) sqlite.exec(statement);
  sqlite.pragma(`application_id = ${0x53424f58}`);
  sqlite.pragma('user_version = 1');
  const insert = (sql: string, ...values: unknown[]) => sqlite.prepare(sql).run(...values);
  insert('insert into meta values (?, ?)', 'epoch', 'e');
  insert('insert into units values (?, ?, ?)', 0, 'old', JSON.stringify(UNIT));
  insert('insert into items values (?, ?, ?, ?)', 'q', 0, 0, JSON.stringify(ITEM));
  const event = 'insert into events values (?, ?, ?, ?, ?, ?)';
  insert(event, 1, AT, JSON.stringify(BY), 0, 'unit.added', JSON.stringify(SPEC));
  insert(event, 2, AT, JSON.stringify(BY), 0, 'item.asked', JSON.stringify(ASKED));
  sqlite.close();
}

/** Events of the unit, after the two of the first schema. */
function insertEvents(sqlite: Sqlite.Database, events: readonly [string, unknown][]): void {
  const insert = sqlite.prepare('insert into events values (?, ?, ?, ?, ?, ?)');
  for (const [nth, [type, data]] of events.entries())
    insert.run(3 + nth, AT, JSON.stringify(BY), 0, type, JSON.stringify(data));
}

/** Takes these steps of the schema, and only these. */
function takeSteps(path: string, from: number, to: number): void {
  const sqlite = new Sqlite(path);
  for (const step of MIGRATIONS.slice(from, to))
    for (const statement of migrationSql(step)) sqlite.exec(statement);
  sqlite.pragma(`user_version = ${to}`);
  sqlite.close();
}

function addDelivery(path: string): void {
  const sqlite = new Sqlite(path);
  const run = (sql: string, ...values: unknown[]) => sqlite.prepare(sql).run(...values);
  run('update items set facts = ?', JSON.stringify({ ...ITEM, ...GOT }));
  run('update units set facts = ?', JSON.stringify({ ...UNIT, seq: 7 }));
  run('insert into runs values (?, ?, ?)', 0, 1, JSON.stringify(RUN));
  insertEvents(sqlite, GOT_EVENTS);
  sqlite.close();
}

test('a database of the first schema is taken over: tables and log agree on what is new in it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-upgrade-'));
  try {
    const path = join(folder, 'signalbox.db');
    writeFirstSchema(path);
    const db = Db.open(path);
    const state = db.state();
    const log = [...db.events()];
    db.close();
    const works = [...state.works];
    assert.deepEqual([...log.reduce(reduce, EMPTY).works], works);
    assert.equal(works[0] && statusOf(state, works[0]).status, 'NEEDS_ATTENTION');
    assert.equal(works[0]?.unit.spec.external, false);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('what an older database counted as delivered when a run started stays so: log and tables agree on it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-upgrade-'));
  try {
    const path = join(folder, 'signalbox.db');
    writeFirstSchema(path);
    addDelivery(path);
    const db = Db.open(path);
    const works = [...db.state().works];
    assert.deepEqual([...[...db.events()].reduce(reduce, EMPTY).works], works);
    db.close();
    const [item] = works[0]?.items ?? [];
    assert.deepEqual([item?.delivery?.to, item?.answer?.given_to, item?.about], [1, null, undefined]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('agents trusted before they could go on with a session are taken over, in the tables and in the log', () => {
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-upgrade-'));
  try {
    const path = join(folder, 'signalbox.db');
    writeFirstSchema(path);
    takeSteps(path, 1, 5);
    const one = { name: 'one', command: ['x'], env: [], phases: ['DO'], prompts: {}, interrupt: null };
    const trusted = { digest: 'd', agents: [one, { ...one, name: 'two' }] };
    const sqlite = new Sqlite(path);
    sqlite.prepare('insert into agents values (?, ?)').run(trusted.digest, JSON.stringify(trusted.agents));
    sqlite
      .prepare('insert into events values (?, ?, ?, ?, ?, ?)')
      .run(3, AT, JSON.stringify(BY), -1, 'agents.trusted', JSON.stringify(trusted));
    sqlite.close();
    const db = Db.open(path);
    const state = db.state();
    const log = [...db.events()];
    db.close();
    assert.deepEqual(
      state.trusted.agents.map(({ name, resume }) => [name, resume]),
      [
        ['one', null],
        ['two', null],
      ],
    );
    assert.deepEqual(log.reduce(reduce, EMPTY).trusted, state.trusted);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

const CONTEXT = [{ label: 'other', text: 'one file' }];

/** An item of each kind of end, as schema 6 kept them, and what had happened. */
const EARLIER_ITEMS = {
  q: { ...ITEM, code: null, given_to: 1, snoozed_until: null, snoozed_for: null, ...GOT, delivered_at: AT },
  r: { ...ITEM, id: 'r', code: null, given_to: null, snoozed_until: AT, snoozed_for: null },
  s: {
    ...ITEM,
    id: 's',
    code: null,
    given_to: null,
    snoozed_until: null,
    snoozed_for: null,
    withdrawn_at: AT,
    withdrawn_why: 'it said "outcome":{"how": twice',
  },
  c: {
    ...ITEM,
    id: 'c',
    kind: 'conflict',
    context: CONTEXT,
    code: null,
    given_to: null,
    snoozed_until: null,
    snoozed_for: null,
  },
};
const JUDGED = {
  verdict: 'SERIALIZE',
  confidence: 1,
  reason: 'one file',
  overlapping_files: [],
  overlapping_symbols: [],
  with: 1,
  decided_by: 'operator',
};
const EARLIER_EVENTS: readonly [string, unknown][] = [
  ['item.answered', { id: 'q', answer: GOT.answer, release_due: AT, key: null }],
  ['item.released', { id: 'q' }],
  ['run.started', { number: 1, phase: 'IMPLEMENT', agent: 'shell', marker: 'm' }],
  ['item.given', { id: 'q', run: 1 }],
  ['item.delivered', { id: 'q', run: 1 }],
  ['run.ended', { number: 1, outcome: { how: 'reported', well: false } }],
  ['item.asked', { ...ASKED, id: 'r' }],
  ['item.snoozed', { id: 'r', until: AT, for: null }],
  ['item.asked', { ...ASKED, id: 's' }],
  ['item.withdrawn', { id: 's', why: EARLIER_ITEMS.s.withdrawn_why }],
  ['item.asked', { ...ASKED, id: 'c', kind: 'conflict', context: CONTEXT }],
  ['conflict.judged', JUDGED],
  ['conflict.noted', { with: 1, note: 'an analysis disagrees: INDEPENDENT, no, not at all' }],
];

function writeEarlier(path: string): void {
  const sqlite = new Sqlite(path);
  const run = (sql: string, ...values: unknown[]) => sqlite.prepare(sql).run(...values);
  sqlite.exec('delete from items');
  for (const [nth, item] of Object.values(EARLIER_ITEMS).entries())
    run('insert into items values (?, ?, ?, ?)', item.id, 0, nth, JSON.stringify(item));
  const more = { messages: [], told: 0, token: null, kill: null, session: null, refused: [] };
  const outcome = { how: 'reported', well: false };
  run('insert into runs values (?, ?, ?)', 0, 1, JSON.stringify({ ...RUN, ...more, outcome }));
  run(`update units set facts = json_set(facts, '$.seq', ?)`, 2 + EARLIER_EVENTS.length);
  const conflict = { ...JUDGED, found_at: AT, noted: 'an analysis disagrees: INDEPENDENT, no, not at all' };
  const seq = 3 + EARLIER_EVENTS.length;
  run(
    `insert into units select 1, 'other', json_set(facts, '$.id', 1, '$.chunk', 'other', '$.spec.chunk', 'other', '$.seq', ?) from units`,
    seq,
  );
  run('insert into conflicts values (?, ?, ?)', 0, 1, JSON.stringify(conflict));
  run(
    `insert into events select ?, at, by, 1, type, json_set(data, '$.chunk', 'other') from events where seq = 1`,
    seq,
  );
  run(
    'insert into keys values (?, ?, ?, ?, ?)',
    'k',
    'd',
    3,
    '{"refused":[{"chunk":"a","sentence":"no"}]}',
    0,
  );
  insertEvents(sqlite, EARLIER_EVENTS);
  sqlite.close();
}

test('answers, snoozes, deliveries, withdrawals, conflicts, ends of runs and keys of schema 6 are taken over', () => {
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-upgrade-'));
  try {
    const path = join(folder, 'signalbox.db');
    writeFirstSchema(path);
    takeSteps(path, 1, 6);
    writeEarlier(path);
    const db = Db.open(path);
    const works = [...db.state().works];
    assert.deepEqual([...[...db.events()].reduce(reduce, EMPTY).works], works);
    assert.equal(db.kept('k')?.result, '{"refused":[{"chunk":"a","code":"invalid","message":"no"}]}');
    db.close();
    const [q, r, s] = works[0]?.items ?? [];
    assert.deepEqual([q?.answer?.text, q?.answer?.given_to, q?.delivery], ['80', 1, { at: AT, to: 1 }]);
    assert.deepEqual([r?.answer, r?.snooze], [null, { until: AT, for: null }]);
    assert.deepEqual(s?.withdrawal, { at: AT, code: 'operator', text: EARLIER_ITEMS.s.withdrawn_why });
    const asked = works[0]?.items[3]?.about;
    assert.deepEqual(asked?.code === 'rivals' && asked.rivals.map(({ unit }) => unit), [1]);
    const noted = { code: 'reported', text: 'no, not at all', overlapping_files: [] };
    assert.deepEqual(works[0]?.conflicts[0]?.noted, { verdict: 'INDEPENDENT', ...noted });
    assert.deepEqual(works[0]?.runs[0]?.outcome, { exit: 'reported', success: false });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('worktrees of before it was known what they lack are taken over, in the tables and in the log', () => {
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-upgrade-'));
  try {
    const path = join(folder, 'signalbox.db');
    writeFirstSchema(path);
    takeSteps(path, 1, 10);
    const planned = {
      branch: 'signalbox/old',
      base: 'main',
      base_commit: 'a'.repeat(40),
      path: '/work/0-old',
    };
    const made = { copied: [], linked: [], setup: null };
    const begun = {
      ...planned,
      ...made,
      made_at: AT,
      ready_at: null,
      snapshot: null,
      comments: [],
      approved: null,
    };
    const work = { ...begun, merge: null, rebasing: false, end: null, pruned_at: null, kept: null };
    const sqlite = new Sqlite(path);
    insertEvents(sqlite, [
      ['worktree.planned', planned],
      ['worktree.made', made],
    ]);
    sqlite
      .prepare(`update units set facts = json_set(facts, '$.work', json(?), '$.seq', 4)`)
      .run(JSON.stringify(work));
    sqlite.close();
    const db = Db.open(path);
    const works = [...db.state().works];
    assert.deepEqual([...[...db.events()].reduce(reduce, EMPTY).works], works);
    db.close();
    assert.deepEqual(works[0]?.unit.work?.not_brought, []);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
