/** Folds events about runs into their unit. */
import type { Event, RunStarted } from '../../shared/events.ts';
import type { Message, Run, WorkUnit } from '../../shared/words.ts';
import { usageAfter } from './usage.ts';

type AboutRun = Extract<Event, { type: `run.${string}` }>;

export const concernsRun = (event: Event): event is AboutRun => event.type.startsWith('run.');

export function runsAfter(work: WorkUnit, event: AboutRun): WorkUnit {
  switch (event.type) {
    case 'run.started':
      return { ...work, runs: [...work.runs, newRun(event, event.data)] };
    case 'run.spawned': {
      const { number, pid, started } = event.data;
      return changeRun(work, number, { process: { pid, started } });
    }
    case 'run.submitted':
      return changeRun(work, event.data.number, { job: event.data.job });
    case 'run.claimed': {
      const { number, carrier, token } = event.data;
      return changeRun(work, number, { carrier, token });
    }
    case 'run.killing': {
      const { number, ...kill } = event.data;
      return changeRun(work, number, { kill });
    }
    case 'run.interrupted':
      return withMessage(work, event.data.number, { text: event.data.text, at: event.at });
    case 'run.told':
      return changeRun(work, event.data.number, { told: event.data.count });
    case 'run.noted':
      return changeRun(work, event.data.number, { session: event.data.session });
    case 'run.said':
      return changeRun(work, event.data.number, { said: event.data.text });
    case 'run.used': {
      const { number, usage } = event.data;
      const before = work.runs.find((run) => run.number === number)?.usage;
      return changeRun(work, number, { usage: usageAfter(before, usage, event.at) });
    }
    case 'run.refused': {
      const { number, refused } = event.data;
      const before = work.runs.find((run) => run.number === number)?.refused ?? [];
      return changeRun(work, number, { refused: [...before, ...refused] });
    }
    case 'run.ended':
      return changeRun(work, event.data.number, { ended_at: event.at, outcome: event.data.outcome });
  }
}

function newRun(event: Event, data: RunStarted): Run {
  const { number, phase, agent, marker, token = null, executor, claim } = data;
  return {
    unit: event.unit,
    number,
    phase,
    agent,
    marker,
    token,
    process: null,
    ...(executor !== undefined && { executor }),
    ...(claim !== undefined && { claim }),
    started_at: event.at,
    ended_at: null,
    outcome: null,
    kill: null,
    messages: [],
    told: 0,
    session: null,
    refused: [],
  };
}

function withMessage(work: WorkUnit, number: number, message: Message): WorkUnit {
  const messages = work.runs.find((run) => run.number === number)?.messages ?? [];
  return changeRun(work, number, { messages: [...messages, message] });
}

function changeRun(work: WorkUnit, number: number, change: Partial<Run>): WorkUnit {
  return { ...work, runs: work.runs.map((run) => (run.number === number ? { ...run, ...change } : run)) };
}
