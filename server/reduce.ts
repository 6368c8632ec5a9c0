import type { Event, Item, ItemAsked, Run, RunStarted, Unit, UnitSpec, WorkUnit } from '../shared/words.ts';
import { isDone, type State } from './state.ts';

/** What is known after one more event. The only place where a fact changes. */
export function reduce(state: State, event: Event): State {
  if (event.seq !== state.seq + 1) throw new Error(`event ${event.seq} does not follow ${state.seq}`);
  if (event.type === 'unit.added') return addUnit(state, event, event.data);
  const before = state.works.get(event.unit);
  if (!before) throw new Error(`event ${event.seq} is about unit ${event.unit}, which was never added`);
  return put(state, before, change(before, event), event);
}

function addUnit(state: State, event: Event, spec: UnitSpec): State {
  const unit: Unit = {
    id: event.unit,
    chunk: spec.chunk,
    spec,
    title: spec.title,
    goal: spec.goal,
    priority: spec.priority,
    finished: 0,
    open: spec.after,
    met: [],
    added_at: event.at,
    closed: null,
    done_at: null,
    seq: event.seq,
    changed_at: event.at,
  };
  let waiting = state.waiting;
  for (const chunk of unit.open) waiting = waiting.with(chunk, [...(waiting.get(chunk) ?? []), unit.id]);
  return {
    ...state,
    seq: event.seq,
    works: state.works.with(unit.id, { unit, runs: [], items: [] }),
    byChunk: state.byChunk.with(unit.chunk, unit.id),
    waiting,
    graph: event.seq,
  };
}

/** Puts the changed unit into its slot, stamped, and keeps the indexes true. */
function put(state: State, before: WorkUnit, changed: WorkUnit, event: Event): State {
  const ends = isDone(changed) && !isDone(before);
  const after: WorkUnit = {
    ...changed,
    unit: {
      ...changed.unit,
      seq: event.seq,
      changed_at: event.type === 'item.delivered' ? changed.unit.changed_at : event.at,
      done_at: ends ? event.at : changed.unit.done_at,
    },
  };
  return {
    ...state,
    seq: event.seq,
    works: state.works.with(event.unit, after),
    byItem: itemsAfter(state, event),
    waiting: waitingAfter(state, event),
    graph: ends || event.type === 'dependency.met' ? event.seq : state.graph,
  };
}

function itemsAfter({ byItem }: State, event: Event): State['byItem'] {
  if (event.type === 'item.asked') return byItem.with(event.data.id, event.unit);
  return event.type === 'item.attached' ? byItem.with(event.data.key, event.unit) : byItem;
}

function waitingAfter(state: State, event: Event): State['waiting'] {
  if (event.type !== 'dependency.met') return state.waiting;
  const { on } = event.data;
  const left = (state.waiting.get(on) ?? []).filter((id) => id !== event.unit);
  return left.length > 0 ? state.waiting.with(on, left) : state.waiting.without(on);
}

type AboutUnit = Exclude<Event, { type: 'unit.added' }>;

function change(work: WorkUnit, event: AboutUnit): WorkUnit {
  const { unit } = work;
  switch (event.type) {
    case 'unit.closed':
      return { ...work, unit: { ...unit, closed: event.data.reason } };
    case 'dependency.met':
      return { ...work, unit: meet(unit, event.data.on) };
    case 'phase.finished':
      return { ...work, unit: { ...unit, finished: unit.finished + 1 } };
    case 'run.started':
      return { ...work, runs: [...work.runs, newRun(event, event.data)] };
    case 'run.spawned': {
      const { number, pid, started } = event.data;
      return changeRun(work, number, { process: { pid, started } });
    }
    case 'run.ended':
      return changeRun(work, event.data.number, { ended_at: event.at, outcome: event.data.outcome });
    case 'item.asked':
      return { ...work, items: [...work.items, newItem(event, event.data)] };
    default:
      return changeItem(work, event);
  }
}

function meet(unit: Unit, on: string): Unit {
  return { ...unit, open: unit.open.filter((chunk) => chunk !== on), met: [...unit.met, on] };
}

function newRun(event: Event, data: RunStarted): Run {
  return { unit: event.unit, ...data, process: null, started_at: event.at, ended_at: null, outcome: null };
}

function changeRun(work: WorkUnit, number: number, change: Partial<Run>): WorkUnit {
  return { ...work, runs: work.runs.map((run) => (run.number === number ? { ...run, ...change } : run)) };
}

function newItem(event: Event, data: ItemAsked): Item {
  return {
    ...data,
    ...UNANSWERED,
    version: 1,
    keys: [],
    unit: event.unit,
    asked_at: event.at,
    delivered_at: null,
    delivered_to: null,
    withdrawn_at: null,
    withdrawn_why: null,
  };
}

const UNANSWERED = {
  answer: null,
  answered_by: null,
  answered_via: null,
  answered_at: null,
  answer_key: null,
  release_due: null,
  released_at: null,
} as const;

type AboutItem = Extract<
  Event,
  {
    type:
      | 'item.attached'
      | 'item.changed'
      | 'item.answered'
      | 'item.reopened'
      | 'item.released'
      | 'item.delivered'
      | 'item.withdrawn';
  }
>;

function changeItem(work: WorkUnit, event: AboutItem): WorkUnit {
  const items = work.items.map((item) =>
    item.id === event.data.id ? { ...item, ...itemChange(item, event) } : item,
  );
  return { ...work, items };
}

function itemChange(item: Item, event: AboutItem): Partial<Item> {
  switch (event.type) {
    case 'item.attached':
      return { run: event.data.run, keys: [...item.keys, event.data.key] };
    case 'item.changed':
      return { ...event.data, version: item.version + 1 };
    case 'item.answered':
      return {
        answer: event.data.answer,
        answered_by: event.by.actor,
        answered_via: event.by.door,
        answered_at: event.at,
        answer_key: event.data.key,
        release_due: event.data.release_due,
      };
    case 'item.reopened':
      return { ...UNANSWERED, version: item.version + 1 };
    case 'item.released':
      return { released_at: event.at };
    case 'item.delivered':
      return { delivered_at: event.at, delivered_to: event.data.run };
    case 'item.withdrawn':
      return { withdrawn_at: event.at, withdrawn_why: event.data.why };
  }
}
