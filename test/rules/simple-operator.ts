/** An operator without imagination: answers what is asked, frees what is stopped, lets runs end and time pass. */

import { answer } from '../../server/domain/commands/answers.ts';
import { wantToStart } from '../../server/domain/commands/conflicts.ts';
import type { Decision } from '../../server/domain/commands/decision.ts';
import { report } from '../../server/domain/commands/reports.ts';
import { endRun, startRun } from '../../server/domain/commands/runs.ts';
import { wake } from '../../server/domain/commands/snooze.ts';
import { closeUnit, releaseUnit } from '../../server/domain/commands/steering.ts';
import { nextDue, timePasses } from '../../server/domain/commands/time.ts';
import { startOrder } from '../../server/domain/start-order.ts';
import {
  exists,
  findWork,
  isAsking,
  isDone,
  isOver,
  isSnoozed,
  liveRun,
  type State,
} from '../../server/domain/state.ts';
import { freeSlots, statusOf } from '../../server/domain/status.ts';
import type { Decide } from '../../server/store/decide-batch.ts';
import { termsOf } from '../../shared/daemon-questions.ts';
import type { Item } from '../../shared/item-words.ts';
import type { WorkUnit } from '../../shared/words.ts';
import { exited, type StoreFixture } from '../core/store-fixture.ts';

/** One thing to do, or null where there is nothing of this kind to do. */
type Habit = (state: State, at: string) => Decision | null;

/** Does something as long as there is something to do. Says how many steps it took; `most` ends it. */
export async function bringToDone(house: StoreFixture, most: number): Promise<number> {
  for (let steps = 0; steps < most; steps++) {
    if (leftOf(house.store.state).length === 0) return steps;
    const due = nextDue(house.store.state);
    if (due !== null) house.now = Math.max(house.now, Date.parse(due));
    const { seq } = house.store.state;
    await house.commit(nextStep);
    if (house.store.state.seq === seq) return most;
  }
  return most;
}

/** What is not DONE, and why. */
export const leftOf = (state: State): string[] =>
  [...state.works]
    .filter((work) => !isOver(work))
    .map((work) => {
      const { status, why } = statusOf(state, work);
      return `${work.unit.chunk} ${status} ${why}`;
    });

const nextStep: Decide = (state, at) => {
  for (const habit of HABITS) {
    const decision = habit(state, at);
    if (decision && decision.changes.length > 0) return decision;
  }
  return { changes: [] };
};

const worksOf = (state: State): WorkUnit[] =>
  [...state.works].filter((work) => exists(work) && !isDone(work));

function itemWhere(state: State, like: (item: Item) => boolean): { chunk: string; item: Item } | null {
  for (const { unit, items } of worksOf(state))
    for (const item of items) if (like(item)) return { chunk: unit.chunk, item };
  return null;
}

const HABITS: readonly Habit[] = [
  (state, at) => timePasses(state, at),
  (state) => {
    const found = itemWhere(state, isSnoozed);
    return found && wake(state, { chunk: found.chunk, item: found.item.id });
  },
  (state, at) => {
    const found = itemWhere(state, isAsking);
    return found && answer(state, answerTo(found.chunk, found.item), { at, release_due: at, key: null });
  },
  (state) => {
    const held = worksOf(state).find(({ unit }) => unit.held !== null);
    return held ? releaseUnit(state, { chunk: held.unit.chunk }) : null;
  },
  (state, at) => {
    const run = worksOf(state).flatMap((work) => liveRun(work) ?? [])[0];
    if (!run) return null;
    // Every other run fails, so that there is something to try again.
    const outcome = exited(run.number % 2);
    return endRun(state, {
      unit: run.unit,
      run: run.number,
      outcome,
      lines: '',
      key: `end-${state.seq}`,
      at,
    });
  },
  (state) => {
    const [first] = startOrder(state);
    if (!first || freeSlots(state) < 1) return null;
    const asked = wantToStart(state, { unit: first.unit.id, overlaps: [], key: `want-${state.seq}` });
    if (asked.changes.length > 0) return asked;
    return startRun(state, {
      unit: first.unit.id,
      marker: 'm',
      token: 'hash',
      at: '2026-01-05T09:00:00.000Z',
    });
  },
  (state, at) => {
    const ready = worksOf(state).find(
      (work) => work.unit.spec.external && statusOf(state, work).status === 'READY',
    );
    if (!ready) return null;
    const input = {
      chunk: ready.unit.chunk,
      what: 'started',
      all: false,
      override: false,
      words: '',
    } as const;
    return report(state, input, at, `report-${state.seq}`);
  },
  // What waits for a name that nobody will ever add is given up.
  (state) => {
    const lost = worksOf(state).find(({ unit }) => unit.open.some((after) => !findWork(state, after)));
    return lost ? closeUnit(state, { chunk: lost.unit.chunk, reason: 'nobody will do that' }) : null;
  },
];

/** Says yes to everything: agrees, tries again, goes on. */
function answerTo(chunk: string, item: Item) {
  const { offered, allows_text } = termsOf(item);
  const options = allows_text && item.kind === 'question' ? [] : offered.slice(0, 1);
  return { chunk, item: item.id, version: item.version, options, text: allows_text ? 'yes' : '' };
}
