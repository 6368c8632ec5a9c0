/**
 * The walk of states: every state of a unit, and in each everything that can happen to it. The cells say what
 * the domain says: refused with a sentence, or the status, why, the cards on the board (`kind state`), and
 * what the log tells of the unit. `close` and `remove` are
 * meant without a kill; "kill" is the wish and its end.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { killRun } from '../../server/domain/commands/kill.ts';
import { closeUnit } from '../../server/domain/commands/steering.ts';
import { findWork } from '../../server/domain/state.ts';
import { withdrawalWords } from '../../shared/reason-sentences.ts';
import { refused, spec } from '../core/store-fixture.ts';
import { type Cell, gone, is, no } from './walk-cells.ts';
import { inWalk, MINUTE, RIVAL, refusalOnly, SECOND, UNIT } from './walk-fixture.ts';
import { assertInvariants } from './walk-invariants.ts';
import { STATES, type StateName } from './walk-states.ts';
import { type StepName, stepOf } from './walk-steps.ts';
import { goes, leadToDone, type Way } from './walk-ways.ts';

const SILENT = no('conflict', /^unit asks nothing now\.$/);
const NO_ITEM = no('not-found', /^unit has no item q\.$/);
const NOT_OUT = no('conflict', /^There is no answer going out to take back\.$/);
const ANSWERED = no('conflict', /^Already answered by operator \(page\): yes$/);
const NOT_STUCK = no('conflict', /^unit is not stuck: there is nothing to try again\.$/);
const LIVE = no('conflict', /^unit has a live run \(1\)\./);
const NO_RUN = no('conflict', /^unit has no live run to kill\.$/);
const OVER = no('conflict', /^unit is done already\.$/);

const NOTHING = /^$/;
const HELD = /^held: wait for me$/;
const KILLED = /^held: killed by you$/;
const HELD_AFTER = /^held after this phase: wait for me$/;
const OUT = /^going out: yes$/;
const HALF_PAST_NINE = /^snoozed until 2026-01-05 09:30 UTC$/;
const TEN = /^snoozed until 2026-01-05 10:00 UTC$/;
const WAITING_TILL_TEN = /^waiting for you, snoozed until 2026-01-05 10:00 UTC$/;
const AGAIN = /^tries again at 09:01:30 UTC$/;
const TWO = /^2 open items$/;

const LINKED = 'dependency.added dependency.met';
const UNLINKED = 'dependency.added dependency.removed';
const FOUND = 'conflict.judged';
const FOUND_AND_ASKED = 'conflict.judged item.asked';

const WALK: Readonly<Record<StateName, Readonly<Record<StepName, Cell>>>> = {
  added: {
    answer: SILENT,
    undo: NO_ITEM,
    snooze: NO_ITEM,
    hold: is('BLOCKED', HELD, '', 'unit.held'),
    kill: NO_RUN,
    close: is('DONE', /^enough$/, '', 'unit.closed'),
    remove: gone('unit.removed'),
    retry: NOT_STUCK,
    'blocker done': is('READY', NOTHING, '', LINKED),
    'blocker removed': is('READY', NOTHING, '', UNLINKED),
    'conflict found': is('NEEDS_ATTENTION', /^conflict$/, 'conflict open', FOUND_AND_ASKED),
    restart: is('READY', NOTHING, '', ''),
  },
  'blocked by an unknown name': {
    answer: SILENT,
    undo: NO_ITEM,
    snooze: NO_ITEM,
    hold: is('BLOCKED', HELD, '', 'unit.held'),
    kill: NO_RUN,
    close: is('DONE', /^enough$/, '', 'unit.closed'),
    remove: gone('unit.removed'),
    retry: NOT_STUCK,
    'blocker done': is('READY', NOTHING, '', 'dependency.met'),
    'blocker removed': is('READY', NOTHING, '', 'dependency.removed'),
    'conflict found': is('BLOCKED', /^waits for blocker$/, '', FOUND),
    restart: is('BLOCKED', /^waits for blocker$/, '', ''),
  },
  held: {
    answer: SILENT,
    undo: NO_ITEM,
    snooze: NO_ITEM,
    hold: is('BLOCKED', HELD, '', ''),
    kill: NO_RUN,
    close: is('DONE', /^enough$/, '', 'unit.closed'),
    remove: gone('unit.removed'),
    retry: NOT_STUCK,
    'blocker done': is('BLOCKED', HELD, '', LINKED),
    'blocker removed': is('BLOCKED', HELD, '', UNLINKED),
    'conflict found': is('BLOCKED', HELD, '', FOUND),
    restart: is('BLOCKED', HELD, '', ''),
  },
  running: {
    answer: SILENT,
    undo: NO_ITEM,
    snooze: NO_ITEM,
    hold: is('RUNNING', HELD_AFTER, '', 'unit.held'),
    kill: is('BLOCKED', KILLED, '', 'run.killing run.ended unit.held'),
    close: LIVE,
    remove: LIVE,
    retry: NOT_STUCK,
    'blocker done': is('RUNNING', NOTHING, '', LINKED),
    'blocker removed': is('RUNNING', NOTHING, '', UNLINKED),
    'conflict found': is('NEEDS_ATTENTION', /^conflict$/, 'conflict open', FOUND_AND_ASKED),
    restart: is('RUNNING', NOTHING, '', ''),
  },
  'asking with a live process': {
    answer: is('RUNNING', /^the answer is going out$/, 'question going-out', 'item.answered'),
    undo: NOT_OUT,
    snooze: is('RUNNING', WAITING_TILL_TEN, 'question snoozed', 'item.snoozed'),
    hold: is('NEEDS_ATTENTION', /^question$/, 'question open', 'unit.held'),
    kill: is('NEEDS_ATTENTION', /^question$/, 'question open', 'run.killing run.ended unit.held'),
    close: LIVE,
    remove: LIVE,
    retry: NOT_STUCK,
    'blocker done': is('NEEDS_ATTENTION', /^question$/, 'question open', LINKED),
    'blocker removed': is('NEEDS_ATTENTION', /^question$/, 'question open', UNLINKED),
    'conflict found': is('NEEDS_ATTENTION', TWO, 'question open, conflict open', FOUND_AND_ASKED),
    restart: is('NEEDS_ATTENTION', /^question$/, 'question open', ''),
  },
  'asking with an ended process': {
    answer: is('BLOCKED', OUT, 'question going-out', 'item.answered'),
    undo: NOT_OUT,
    snooze: is('BLOCKED', TEN, 'question snoozed', 'item.snoozed'),
    hold: is('NEEDS_ATTENTION', /^question$/, 'question open', 'unit.held'),
    kill: NO_RUN,
    close: is('DONE', /^enough$/, '', 'unit.closed item.withdrawn'),
    remove: gone('unit.removed item.withdrawn'),
    retry: NOT_STUCK,
    'blocker done': is('NEEDS_ATTENTION', /^question$/, 'question open', LINKED),
    'blocker removed': is('NEEDS_ATTENTION', /^question$/, 'question open', UNLINKED),
    'conflict found': is('NEEDS_ATTENTION', /^question$/, 'question open', FOUND),
    restart: is('NEEDS_ATTENTION', /^question$/, 'question open', ''),
  },
  'going out': {
    answer: ANSWERED,
    undo: is('NEEDS_ATTENTION', /^question$/, 'question open', 'item.reopened'),
    snooze: ANSWERED,
    hold: is('BLOCKED', HELD, 'question going-out', 'unit.held'),
    kill: NO_RUN,
    close: is('DONE', /^enough$/, '', 'unit.closed item.withdrawn'),
    remove: gone('unit.removed item.withdrawn'),
    retry: NOT_STUCK,
    'blocker done': is('BLOCKED', OUT, 'question going-out', LINKED),
    'blocker removed': is('BLOCKED', OUT, 'question going-out', UNLINKED),
    'conflict found': is('BLOCKED', OUT, 'question going-out', FOUND),
    restart: is('READY', NOTHING, '', 'item.released'),
  },
  snoozed: {
    answer: is('BLOCKED', OUT, 'question going-out', 'item.answered'),
    undo: NOT_OUT,
    snooze: is('BLOCKED', TEN, 'question snoozed', 'item.snoozed'),
    hold: is('BLOCKED', HELD, 'question snoozed', 'unit.held'),
    kill: NO_RUN,
    close: is('DONE', /^enough$/, '', 'unit.closed item.withdrawn'),
    remove: gone('unit.removed item.withdrawn'),
    retry: NOT_STUCK,
    'blocker done': is('BLOCKED', HALF_PAST_NINE, 'question snoozed', LINKED),
    'blocker removed': is('BLOCKED', HALF_PAST_NINE, 'question snoozed', UNLINKED),
    'conflict found': is('BLOCKED', /^snoozed until 2026-01-05 09:31 UTC$/, 'question snoozed', FOUND),
    restart: is('BLOCKED', HALF_PAST_NINE, 'question snoozed', ''),
  },
  'in review': {
    answer: is('BLOCKED', /^going out: Approve$/, 'review going-out', 'item.answered'),
    undo: NOT_OUT,
    snooze: is('BLOCKED', TEN, 'review snoozed', 'item.snoozed'),
    hold: is('NEEDS_ATTENTION', /^review$/, 'review open', 'unit.held'),
    kill: NO_RUN,
    close: is('DONE', /^enough$/, '', 'unit.closed item.withdrawn'),
    remove: gone('unit.removed item.withdrawn'),
    retry: NOT_STUCK,
    'blocker done': is('NEEDS_ATTENTION', /^review$/, 'review open', LINKED),
    'blocker removed': is('NEEDS_ATTENTION', /^review$/, 'review open', UNLINKED),
    'conflict found': is('NEEDS_ATTENTION', /^review$/, 'review open', FOUND),
    restart: is('NEEDS_ATTENTION', /^review$/, 'review open', ''),
  },
  stuck: {
    answer: is('BLOCKED', /^going out: Try again: look again$/, 'stuck going-out', 'item.answered'),
    undo: NOT_OUT,
    snooze: is('BLOCKED', TEN, 'stuck snoozed', 'item.snoozed'),
    hold: is('NEEDS_ATTENTION', /^stuck$/, 'stuck open', 'unit.held'),
    kill: NO_RUN,
    close: is('DONE', /^enough$/, '', 'unit.closed item.withdrawn'),
    remove: gone('unit.removed item.withdrawn'),
    retry: is('READY', NOTHING, '', 'item.answered item.released'),
    'blocker done': is('NEEDS_ATTENTION', /^stuck$/, 'stuck open', LINKED),
    'blocker removed': is('NEEDS_ATTENTION', /^stuck$/, 'stuck open', UNLINKED),
    'conflict found': is('NEEDS_ATTENTION', /^stuck$/, 'stuck open', FOUND),
    restart: is('NEEDS_ATTENTION', /^stuck$/, 'stuck open', ''),
  },
  'waiting to try again': {
    answer: SILENT,
    undo: NO_ITEM,
    snooze: NO_ITEM,
    hold: is('BLOCKED', HELD, '', 'unit.held'),
    kill: NO_RUN,
    close: is('DONE', /^enough$/, '', 'unit.closed'),
    remove: gone('unit.removed'),
    retry: is('READY', NOTHING, '', 'retry.due'),
    'blocker done': is('BLOCKED', AGAIN, '', LINKED),
    'blocker removed': is('BLOCKED', AGAIN, '', UNLINKED),
    'conflict found': is('BLOCKED', /^tries again at 09:02:30 UTC$/, '', FOUND),
    restart: is('BLOCKED', AGAIN, '', ''),
  },
  'external, added': {
    answer: SILENT,
    undo: NO_ITEM,
    snooze: NO_ITEM,
    hold: is('BLOCKED', HELD, '', 'unit.held'),
    kill: NO_RUN,
    close: is('DONE', /^enough$/, '', 'unit.closed'),
    remove: gone('unit.removed'),
    retry: NOT_STUCK,
    'blocker done': is('READY', NOTHING, '', LINKED),
    'blocker removed': is('READY', NOTHING, '', UNLINKED),
    // Whether "started" is refused or accepted, the operator is asked about the two.
    'conflict found': is('NEEDS_ATTENTION', /^conflict$/, 'conflict open'),
    restart: is('READY', NOTHING, '', ''),
  },
  'external, started': {
    answer: SILENT,
    undo: NO_ITEM,
    snooze: NO_ITEM,
    hold: is('RUNNING', HELD_AFTER, '', 'unit.held'),
    kill: is('BLOCKED', KILLED, '', 'run.ended unit.held'),
    close: LIVE,
    remove: LIVE,
    retry: NOT_STUCK,
    'blocker done': is('RUNNING', NOTHING, '', LINKED),
    'blocker removed': is('RUNNING', NOTHING, '', UNLINKED),
    'conflict found': is('NEEDS_ATTENTION', /^conflict$/, 'conflict open', FOUND_AND_ASKED),
    restart: is('RUNNING', NOTHING, '', ''),
  },
  done: {
    answer: ANSWERED,
    undo: no('conflict', /^Already sent: it cannot be taken back\.$/),
    snooze: ANSWERED,
    hold: OVER,
    kill: OVER,
    close: OVER,
    remove: gone('unit.removed'),
    retry: OVER,
    'blocker done': OVER,
    'blocker removed': OVER,
    'conflict found': no('conflict', /^unit is done: there is nothing to decide\.$/),
    restart: is('DONE', NOTHING, '', ''),
  },
  'closed while it waited': {
    answer: SILENT,
    undo: NO_ITEM,
    snooze: NO_ITEM,
    hold: OVER,
    kill: OVER,
    close: OVER,
    remove: gone('unit.removed'),
    retry: OVER,
    'blocker done': is('DONE', /^enough$/),
    'blocker removed': is('DONE', /^enough$/),
    'conflict found': no('conflict', /^unit is done: there is nothing to decide\.$/),
    restart: is('DONE', /^enough$/, '', ''),
  },
};

for (const [state, cells] of Object.entries(WALK) as [StateName, Record<StepName, Cell>][])
  for (const [step, cell] of Object.entries(cells) as [StepName, Cell][])
    test(
      `${state} × ${step}`,
      inWalk(async (walk) => {
        const { before, between, happens } = stepOf(step);
        await before?.(walk);
        await STATES[state](walk);
        await between?.(walk);
        walk.now += SECOND;
        await cell(walk, happens);
        assertInvariants(walk);
        if (!findWork(walk.store.state, UNIT)) return;
        await leadToDone(walk);
        assertInvariants(walk);
      }),
    );

/** The way on from each state, to the end. */
const ON: Readonly<Record<StateName, readonly Way[]>> = {
  added: ['start', 'end', 'start', 'end'],
  'blocked by an unknown name': ['blocker', 'start', 'end', 'start', 'end'],
  held: ['release', 'start', 'end', 'start', 'end'],
  running: ['end', 'start', 'end'],
  // Nobody took the answer: the phase that asked starts again with it.
  'asking with a live process': ['answer', 'end', 'start', 'end', 'start', 'end'],
  'asking with an ended process': ['answer', 'start', 'end', 'start', 'end'],
  'going out': ['time', 'start', 'end', 'start', 'end'],
  snoozed: ['time', 'answer', 'start', 'end', 'start', 'end'],
  'in review': ['answer', 'start', 'end'],
  stuck: ['answer', 'start', 'end', 'start', 'end'],
  'waiting to try again': ['time', 'start', 'end', 'start', 'end'],
  'external, added': ['start', 'end', 'start', 'end'],
  'external, started': ['end', 'start', 'end'],
  done: [],
  'closed while it waited': [],
};

