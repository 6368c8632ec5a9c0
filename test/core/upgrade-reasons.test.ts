/** Reasons that schema 7 kept as sentences are taken over as codes: what is kept today, written as it was, comes back. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import Sqlite from 'better-sqlite3';
import { DAEMON } from '../../server/domain/actors.ts';
import { reduce } from '../../server/domain/reduce.ts';
import { EMPTY } from '../../server/domain/state.ts';
import { Db } from '../../server/store/sqlite.ts';
import type { By } from '../../shared/access-words.ts';
import { type Change, NO_UNIT } from '../../shared/events.ts';
import type { Kill, Outcome } from '../../shared/words.ts';
import { inHistories } from './random-commands.ts';
import { asSchema11, withoutLost } from './schema-11.ts';
import { AGENT, OPERATOR, type StoreFixture, spec, storeOn } from './store-fixture.ts';

type Facts = Record<string, unknown>;
type Coded = { code: string; text: string };

/** The sentences of schema 7. They are history: nothing that is worded anew today changes them. */
const held = ({ code, text }: Coded) => text || (code === 'killed' ? 'killed by you' : 'by you');
const closed = ({ code, text }: Coded) =>
  text || (code === 'stuck' ? 'closed when stuck' : 'closed by the operator');
const WITHDRAWN: Readonly<Record<string, string>> = {
  operator: 'no longer needed',
  asker: 'the agent no longer asks',
  'run-ended': 'the run has ended',
  'no-rival': 'nobody is in the way any more',
  'unit-closed': 'the unit was closed',
  'unit-removed': 'the unit was removed',
};
const withdrawn = ({ code, text }: Coded, isAnswered: boolean) =>
  text || `${WITHDRAWN[code]}${isAnswered && code.startsWith('unit-') ? '; never delivered' : ''}`;
const WOKEN: Readonly<Record<string, string>> = {
  operator: 'woken by the operator',
  due: 'its time has come',
  'unit-done': ' is done',
  'unit-removed': ' was removed',
};
const SIGNED_OUT: Readonly<Record<string, string>> = {
  'signed-out': 'here',
  'signed-out-everywhere': 'everywhere',
  expired: 'not used for 30 days',
  'too-many': 'too many browsers',
};
const limit = (mib: number) => `it printed more than ${mib} MiB`;
function neverBegan({ code, detail }: Schema11): Facts {
  if (code === 'wrapper-ended') return { reason: 'its wrapper ended before the command began' };
  if (code === 'agent-not-trusted') return { reason: `its agent ${detail} is not trusted` };
  return { reason: detail, ...(code === 'answers-too-long' && { code }) };
}
/** What schema 11 kept of a run that never began. */
type Schema11 = { readonly code: string; readonly detail: string };
function outcome(
  ended: Exclude<Outcome, { exit: 'never-began' }> | (Schema11 & { exit: 'never-began' }) | null,
): unknown {
  if (ended?.exit === 'stopped') return { exit: 'stopped', reason: limit(ended.output_mib) };
  return ended?.exit === 'never-began' ? { exit: 'never-began', ...neverBegan(ended) } : ended;
}
function kill(wish: Kill): Facts {
  const { next } = wish;
  if (wish.next === 'stuck') return { next, reason: limit(wish.output_mib) };
  if (wish.next === 'close') return { next, reason: wish.text || 'closed by the operator' };
  return { next, reason: next === 'hold' ? 'killed by you' : 'removed' };
}

/** What schema 7 kept of an event. */
function earlier({ type, data }: Change, isAnswered: boolean): Facts {
  switch (type) {
    case 'unit.held':
      return { why: held(data) };
    case 'unit.closed':
      return { reason: closed(data) };
    case 'run.killing':
      return { number: data.number, ...kill(data) };
    case 'run.ended':
      return { number: data.number, outcome: outcome(data.outcome as Parameters<typeof outcome>[0]) };
    case 'item.woke':
      return { id: data.id, why: `${'chunk' in data ? data.chunk : ''}${WOKEN[data.code]}` };
    case 'item.withdrawn':
      return { id: data.id, why: withdrawn(data, isAnswered) };
    case 'dependency.removed':
      return { on: data.on, why: data.code === 'unlinked' ? 'unlinked' : `${data.on} was removed` };
    case 'session.ended':
      return { id: data.id, why: SIGNED_OUT[data.code] };
    default:
      return { ...data };
  }
}

