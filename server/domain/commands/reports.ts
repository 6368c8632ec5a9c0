/** Records what somebody reports of work that is done outside Signalbox. */
import type { Change } from '../../../shared/events.ts';
import { overriddenWords } from '../../../shared/status-sentences.ts';
import type { Moment, Unit, WorkUnit } from '../../../shared/words.ts';
import { givenTo, whyUnfinished } from '../delivery.ts';
import { workOf } from '../lookup.ts';
import { conflict, invalid } from '../refusal.ts';
import { liveRivals } from '../serial-order.ts';
import { isDone, liveRun, phaseOf, type State } from '../state.ts';
import { statusOf } from '../status.ts';
import { askAboutRivals } from './conflicts.ts';
import type { Decision } from './decision.ts';
import { askedToAgree, endRun } from './runs.ts';

export interface ReportInput {
  readonly chunk: string;
  readonly what: 'started' | 'progressed' | 'finished' | 'failed';
  /** `progressed`: the phase that it has come to. */
  readonly phase?: string | undefined;
  /** `finished`: all phases, not only the current one. */
  readonly all: boolean;
  /** `started`: although the unit is not READY. Recorded. */
  readonly override: boolean;
  readonly words: string;
}

/** What somebody says of work that they do themselves. Nothing is started, signalled or counted for it. */
export function report(state: State, input: ReportInput, at: Moment, key: string): Decision {
  const work = workOf(state, input.chunk);
  if (!work.unit.spec.external)
    throw conflict('not-external', `${input.chunk} is not external: its own runs say how it goes.`);
  if (isDone(work)) throw conflict('unit-done', `${input.chunk} is done already.`);
  switch (input.what) {
    case 'started':
      return { changes: [...started(state, work, input.override), ...askAboutRivals(state, work, key)] };
    case 'progressed':
      return { changes: progressed(work, input.phase) };
    case 'finished':
      return { changes: finished(state, work, input, at, key) };
    case 'failed':
      return { changes: ended(state, work, false, input.words, at, key) };
  }
}

function started(state: State, work: WorkUnit, override: boolean): Change[] {
  const { status, why } = statusOf(state, work);
  const [rival] = liveRivals(state, work);
  if (rival) throw conflict('rival', `${rival.unit.chunk} is at work: the two are never at work together.`);
  if (liveRun(work)) throw conflict('run-live', `${work.unit.chunk} was reported started already.`);
  if (status !== 'READY' && !override)
    throw conflict(
      'not-ready',
      `${work.unit.chunk} may not start: ${overriddenWords({ status, why }, work.items)}.`,
    );
  const number = (work.runs.at(-1)?.number ?? 0) + 1;
  const phase = phaseOf(work);
  const data = {
    number,
    phase,
    agent: 'external',
    marker: '',
    ...(status !== 'READY' && { override: { status, why } }),
  };
  return [{ type: 'run.started', unit: work.unit.id, data }, ...givenTo(work, number)];
}

/** Only forward: every phase before the one it has come to is finished. */
function progressed({ unit }: WorkUnit, phase: string | undefined): Change[] {
  if (phase === undefined) throw invalid('phase', 'Say which phase it has come to.');
  const left = unit.spec.steps.slice(unit.finished).map((step) => step.phase);
  const at = left.indexOf(phase);
  if (at < 0) throw invalid('phase', `${phase} does not lie ahead; what does: ${left.join(', ')}.`);
  refuseReviewed(unit, left.slice(0, at));
  return left.slice(0, at).map((each) => ({ type: 'phase.finished', unit: unit.id, data: { phase: each } }));
}

function finished(state: State, work: WorkUnit, input: ReportInput, at: Moment, key: string): Change[] {
  refuseUnfinished(work);
  if (!input.all) return ended(state, work, true, input.words, at, key);
  return allFinished(work);
}

/** Nobody hands an answer to those who do the work elsewhere: whoever asked takes it. */
function refuseUnfinished(work: WorkUnit): void {
  const { chunk } = work.unit;
  const why = whyUnfinished(work, liveRun(work)?.number ?? null);
  if (why?.code === 'open-items')
    throw conflict(why.code, `${chunk} has an open question. Answer or withdraw it first.`);
  if (why)
    throw conflict(
      why.code,
      `${chunk} has an answer that nobody has taken. Ask the same again to get it, then report.`,
      why.items,
    );
}

function allFinished(work: WorkUnit): Change[] {
  const { unit } = work;
  const left = unit.spec.steps.slice(unit.finished);
  refuseReviewed(
    unit,
    left.map(({ phase }) => phase),
  );
  const run = liveRun(work);
  const outcome = { exit: 'reported', success: true } as const;
  const end: Change[] = run
    ? [{ type: 'run.ended', unit: unit.id, data: { number: run.number, outcome } }]
    : [];
  return [...end, ...left.map(({ phase }) => phaseFinished(work, phase))];
}

/** Ends the run that was reported started; without one, says of the phase what the run would have said. */
function ended(
  state: State,
  work: WorkUnit,
  success: boolean,
  words: string,
  at: Moment,
  key: string,
): Change[] {
  const unit = work.unit.id;
  const run = liveRun(work);
  const outcome = { exit: 'reported', success } as const;
  if (run) return [...endRun(state, { unit, run: run.number, outcome, lines: words, key, at }).changes];
  if (!success)
    throw conflict(
      'no-live-run',
      `${work.unit.chunk} was not reported started: there is nothing that could have failed.`,
    );
  const phase = phaseOf(work);
  if (!work.unit.spec.review.includes(phase)) return [phaseFinished(work, phase)];
  const last = work.runs.at(-1)?.number ?? 0;
  return [{ type: 'item.asked', unit, data: askedToAgree({ key, run: last, lines: words }, phase) }];
}

/** Reporting must not agree in the operator's place. */
function refuseReviewed({ chunk, spec }: Unit, phases: readonly string[]): void {
  const reviewed = phases.find((phase) => spec.review.includes(phase));
  if (reviewed !== undefined)
    throw conflict(
      'needs-review',
      `${reviewed} of ${chunk} needs the operator's agreement: report it finished by itself.`,
    );
}

const phaseFinished = (work: WorkUnit, phase: string): Change => ({
  type: 'phase.finished',
  unit: work.unit.id,
  data: { phase },
});
