/** Makes the rows of a board from the state. */
import type { Card, Cell, Counts, Row, WaitWords } from '../../shared/board.ts';
import { askingOf } from '../../shared/daemon-question-sentences.ts';
import { codeOf } from '../../shared/daemon-questions.ts';
import type { ChangeStat } from '../../shared/diff.ts';
import type { Answer, Item } from '../../shared/item-words.ts';
import { outcomeWords, withdrawalWords } from '../../shared/reason-sentences.ts';
import { laterAnswerWords, sentenceStart } from '../../shared/sentences.ts';
import { statusReasonWords } from '../../shared/status-sentences.ts';
import type { Status, WorkUnit } from '../../shared/words.ts';
import { type Impact, impactWords } from '../domain/impact.ts';
import { isGoingOut, isOpen, isSnoozed, liveRun, phaseOf, type State } from '../domain/state.ts';
import { statusOf } from '../domain/status.ts';
import { usageOf } from '../domain/usage.ts';

export const unitKey = (id: number): string => `unit:${id}`;
export const itemKey = (id: string): string => `item:${id}`;

/** `cause`: what holds up a unit that waits for others. */
export function cellOf(state: State, work: WorkUnit, cause: string): Cell {
  const { unit } = work;
  const { status, why, since } = statusOf(state, work);
  const run = work.runs.at(-1);
  return {
    row: 'unit',
    key: unitKey(unit.id),
    seq: unit.seq,
    order: status === 'DONE' ? [-Date.parse(since), unit.id] : [unit.id],
    id: unit.id,
    chunk: unit.chunk,
    title: unit.title,
    status,
    why: statusReasonWords(why, work.items),
    cause: status === 'BLOCKED' && unit.held === null ? cause : '',
    held: unit.held !== null && status !== 'DONE',
    phase: phaseOf(work),
    finished: Math.min(unit.finished, unit.spec.steps.length),
    phases: unit.spec.steps.length,
    run: run?.number ?? 0,
    agent: run?.agent ?? '',
    executor: run?.executor ?? '',
    since,
    changes: changesOf(work),
    usage: usageOf(work),
  };
}

/** The size of the last snapshot's change set; null: none was taken. */
export function changesOf({ unit }: Pick<WorkUnit, 'unit'>): ChangeStat | null {
  const { snapshot } = unit.work ?? {};
  return snapshot ? { files: snapshot.files, added: snapshot.added, deleted: snapshot.deleted } : null;
}

/** How much an answer sets free, and its rank. */
export interface Ranked {
  readonly impact: Impact;
  readonly score: number;
}

/** `seq`: number of the event that last changed the card. */
export function cardOf(work: WorkUnit, item: Item, { impact, score }: Ranked, seq: number): Card {
  return {
    row: 'item',
    key: itemKey(item.id),
    seq,
    order: [-score, -work.unit.priority, item.asked_at, item.id],
    id: item.id,
    version: item.version,
    chunk: work.unit.chunk,
    phase: item.phase,
    phases: work.unit.spec.steps.length,
    run: item.run,
    kind: item.kind,
    code: codeOf(item),
    state: cardState(item),
    ...askingOf(item),
    asked_at: item.asked_at,
    asked_by: item.asked_by,
    blocks_count: impact.blocked,
    unblocks: impactWords(impact),
    run_ended: item.kind === 'question' || item.kind === 'decision' ? runEnded(work, item) : '',
    wait: waitOf(work, item),
    answer: answerOf(item),
    answered_by: item.answer?.by ?? null,
    answered_via: item.answer?.via ?? null,
    answered_by_rule: item.answer?.rule ?? null,
    snoozed_until: item.snooze?.until ?? null,
    snoozed_for: item.snooze?.for ?? null,
    release_due: item.answer?.release_due ?? null,
    withdrawn_why: item.withdrawal && withdrawalWords(item),
  };
}

/** How long its asker waits: while it is open, and unless the run that asked has ended. */
export function waitOf(work: WorkUnit, item: Item): WaitWords | null {
  const { asker_waits: wait, asked_by } = item;
  const isAlive = item.run === 0 || liveRun(work)?.number === item.run;
  if (!wait || !isOpen(item) || !isAlive) return null;
  const hasNextRun = item.run > 0 && !work.unit.spec.external;
  return {
    who: sentenceStart(asked_by),
    until: wait.until,
    after: laterAnswerWords(wait.after, hasNextRun),
  };
}

/** The answer, without its delivery. */
export const answerOf = ({ answer }: Item): Answer | null =>
  answer && { options: answer.options, text: answer.text };

export function cardState(item: Item): Card['state'] {
  if (item.withdrawal) return 'withdrawn';
  if (isSnoozed(item)) return 'snoozed';
  if (isOpen(item)) return 'open';
  return isGoingOut(item) ? 'going-out' : 'answered';
}

/** An item outlives the run that asked; then the card says how the run ended. */
function runEnded(work: WorkUnit, item: Item): string {
  if (liveRun(work)) return '';
  const run = work.runs.find(({ number }) => number === item.run);
  return run?.outcome
    ? `Run ${run.number} ${outcomeWords(run.outcome)}. The answer starts this phase again.`
    : '';
}

export function countsRow(
  units: Counts['units'],
  cards: Iterable<Card>,
  { seq, archive }: Pick<State, 'seq' | 'archive'>,
): Counts {
  let items = 0;
  for (const card of cards) if (card.state === 'open') items++;
  const archived = archive.count;
  return {
    row: 'counts',
    key: 'counts',
    seq,
    order: [],
    units,
    items,
    archived,
    found: null,
  };
}

export function byStatus(cells: Iterable<Cell>): Counts['units'] {
  const units: Record<Status, number> = { RUNNING: 0, NEEDS_ATTENTION: 0, READY: 0, BLOCKED: 0, DONE: 0 };
  for (const cell of cells) units[cell.status]++;
  return units;
}

/** Whether two rows are equal except for their seq. */
export const sameRow = (a: Row, b: Row): boolean =>
  JSON.stringify({ ...a, seq: 0 }) === JSON.stringify({ ...b, seq: 0 });