/** Writes a database of today as schema 7 kept it. */
function asSchema7(path: string): void {
  const sqlite = new Sqlite(path);
  asSchema11(sqlite);
  const rows = (sql: string) => sqlite.prepare(sql).all() as Record<string, string>[];
  const put = (sql: string, facts: unknown, ...where: unknown[]) =>
    sqlite.prepare(sql).run(JSON.stringify(facts), ...where);
  const items = rows('select id, facts from items').map(({ id, facts = '' }) => ({
    id,
    facts: JSON.parse(facts),
  }));
  const answered = new Set(items.filter(({ facts }) => facts.answer !== null).map(({ id }) => id));
  for (const { seq, type, data = '' } of rows('select seq, type, data from events')) {
    const event = { type, data: JSON.parse(data) } as Change & { data: { id?: string } };
    put('update events set data = ? where seq = ?', earlier(event, answered.has(event.data.id)), seq);
  }
  for (const { id, facts = '' } of rows('select id, facts from units')) {
    const unit = JSON.parse(facts);
    const old = { held: unit.held && held(unit.held), closed: unit.closed && closed(unit.closed) };
    put('update units set facts = ? where id = ?', { ...unit, ...old }, id);
  }
  for (const { unit, number, facts = '' } of rows('select unit, number, facts from runs')) {
    const run = JSON.parse(facts);
    const old = { kill: run.kill && kill(run.kill), outcome: outcome(run.outcome) };
    put('update runs set facts = ? where unit = ? and number = ?', { ...run, ...old }, unit, number);
  }
  for (const { id, facts } of items)
    if (facts.withdrawal !== null) {
      const { at, ...reason } = facts.withdrawal;
      const withdrawal = { at, why: withdrawn(reason, answered.has(id)) };
      put('update items set facts = ? where id = ?', { ...facts, withdrawal }, id);
    }
  sqlite.exec(`update keys set result = replace(result, '"code":"not-stuck",', '')`);
  // It knew nothing of worktrees.
  for (const gone of ['work', 'spec.worktree', 'spec.base', 'spec.merge'])
    sqlite.exec(`update units set facts = json_remove(facts, '$.${gone}')`);
  for (const gone of ['worktree', 'base', 'merge'])
    sqlite.exec(`update events set data = json_remove(data, '$.${gone}') where type = 'unit.added'`);
  sqlite.exec('alter table agents drop column work; drop table followers; drop table notify');
  sqlite.pragma('user_version = 7');
  sqlite.close();
}

