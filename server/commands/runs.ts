import { outcomeWords } from '../../shared/sentences.ts';
import type { Change, ItemOption, Outcome, ProcessIdentity, WorkUnit } from '../../shared/words.ts';
import { conflict } from '../refusal.ts';
import { currentStep, isPending, liveRun, type State } from '../state.ts';
import { freeSlots, statusOf } from '../status.ts';
import type { Decision } from './decision.ts';

/** Starts the next run of a READY unit, if a slot is free. What was answered goes along with it. */
export function startRun(
  state: State,
  input: { unit: number; marker: string; agent: string; max_agents: number },
): Decision {
  const work = state.works.get(input.unit);
  if (!work || statusOf(work).status !== 'READY') throw conflict('Not ready.');
  if (freeSlots(state, input.max_agents) < 1) throw conflict('No slot is free.');
  const number = (work.runs.at(-1)?.number ?? 0) + 1;
  const phase = currentStep(work)?.phase ?? '';
  const news = work.items.filter((item) => item.released_at !== null && item.delivered_at === null);
  const unit = work.unit.id;
  return {
    changes: [
      { type: 'run.started', unit, data: { number, phase, agent: input.agent, marker: input.marker } },
      ...news.map((item): Change => ({ type: 'item.delivered', unit, data: { id: item.id, run: number } })),
    ],
    made: { run: number },
  };
}

export function spawned(state: State, input: { unit: number; run: number } & ProcessIdentity): Decision {
  const run = state.works.get(input.unit)?.runs.at(-1);
  if (!run || run.number !== input.run || run.ended_at !== null) throw conflict('This run has ended.');
  const { pid, started } = input;
  return { changes: [{ type: 'run.spawned', unit: input.unit, data: { number: input.run, pid, started } }] };
}

export interface EndInput {
  readonly unit: number;
  readonly run: number;
  readonly outcome: Outcome;
  /** The last lines that the run printed. */
  readonly lines: string;
  /** The id of the stuck item, should there be one. */
  readonly key: string;
}

/** How many times a run may fail to begin before a person is asked. */
const NEVER_BEGAN_LIMIT = 3;

/**
 * Records how a run ended, once. Well: the phase is finished. Badly: stuck. With a question open: neither;
 * the answer starts the same phase again.
 */
export function endRun(state: State, input: EndInput): Decision {
  const work = state.works.get(input.unit);
  const run = work && liveRun(work);
  if (!work || run?.number !== input.run) return { changes: [] };
  const unit = work.unit.id;
  const { outcome } = input;
  const changes: Change[] = [{ type: 'run.ended', unit, data: { number: run.number, outcome } }];
  if (work.items.some(isPending)) return { changes };
  if (outcome.how === 'exited' && outcome.code === 0)
    changes.push({ type: 'phase.finished', unit, data: { phase: run.phase } });
  else if (outcome.how !== 'never-began' || neverBegan(work) + 1 >= NEVER_BEGAN_LIMIT)
    changes.push({ type: 'item.asked', unit, data: stuckItem(input, run.phase) });
  return { changes };
}

/** How many runs in a row have failed to begin, since the operator was last asked about it. */
function neverBegan(work: WorkUnit): number {
  const asked = work.items.findLast(({ kind }) => kind === 'stuck')?.run ?? 0;
  const ended = work.runs.filter((run) => run.ended_at !== null && run.number > asked).reverse();
  const other = ended.findIndex((run) => run.outcome?.how !== 'never-began');
  return other < 0 ? ended.length : other;
}

function stuckItem({ key, run, outcome, lines }: EndInput, phase: string) {
  return {
    id: key,
    kind: 'stuck' as const,
    phase,
    run,
    asked_by: 'signalbox',
    prompt: `Run ${run} ${outcomeWords(outcome)}. What now?`,
    context: lines === '' ? [] : [{ label: 'Last lines', text: lines }],
    options: STUCK_OPTIONS,
    multiple: false,
    allows_text: true,
  };
}

const STUCK_OPTIONS: readonly ItemOption[] = [
  { id: 'retry', label: 'Try again', description: 'The same phase once more; your words, if any, go along.' },
  { id: 'close', label: 'Close the unit', description: 'It counts as done, for the reason you give.' },
];
