/** Starts runs, records their processes, and ends them. */
import { termsOf } from '../../../shared/daemon-questions.ts';
import type { Change, ItemAsked } from '../../../shared/events.ts';
import { isWell } from '../../../shared/is-well.ts';
import type { Moment, Outcome, ProcessIdentity, RetryPolicy, Run, WorkUnit } from '../../../shared/words.ts';
import type { WorkTrouble } from '../../../shared/work-problem.ts';
import type { SnapshotTaken } from '../../../shared/work-words.ts';
import { givenTo, whyUnfinished } from '../delivery.ts';
import { executorOf, roomOn } from '../executors.ts';
import { conflict } from '../refusal.ts';
import { exists, isMerging, isOver, isSettingUp, liveRun, phaseOf, type State } from '../state.ts';
import { freeSlots, statusOf } from '../status.ts';
import { spentBudget } from '../usage.ts';
import { askedByUs } from './asked-by-us.ts';
import { rivalsToAsk } from './conflicts.ts';
import type { Decision } from './decision.ts';
import { afterKill, isWished, mootItems } from './kill.ts';
import { snapshotChanges, stuckChange } from './work.ts';

/**
 * Starts the next run of a READY unit, if a slot is free, and room where it is to work. What was answered goes along with
 * it. `token`: the hash of what its environment holds; on another machine, of the secret that buys the claim.
 */
export function startRun(
  state: State,
  input: { unit: number; marker: string; token: string; at: Moment },
): Decision<{ run: number }> {
  const work = state.works.get(input.unit);
  if (!work || !exists(work) || statusOf(state, work).status !== 'READY')
    throw conflict('not-ready', 'Not ready.');
  if (isMerging(work) || lacksFolder(work)) throw conflict('no-worktree', 'It has no folder to run in yet.');
  if (rivalsToAsk(state, work).length > 0)
    throw conflict('rival', 'The operator has to decide about a rival first.');
  if (spentBudget(state, work, input.at) !== null)
    throw conflict('over-budget', 'The operator has to say first whether it may cost more.');
  if (freeSlots(state) < 1) throw conflict('no-slot', 'No slot is free.');
  const executor = executorOf(state, work.unit);
  if (executor !== null && roomOn(state, executor) < 1) throw conflict('no-slot', `${executor} has no room.`);
  const number = (work.runs.at(-1)?.number ?? 0) + 1;
  const phase = phaseOf(work);
  const isSetup = isSettingUp(work);
  const agent = (!isSetup && work.unit.spec.agent) || 'shell';
  const unit = work.unit.id;
  const grant = executor === null ? { token: input.token } : { executor, claim: input.token };
  return {
    changes: [
      { type: 'run.started', unit, data: { number, phase, agent, marker: input.marker, ...grant } },
      // The setup of a worktree uses no answer.
      ...(isSetup ? [] : givenTo(work, number)),
    ],
    result: { run: number },
  };
}

const lacksFolder = ({ unit }: WorkUnit): boolean =>
  unit.work === null
    ? unit.spec.worktree === true
    : unit.work.made_at === null || unit.work.pruned_at !== null;

export function spawned(state: State, input: { unit: number; run: number } & ProcessIdentity): Decision {
  const run = state.works.get(input.unit)?.runs.at(-1);
  if (!run || run.number !== input.run || run.ended_at !== null)
    throw conflict('run-ended', 'This run has ended.');
  const { pid, started } = input;
  return { changes: [{ type: 'run.spawned', unit: input.unit, data: { number: input.run, pid, started } }] };
}

export interface EndInput {
  readonly unit: number;
  readonly run: number;
  readonly outcome: Outcome;
  /** The last lines that the run printed. */
  readonly lines: string;
  /** The id of the item, should there be one. */
  readonly key: string;
  readonly at: Moment;
  /** On another machine: only this carrier may end it; null: only while nobody has claimed it. Absent: whoever did. */
  readonly carrier?: string | null;
  /** What is in its worktree now, or why that is not known; absent: it worked in the project's folder. */
  readonly work?: { readonly snapshot: SnapshotTaken } | { readonly trouble: WorkTrouble };
}

/** How many times a run may fail to begin before a person is asked. */
const NEVER_BEGAN_LIMIT = 3;

/**
 * Records how a run ended, once. Well: the phase is finished, or a person must agree. Badly: tried again by
 * itself, where its exit code says so, or stuck. With a question open: neither; the answer starts the same
 * phase again.
 */