/** Everything that random commands do not do. */
async function more(house: StoreFixture): Promise<void> {
  const say = (by: By, ...changes: Change[]) => house.commit(() => ({ changes }), by);
  await house.add(spec('m'), spec('n'));
  const unit = house.work('m').unit.id;
  const next = house.work('n').unit.id;
  const ends: Outcome[] = [
    { exit: 'stopped', code: 'output-limit', output_mib: 1024 },
    { exit: 'never-began', code: 'wrapper-ended', detail: '' },
    { exit: 'never-began', code: 'agent-not-trusted', detail: 'mine' },
    { exit: 'never-began', code: 'answers-too-long', detail: '{prompt}' },
    { exit: 'never-began', code: 'cannot-start', detail: 'spawn ENOENT "it\'s"' },
  ];
  const wishes: Kill[] = [
    { next: 'stuck', code: 'output-limit', output_mib: 1024 },
    { next: 'close', text: '' },
    { next: 'close', text: 'not needed' },
  ];
  for (const [nth, ended] of ends.entries()) {
    const number = nth + 1;
    const run = { number, phase: 'IMPLEMENT', agent: 'shell', marker: 'm' };
    await say(OPERATOR, { type: 'run.started', unit, data: run });
    const wish = wishes[nth];
    if (wish) await say(OPERATOR, { type: 'run.killing', unit, data: { number, ...wish } });
    await say(OPERATOR, { type: 'run.ended', unit, data: { number, outcome: ended } });
  }
  const withdrawals = [
    [AGENT, { code: 'asker', text: '' }],
    [AGENT, { code: 'asker', text: 'it’s "so"' }],
    [OPERATOR, { code: 'operator', text: '' }],
    [OPERATOR, { code: 'operator', text: 'it’s "so"' }],
    [DAEMON, { code: 'no-rival', text: '' }],
    [DAEMON, { code: 'unit-removed', text: '' }],
  ] as const;
  for (const [nth, [by, why]] of withdrawals.entries()) {
    await house.ask('n', `w${nth}`);
    await say(by, { type: 'item.withdrawn', unit: next, data: { id: `w${nth}`, ...why } });
  }
  await house.ask('n', 'sleeps');
  for (const reason of [
    { code: 'operator' },
    { code: 'due' },
    { code: 'unit-done', chunk: 'm' },
    { code: 'unit-removed', chunk: 'm' },
  ] as const)
    await say(OPERATOR, { type: 'item.woke', unit: next, data: { id: 'sleeps', ...reason } });
  for (const code of ['signed-out', 'signed-out-everywhere', 'expired', 'too-many'] as const) {
    await say(OPERATOR, { type: 'session.opened', unit: NO_UNIT, data: { id: code, hash: 'h' } });
    await say(OPERATOR, { type: 'session.ended', unit: NO_UNIT, data: { id: code, code } });
  }
  for (const text of ['', 'not today']) {
    await say(OPERATOR, { type: 'unit.held', unit: next, data: { code: 'operator', text } });
    await say(OPERATOR, { type: 'unit.held', unit: next, data: { code: 'killed', text: '' } });
  }
  await say(OPERATOR, { type: 'unit.closed', unit: next, data: { code: 'operator', text: '' } });
  const refused = [
    { chunk: 'm', code: 'not-stuck', message: 'm is not stuck: there is nothing to try again.' },
  ];
  await house.store.commit(OPERATOR, () => ({ changes: [], result: { refused } }), {
    key: 'bulk',
    procedure: 'units.bulk',
    input: 0,
  });
}

const keptOf = (house: StoreFixture) => ({
  works: [...house.store.state.works],
  log: house.log(),
  bulk: JSON.parse(house.db.kept('bulk')?.result ?? '') as unknown,
});

/** Every reason that an event can have: what never happened is not taken over below. */
const ALL: readonly string[] = [
  ...['operator', 'killed'].map((code) => `unit.held ${code}`),
  ...['operator', 'stuck'].map((code) => `unit.closed ${code}`),
  ...Object.keys(WITHDRAWN).map((code) => `item.withdrawn ${code}`),
  ...Object.keys(WOKEN).map((code) => `item.woke ${code}`),
  ...['unlinked', 'removed'].map((code) => `dependency.removed ${code}`),
  ...Object.keys(SIGNED_OUT).map((code) => `session.ended ${code}`),
  ...['hold', 'close', 'remove', 'stuck'].map((next) => `run.killing ${next}`),
];
const reasonOf = ({ type, data }: Change): string =>
  `${type} ${'next' in data ? data.next : 'code' in data ? data.code : ''}`;

test('reasons kept as sentences by schema 7 are taken over as codes, in tables, log and kept results', async () => {
  const seen = new Set<string>();
  await inHistories({ runs: 4, length: 700 }, async (house) => {
    await more(house);
    for (const event of house.log()) seen.add(reasonOf(event));
    const before = keptOf(house);
    house.journal.settle();
    house.db.close();
    asSchema7(house.path);
    house.db = Db.open(house.path);
    house.store = storeOn(house.db);
    const after = keptOf(house);
    assert.deepEqual(withoutLost(after), withoutLost(before));
    assert.deepEqual([...after.log.reduce(reduce, EMPTY).works], after.works);
  });
  assert.deepEqual(
    ALL.filter((each) => !seen.has(each)),
    [],
  );
});
