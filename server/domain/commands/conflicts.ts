/** Records whether two units may be at work at the same time: what an analysis finds, and what the operator decides. */
import type { Conflict, ConflictVerdict, Disagreement, Judgement } from '../../../shared/conflict-words.ts';
import { type DaemonQuestion, rivalOf } from '../../../shared/daemon-questions.ts';
import type { Change } from '../../../shared/events.ts';
import type { Item } from '../../../shared/item-words.ts';
import type { WorkUnit } from '../../../shared/words.ts';
import { workOf } from '../lookup.ts';
import { conflict, invalid } from '../refusal.ts';
import { isUnderWay, startedBefore } from '../serial-order.ts';
import { isDone, isOpen, isOver, isPending, liveRun, phaseOf, type State } from '../state.ts';
import { askedByUs } from './asked-by-us.ts';
import type { Decision } from './decision.ts';

export interface PairInput {
  readonly chunk: string;
  readonly other_chunk: string;
}

/** The operator's word on a pair: it holds for both, over phases and restarts, and no analysis overwrites it. */
export function resolve(state: State, input: PairInput & { verdict: 'parallelize' | 'serialize' }): Decision {
  const [work, other] = pairOf(state, input);
  return { changes: decide(work, other, input.verdict) };
}

function pairOf(state: State, input: PairInput): [WorkUnit, WorkUnit] {
  if (input.chunk === input.other_chunk) throw invalid('other_chunk', 'Name another unit than this one.');
  const works = [workOf(state, input.chunk), workOf(state, input.other_chunk)] as const;
  const done = works.find(isDone);
  if (done) throw conflict('unit-done', `${done.unit.chunk} is done: there is nothing to decide.`);
  return [...works];
}

/** What the operator decided, on both sides. */
export function decide(work: WorkUnit, other: WorkUnit, how: 'parallelize' | 'serialize'): Change[] {
  const verdict: ConflictVerdict = how === 'serialize' ? 'SERIALIZE' : 'INDEPENDENT';
  const old = conflictWith(work, other);
  if (old?.decided_by === 'operator' && old.verdict === verdict) return [];
  const judgement: Judgement = {
    verdict,
    confidence: 1,
    code: old?.code ?? 'operator',
    text: old?.text ?? '',
    overlapping_files: old?.overlapping_files ?? [],
    overlapping_symbols: old?.overlapping_symbols ?? [],
    overlapping_lines: old?.overlapping_lines ?? '',
  };
  return onBothSides(work, other, judgement, 'operator');
}

function onBothSides(
  a: WorkUnit,
  b: WorkUnit,
  judgement: Judgement,
  decided_by: Conflict['decided_by'],
): Change[] {
  return [
    { type: 'conflict.judged', unit: a.unit.id, data: { ...judgement, with: b.unit.id, decided_by } },
    { type: 'conflict.judged', unit: b.unit.id, data: { ...judgement, with: a.unit.id, decided_by } },
  ];
}

export const conflictWith = (work: WorkUnit, other: WorkUnit): Conflict | undefined =>
  work.conflicts.find((each) => each.with === other.unit.id);

/** What an analysis found. Against the operator's verdict it is only noted. `key` is the id of an item, should there be one. */
export function reportConflict(state: State, input: PairInput & Judgement, key: string): Decision {
  const [work, other] = pairOf(state, input);
  const changes = found(work, other, input);
  const both = liveRun(work) !== undefined && liveRun(other) !== undefined;
  if (changes.length === 0 || input.verdict !== 'ASK_OPERATOR' || !both) return { changes };
  const later = startedBefore(work, other) ? other : work;
  const rival = { work: later === work ? other : work, finding: input };
  const others = knownRivals(state, later).filter(({ work }) => work !== rival.work);
  const asked = askAbout(later, [...others, rival], key);
  return { changes: [...changes, ...asked] };
}

/** The same finding changes nothing, also where other lines of the same files stand against each other by now; another one takes its place, unless the operator has spoken. */
function found(work: WorkUnit, other: WorkUnit, judgement: Judgement): Change[] {
  const { verdict, confidence, code, text, overlapping_files, overlapping_symbols, overlapping_lines } =
    judgement;
  const what = { overlapping_files, overlapping_symbols, overlapping_lines };
  const finding = { verdict, confidence, code, text, ...what };
  const old = conflictWith(work, other);
  if (old?.decided_by !== 'operator')
    return sameFinding(old, finding) ? [] : onBothSides(work, other, finding, 'analysis');
  if (old.verdict === verdict || sameFinding(old.noted, finding)) return [];
  const noted = { verdict, code, text, overlapping_files };
  return [
    { type: 'conflict.noted', unit: work.unit.id, data: { with: other.unit.id, ...noted } },
    { type: 'conflict.noted', unit: other.unit.id, data: { with: work.unit.id, ...noted } },
  ];
}