export function endRun(state: State, input: EndInput): Decision {
  const work = state.works.get(input.unit);
  const run = work && liveRun(work);
  if (!work || run?.number !== input.run) return { changes: [] };
  if (input.carrier !== undefined && (run.carrier?.id ?? null) !== input.carrier) return { changes: [] };
  const unit = work.unit.id;
  const outcome = outcomeOf(run, input.outcome);
  const { work: found } = input;
  const kept = found && 'snapshot' in found ? snapshotChanges(work, found.snapshot) : [];
  // The snapshot first: whether the unit is DONE after its last phase follows from it.
  const ended: Change[] = [...kept, { type: 'run.ended', unit, data: { number: run.number, outcome } }];
  const moot = mootItems(work);
  if (isWished(run.kill)) return { changes: [...ended, ...moot, ...afterKill(state, work, run.kill)] };
  if (isOver(work)) return { changes: [...ended, ...moot] };
  if (found && 'trouble' in found) {
    const trouble = { unit, code: 'snapshot', trouble: found.trouble, key: input.key } as const;
    return { changes: [...ended, ...moot, stuckChange(work, trouble)] };
  }
  const next = againWithAnswers(work, run, outcome) ? null : afterRun(work, run, { ...input, outcome });
  return { changes: [...ended, ...moot, ...(next === null ? [] : [next])] };
}

/**
 * Whether the same phase starts again for the sake of what was asked: at once where an answer has reached
 * nobody, else when the answer comes. A run that ended badly is brought to a person once nothing is open.
 */
function againWithAnswers(work: WorkUnit, run: Run, outcome: Outcome): boolean {
  // What it does, or has done, nobody knows: only a person lets another run begin.
  if (outcome.exit === 'lost') return false;
  const why = whyUnfinished(work, run.number);
  return why !== null && (isWell(outcome) || why.code === 'open-items');
}

/**
 * A run that was being killed was killed, whatever its wrapper noted. One that was refused something without the
 * operator has not done its work, although its agent ended with 0.
 */
function outcomeOf({ kill, refused }: Run, noted: Outcome): Outcome {
  if (noted.exit === 'lost') return noted;
  if (isWished(kill)) return { exit: 'killed' };
  if (kill) return { exit: 'stopped', code: kill.code, output_mib: kill.output_mib };
  if (refused.length === 0 || !isWell(noted)) return noted;
  return { exit: 'refused', tools: [...new Set(refused.map(({ tool }) => tool))] };
}

/** What comes after a run that leaves nothing open; null: the same phase again, at once. */
function afterRun(work: WorkUnit, run: Run, input: EndInput): Change | null {
  const unit = work.unit.id;
  const { spec } = work.unit;
  const { outcome } = input;
  // A report may have moved the unit on since the run began.
  const phase = phaseOf(work) || run.phase;
  if (isWell(outcome) && isSettingUp(work)) return { type: 'worktree.ready', unit, data: {} };
  if (isWell(outcome))
    return spec.review.includes(phase)
      ? { type: 'item.asked', unit, data: askedToAgree(input, phase) }
      : { type: 'phase.finished', unit, data: { phase } };
  const failed = inARow(work, outcome.exit) + 1;
  if (outcome.exit === 'never-began' && outcome.code !== 'answers-too-long' && failed < NEVER_BEGAN_LIMIT)
    return null;
  if (outcome.exit === 'exited' && spec.retry?.on.includes(outcome.code) && failed <= spec.retry.times)
    return {
      type: 'retry.scheduled',
      unit,
      data: { due: later(input.at, retryDelay(spec.retry, failed)), nth: failed },
    };
  const about = { code: 'run-ended', outcome, refused: run.refused, lines: input.lines } as const;
  return { type: 'item.asked', unit, data: askedByUs({ id: input.key, phase, run: run.number }, about) };
}

const LONGEST_RETRY_S = 3600;

/** Seconds until the nth try: doubling, at most an hour. */
const retryDelay = ({ delay }: RetryPolicy, nth: number): number =>
  Math.min(delay * 2 ** (nth - 1), LONGEST_RETRY_S);

const later = (at: Moment, seconds: number): Moment =>
  new Date(Date.parse(at) + seconds * 1000).toISOString();

/** How many runs of this phase in a row have ended so, since a person was last asked about it. */
function inARow(work: WorkUnit, how: Outcome['exit']): number {
  const phase = phaseOf(work);
  const stuck = work.items.findLast((item) => termsOf(item).offered.includes('retry'))?.run ?? 0;
  const asked = Math.max(stuck, work.unit.counted_from);
  const before = work.runs.filter(
    (run) => run.ended_at !== null && run.number > asked && run.phase === phase,
  );
  const other = before.reverse().findIndex((run) => run.outcome?.exit !== how || isWell(run.outcome));
  return other < 0 ? before.length : other;
}

/** What is asked about a phase that a person must agree to. */
export const askedToAgree = (
  { key, run, lines }: Pick<EndInput, 'key' | 'run' | 'lines'>,
  phase: string,
): ItemAsked => askedByUs({ id: key, phase, run }, { code: 'phase-review', lines });