for (const [state, ways] of Object.entries(ON) as [StateName, readonly Way[]][])
  test(
    `no dead end: ${state} → ${[...ways, 'DONE'].join(' → ')}`,
    inWalk(async (walk) => {
      await STATES[state](walk);
      for (const [nth, way] of ways.entries()) {
        assert.notEqual(walk.status(UNIT), 'DONE', `DONE before "${way}" (${nth})`);
        await goes(walk, way);
        assertInvariants(walk);
      }
      assert.equal(walk.status(UNIT), 'DONE');
    }),
  );

test(
  'later reports on an external unit that was closed meanwhile are refused',
  inWalk(async (walk) => {
    await STATES['external, started'](walk);
    await walk.commit((state) => closeUnit(state, { chunk: UNIT, reason: 'enough', kill: true }));
    assert.equal(walk.status(UNIT), 'DONE');
    for (const what of ['progressed', 'finished', 'failed'] as const)
      await refused(walk.report(what, { phase: 'IMPLEMENT' }), 'conflict', /^unit is done already/);
    assertInvariants(walk);
  }),
);

test(
  'what was planned for a unit ends with it: no time comes for what is DONE or removed',
  inWalk(async (walk) => {
    for (const ending of ['close', 'remove'] as const) {
      await STATES['waiting to try again'](walk);
      await stepOf(ending).happens(walk);
      const { seq } = walk.store.state;
      walk.now += 60 * MINUTE;
      await walk.release();
      assert.equal(walk.store.state.seq, seq, `nothing happens after "${ending}"`);
      if (ending === 'close') await walk.remove(UNIT);
    }
  }),
);

