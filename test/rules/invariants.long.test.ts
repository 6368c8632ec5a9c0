/** What holds in every state that any history leads to. Each is recounted from facts, not asked of the code that keeps it. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reduce } from '../../server/domain/reduce.ts';
import { serialOrderOf } from '../../server/domain/serial-order.ts';
import { EMPTY, exists, isOver, type State } from '../../server/domain/state.ts';
import { freeSlots, statusOf } from '../../server/domain/status.ts';
import { askingOf } from '../../shared/daemon-question-sentences.ts';
import type { Event } from '../../shared/events.ts';
import type { Item } from '../../shared/item-words.ts';
import type { Run, WorkUnit } from '../../shared/words.ts';
import { inHistories } from '../core/random-commands.ts';
import type { StoreFixture } from '../core/store-fixture.ts';
import { bringToDone, leftOf } from './simple-operator.ts';

interface Step {
  readonly before: State;
  readonly event: Event;
  readonly after: State;
}

/** The log, with the state before and after each event. */
function stepsOf(log: readonly Event[]): Step[] {
  let state = EMPTY;
  return log.map((event) => {
    const before = state;
    state = reduce(before, event);
    return { before, event, after: state };
  });
}

const open = ({ answer, withdrawal }: Item) => answer === null && withdrawal === null;
const goingOut = ({ answer, withdrawal }: Item) =>
  answer !== null && answer.released_at === null && withdrawal === null;
const snoozed = (item: Item) => open(item) && item.snooze !== null;
const live = (work: WorkUnit | undefined): Run | undefined => work?.runs.find((run) => run.ended_at === null);
const done = ({ unit }: WorkUnit) => unit.closed !== null || unit.finished >= unit.spec.steps.length;
const worksOf = (state: State) => [...state.works].filter(exists);

/** Looks at the state after each batch of commits. */
const always = (look: (state: State) => void, runs = 14, length = 300) =>
  inHistories({ runs, length, watch: (house: StoreFixture) => look(house.store.state) }, ({ store }) =>
    look(store.state),
  );

test('no run starts beside a live run of a unit with which it is serialized', async () => {
  let starts = 0;
  await inHistories({ runs: 25, length: 400 }, (house) => {
    for (const { before, event } of stepsOf(house.log())) {
      if (event.type !== 'run.started') continue;
      const work = before.works.get(event.unit);
      for (const { with: id, verdict } of work?.conflicts ?? []) {
        const rival = before.works.get(id);
        if (verdict !== 'SERIALIZE' || !rival || isOver(rival)) continue;
        starts++;
        assert.equal(live(rival), undefined, `${event.seq}: ${work?.unit.chunk} beside ${rival.unit.chunk}`);
      }
    }
  });
  assert.ok(starts > 10, `only ${starts} starts had a rival`);
});

test('a unit has at most one live run', () =>
  always((state) => {
    for (const { unit, runs } of state.works)
      assert.ok(runs.filter(({ ended_at }) => ended_at === null).length <= 1, unit.chunk);
  }));

test('nothing is DONE or removed with an item that is open or going out', () =>
  inHistories({ runs: 25, length: 400 }, (house) => {
    for (const { unit, items } of [...house.store.state.works].filter(isOver))
      assert.deepEqual(
        items.filter((item) => open(item) || goingOut(item)).map(({ id }) => id),
        [],
        unit.chunk,
      );
  }));

test('a slot is taken by a live run that waits for nobody, and by nothing else', () =>
  always((state) => {
    const taken = worksOf(state).filter(
      (work) =>
        live(work) &&
        !done(work) &&
        !work.unit.spec.external &&
        !work.items.some((i) => open(i) || goingOut(i)),
    );
    assert.equal(freeSlots(state), state.settings.max_agents - taken.length);
  }));

test('nothing starts where no slot is free', () =>
  inHistories({ runs: 10, length: 400 }, (house) => {
    for (const { before, event } of stepsOf(house.log()))
      if (event.type === 'run.started' && event.data.agent === 'shell')
        assert.ok(freeSlots(before) > 0, `${event.seq}`);
  }));

/** The status as the page of words has it, in its order. */
function statusByTheWords(work: WorkUnit): string {
  const { unit, items } = work;
  if (done(work)) return 'DONE';
  if (items.some((item) => open(item) && !snoozed(item))) return 'NEEDS_ATTENTION';
  if (live(work)) return 'RUNNING';
  if (unit.held !== null || unit.open.length > 0 || unit.retry_due !== null) return 'BLOCKED';
  return items.some((item) => snoozed(item) || goingOut(item)) ? 'BLOCKED' : 'READY or behind a rival';
}