const sameFinding = (old: Disagreement | null | undefined, finding: Disagreement): boolean =>
  old != null &&
  old.verdict === finding.verdict &&
  old.code === finding.code &&
  old.text === finding.text &&
  JSON.stringify(old.overlapping_files) === JSON.stringify(finding.overlapping_files);

/** An overlap of declared paths, found when a unit wants to start. */
export interface Overlap {
  readonly other: number;
  /** Common files by files of the smaller set, 0–1. */
  readonly share: number;
  readonly files: readonly string[];
}

/**
 * A unit wants to start: what its paths share with those of units under way is judged, and, where a person
 * has to decide, asked about in one item for all its rivals.
 */
export function wantToStart(
  state: State,
  input: { readonly unit: number; readonly overlaps: readonly Overlap[]; readonly key: string },
): Decision {
  const work = state.works.get(input.unit);
  if (!work || isOver(work)) return { changes: [] };
  const judged: Change[] = [];
  const rivals = knownRivals(state, work);
  for (const { other: id, share, files } of input.overlaps) {
    const other = state.works.get(id);
    if (!other || !isUnderWay(other) || conflictWith(work, other)) continue;
    const verdict = share >= state.settings.ask_above ? 'ASK_OPERATOR' : 'INDEPENDENT';
    const finding = {
      verdict,
      confidence: share,
      code: 'declared-files',
      text: '',
      overlapping_files: files,
      overlapping_symbols: [],
      overlapping_lines: '',
    } as const;
    judged.push(...found(work, other, finding));
    if (verdict === 'ASK_OPERATOR') rivals.push({ work: other, finding });
  }
  return { changes: [...judged, ...askAbout(work, rivals, input.key)] };
}

/** The rivals at work about which the operator has not decided. */
export const rivalsToAsk = (state: State, work: WorkUnit): WorkUnit[] =>
  work.conflicts
    .filter(({ verdict }) => verdict === 'ASK_OPERATOR')
    .map((each) => state.works.get(each.with))
    .filter((other) => other !== undefined && isUnderWay(other)) as WorkUnit[];

/** A unit in the way, and what was found about the two. */
interface InTheWay {
  readonly work: WorkUnit;
  readonly finding: Judgement;
}

const knownRivals = (state: State, work: WorkUnit): InTheWay[] =>
  rivalsToAsk(state, work).flatMap((rival) => {
    const finding = conflictWith(work, rival);
    return finding ? [{ work: rival, finding }] : [];
  });

/** Asks about the rivals of a unit on which nobody has decided, if there are any. */
export const askAboutRivals = (state: State, work: WorkUnit, key: string): Change[] =>
  askAbout(work, knownRivals(state, work), key);

const openConflictItem = (work: WorkUnit): Item | undefined =>
  work.items.find((item) => isAboutRivals(item) && isPending(item));

const isAboutRivals = ({ about }: Item): boolean => about?.code === 'rivals';

/** One open item per unit: asked, or changed where the rivals are others than before. */
function askAbout(work: WorkUnit, rivals: readonly InTheWay[], key: string): Change[] {
  if (rivals.length === 0 || openConflictItem(work)) return [];
  const where = { id: key, phase: phaseOf(work), run: work.runs.at(-1)?.number ?? 0 };
  const data = askedByUs(where, aboutRivals(work, rivals));
  return [{ type: 'item.asked', unit: work.unit.id, data }];
}

const aboutRivals = ({ unit }: WorkUnit, rivals: readonly InTheWay[]): DaemonQuestion => ({
  code: 'rivals',
  chunk: unit.chunk,
  rivals: rivals.map(({ work, finding }) => rivalOf(work.unit, finding)),
});

/** An open item about conflicts as it has to be now: other rivals, another version; none left, withdrawn. */
export function refreshConflictItem(state: State, work: WorkUnit): Change[] {
  const item = work.items.find((each) => isAboutRivals(each) && isOpen(each));
  if (!item) return [];
  const unit = work.unit.id;
  const rivals = knownRivals(state, work);
  if (rivals.length === 0)
    return [{ type: 'item.withdrawn', unit, data: { id: item.id, code: 'no-rival', text: '' } }];
  const about = aboutRivals(work, rivals);
  // Also where only what was found about a rival is other than it was: the operator must see that.
  if (JSON.stringify(about) === JSON.stringify(item.about)) return [];
  return [{ type: 'item.changed', unit, data: { id: item.id, about } }];
}

/** What the answer to a conflict item decides: about every rival that it asked about. */
export function decisions(state: State, work: WorkUnit, item: Item): Change[] {
  const asked = item.about?.code === 'rivals' ? item.about.rivals.map(({ unit }) => unit) : [];
  const how = item.answer?.options.includes('serialize') ? 'serialize' : 'parallelize';
  return work.conflicts
    .filter(({ verdict }) => verdict === 'ASK_OPERATOR')
    .map((each) => state.works.get(each.with))
    .filter((other) => other !== undefined && asked.includes(other.unit.id))
    .flatMap((other) => (other ? decide(work, other, how) : []));
}