test(
  'a unit closed while it waited to try again is not tried again',
  inWalk(async (walk) => {
    await STATES['waiting to try again'](walk);
    await walk.close(UNIT);
    await OVER(walk, (each) => each.retry(UNIT));
  }),
);

test(
  'a finding in the commit before the start is asked about, as one long before it',
  inWalk(async (walk) => {
    const { before, happens } = stepOf('conflict found');
    await before?.(walk);
    await STATES.added(walk);
    walk.now += SECOND;
    // The dispatcher has looked for conflicts and found none; the analysis speaks; the start is committed.
    await walk.wantToStart();
    await walk.reportConflict();
    await walk.start(UNIT).catch(refusalOnly);
    if (walk.status(UNIT) === 'READY') await happens(walk);
    const asked = walk.work(UNIT).items.map(({ kind }) => kind);
    assert.deepEqual(asked, ['conflict'], `the operator is asked about ${UNIT} and ${RIVAL}`);
  }),
);

test(
  'a run that was killed for taking too long leaves the unit held, and no question about that run',
  inWalk(async (walk) => {
    await walk.add(spec(UNIT, { time_limit: 60 }));
    await walk.startLive();
    await walk.wait();
    assert.equal(walk.said(UNIT).why, 'stuck');
    const kill = { chunk: UNIT, run: 1, next: 'hold' } as const;
    await walk.commit((state) => killRun(state, kill));
    await walk.end(UNIT, { exit: 'killed' });
    assert.deepEqual([walk.status(UNIT), walk.said(UNIT).why], ['BLOCKED', 'held: killed by you']);
    assertInvariants(walk);
  }),
);

test(
  'what was going out when a unit ended is kept, and marked never delivered',
  inWalk(async (walk) => {
    await STATES['going out'](walk);
    await walk.close(UNIT);
    const item = walk.lastItem();
    assert.deepEqual([item?.answer?.text, item?.delivery], ['yes', null]);
    assert.match(item ? withdrawalWords(item) : '', /never delivered/);
  }),
);

test(
  'a phase that was sent back comes again, with the words of the operator',
  inWalk(async (walk) => {
    await STATES['in review'](walk);
    const id = walk.lastItem()?.id ?? '';
    await refused(walk.answer(UNIT, id, { options: ['send-back'] }), 'invalid', /^Say what is missing/);
    await walk.answer(UNIT, id, { options: ['send-back'], text: 'no tests' });
    assert.deepEqual([walk.status(UNIT), walk.work(UNIT).unit.finished], ['READY', 0]);
    await walk.start(UNIT);
    assert.equal(walk.lastRun(UNIT).phase, 'PLAN');
    assert.deepEqual([walk.item(id).answer?.given_to, walk.item(id).delivery], [2, null]);
    await walk.end(UNIT);
    assert.equal(walk.item(id).delivery?.to, 2);
    assertInvariants(walk);
  }),
);