test('the status is what the rules say, and BLOCKED always says why', () =>
  always((state) => {
    for (const work of worksOf(state)) {
      const { status, why } = statusOf(state, work);
      const expected = statusByTheWords(work);
      if (expected !== 'READY or behind a rival') assert.equal(status, expected, work.unit.chunk);
      else assert.ok(status === 'READY' || (status === 'BLOCKED' && work.conflicts.length > 0));
      if (status === 'BLOCKED') assert.notEqual(why, '', work.unit.chunk);
    }
  }));

test('the status is equal however it is reached: in memory, by the log, from the tables, after a restart', () =>
  inHistories({ runs: 12, length: 400 }, (house) => {
    const said = (state: State) => [...state.works].map((work) => [work.unit.chunk, statusOf(state, work)]);
    const memory = said(house.store.state);
    assert.deepEqual(said(house.log().reduce(reduce, EMPTY)), memory);
    assert.deepEqual(said(house.db.state()), memory);
    house.reopen();
    assert.deepEqual(said(house.store.state), memory);
  }));

test('time passes only by events: nobody has another status because it is later', () =>
  inHistories({ runs: 5, length: 200 }, (house) => {
    const said = () => [...house.store.state.works].map((work) => statusOf(house.store.state, work));
    const before = said();
    house.now += 10 * 24 * 3_600_000;
    assert.deepEqual(said(), before);
  }));

test('what is known of a pair is the same on both sides', () =>
  always((state) => {
    for (const { unit, conflicts } of state.works)
      for (const { with: id, ...known } of conflicts) {
        const other = state.works.get(id)?.conflicts.find((each) => each.with === unit.id);
        assert.ok(other, `${unit.chunk} and ${id}`);
        const { with: _, ...mirrored } = other;
        assert.deepEqual(mirrored, known);
      }
  }));

test("the operator's verdict is never taken back by an analysis", () =>
  inHistories({ runs: 12, length: 400 }, (house) => {
    for (const { before, event } of stepsOf(house.log())) {
      if (event.type !== 'conflict.judged' || event.data.decided_by === 'operator') continue;
      const known = before.works.get(event.unit)?.conflicts.find((each) => each.with === event.data.with);
      assert.notEqual(known?.decided_by, 'operator', `${event.seq}`);
    }
  }));

test('a unit has at most one open conflict item', () =>
  always(
    (state) => {
      for (const { unit, items } of state.works)
        assert.ok(items.filter((item) => item.kind === 'conflict' && open(item)).length <= 1, unit.chunk);
    },
    20,
    300,
  ));

test('an open conflict item lists the rivals at work, all of them, each once', () =>
  always((state) => {
    for (const work of worksOf(state)) {
      const item = work.items.find((each) => each.kind === 'conflict' && open(each));
      if (!item) continue;
      const rivals = work.conflicts
        .filter(({ verdict }) => verdict === 'ASK_OPERATOR')
        .flatMap((each) => state.works.get(each.with) ?? [])
        .filter((rival) => rival.runs.length > 0 && !isOver(rival))
        .map(({ unit }) => unit.chunk);
      assert.deepEqual(
        askingOf(item)
          .context.map(({ label }) => label)
          .sort(),
        rivals.sort(),
        work.unit.chunk,
      );
    }
  }));

/** Whom a unit waits for: its open dependencies, what its items sleep for, and who goes before it. */
function waitsFor(state: State, { unit, items }: WorkUnit): number[] {
  const asleep = items.filter(snoozed).flatMap(({ snooze }) => snooze?.for ?? []);
  const named = [...unit.open, ...asleep].flatMap((chunk) => {
    const work = worksOf(state).find((each) => each.unit.chunk === chunk);
    return work && !done(work) ? [work.unit.id] : [];
  });
  return [...named, ...(serialOrderOf(state).before.get(unit.id) ?? [])];
}

test('nobody ever waits for itself, over dependencies, sleep and orders together', () =>
  always(
    (state) => {
      const edges = new Map(worksOf(state).map((work) => [work.unit.id, waitsFor(state, work)]));
      // What waits for nobody is taken away until nothing is left; a cycle would be left.
      for (let size = -1; size !== edges.size; ) {
        size = edges.size;
        for (const [id, ahead] of edges) if (!ahead.some((each) => edges.has(each))) edges.delete(id);
      }
      assert.deepEqual([...edges.keys()], []);
    },
    10,
    300,
  ));

test('no dead end: from any state a simple operator brings every unit to DONE', () =>
  inHistories({ runs: 30, length: 250 }, async (house) => {
    const { works } = house.store.state;
    const most = 60 * works.length + 500;
    const steps = await bringToDone(house, most);
    assert.deepEqual(leftOf(house.store.state), [], `after ${steps} of ${most} steps`);
  }));
