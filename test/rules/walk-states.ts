/** How a unit comes into each state of the walk. Every unit has two phases, so that there is a next one. */
import { exited, spec } from '../core/store-fixture.ts';
import { BLOCKER, QUESTION, UNDO_MS, UNIT, type Walk } from './walk-fixture.ts';

const PHASES = ['PLAN', 'IMPLEMENT'];

async function asking(walk: Walk): Promise<void> {
  await walk.add(spec(UNIT, { phases: PHASES }));
  await walk.startLive();
  await walk.ask(UNIT, QUESTION);
}

async function askingEnded(walk: Walk): Promise<void> {
  await asking(walk);
  await walk.end(UNIT);
}

export const STATES = {
  added: async (walk: Walk) => {
    await walk.add(spec(UNIT, { phases: PHASES }));
  },
  'blocked by an unknown name': async (walk: Walk) => {
    await walk.add(spec(UNIT, { phases: PHASES, after: [BLOCKER] }));
  },
  held: async (walk: Walk) => {
    await walk.add(spec(UNIT, { phases: PHASES }));
    await walk.hold();
  },
  running: async (walk: Walk) => {
    await walk.add(spec(UNIT, { phases: PHASES }));
    await walk.startLive();
  },
  'asking with a live process': asking,
  'asking with an ended process': askingEnded,
  'going out': async (walk: Walk) => {
    await askingEnded(walk);
    await walk.answer(UNIT, QUESTION, { wait: UNDO_MS });
  },
  snoozed: async (walk: Walk) => {
    await askingEnded(walk);
    await walk.snooze(QUESTION, 30);
  },
  'in review': async (walk: Walk) => {
    await walk.add(spec(UNIT, { phases: PHASES, review: ['PLAN'] }));
    await walk.startLive();
    await walk.end(UNIT);
  },
  stuck: async (walk: Walk) => {
    await walk.add(spec(UNIT, { phases: PHASES }));
    await walk.startLive();
    await walk.end(UNIT, exited(1));
  },
  'waiting to try again': async (walk: Walk) => {
    await walk.add(spec(UNIT, { phases: PHASES, retry: { times: 2, delay: 90, on: [1] } }));
    await walk.startLive();
    await walk.end(UNIT, exited(1));
  },
  'external, added': async (walk: Walk) => {
    await walk.add(spec(UNIT, { phases: PHASES, external: true }));
  },
  'external, started': async (walk: Walk) => {
    await walk.add(spec(UNIT, { phases: PHASES, external: true }));
    await walk.report('started');
  },
  done: async (walk: Walk) => {
    await asking(walk);
    await walk.answer(UNIT, QUESTION);
    await walk.end(UNIT);
    await walk.finish(UNIT);
  },
  'closed while it waited': async (walk: Walk) => {
    await walk.add(spec(UNIT, { phases: PHASES, after: [BLOCKER] }), spec(BLOCKER));
    await walk.close(UNIT);
  },
} as const;

export type StateName = keyof typeof STATES;
