/** Asks items, withdraws them, and confirms that answers have arrived. */
import type { Change } from '../../../shared/events.ts';
import type { AnyQuestion, AskerWait, Asking, Item } from '../../../shared/item-words.ts';
import { ALLOW_UNIT, type ToolPermission } from '../../../shared/policy-words.ts';
import type { WorkUnit } from '../../../shared/words.ts';
import { isAsked } from '../delivery.ts';
import { itemOf, workOf } from '../lookup.ts';
import { conflict } from '../refusal.ts';
import { findItem, isDone, isOpen, isPending, isReleased, liveRun, phaseOf, type State } from '../state.ts';
import { endedCode, endedRefusal } from './answers.ts';
import type { Decision, ItemRef } from './decision.ts';
import { answerByRule, type Ruled, type Rules, ruled } from './policy.ts';

export interface Asker {
  readonly key: string;
  readonly chunk: string;
  /** The run that asks; null: somebody outside any run. */
  readonly run: number | null;
  readonly asked_by: string;
  readonly asker_waits?: AskerWait | undefined;
}

/** Of a question, `kind` is said where it does not follow from whether words are allowed: of a permission. */
export interface Question extends Asking {
  readonly kind?: 'question' | 'decision' | undefined;
  /** What a rule may answer. */
  readonly permission?: ToolPermission | undefined;
}

export interface AskInput extends Asker, Question {}

/**
 * Asks several things at once, an item each, in one commit; the asker waits for all. The id of the nth item is
 * the key and its number.
 */
export function askAll(
  state: State,
  asker: Asker,
  questions: readonly Question[],
  rules: Rules | null = null,
): Decision<{ items: readonly string[] }> {
  const key = (nth: number) => (questions.length === 1 ? asker.key : `${asker.key}.${nth + 1}`);
  const work = workOf(state, asker.chunk);
  const decisions = questions.map((given, nth) => {
    const found = ruled(work, given, rules?.requests[nth] ?? null, rules);
    const decision = ask(state, { ...asker, ...found.question, key: key(nth) });
    return { ...decision, byPolicy: rules === null ? [] : answeredBy(work, decision, found, rules) };
  });
  return {
    changes: decisions.flatMap(({ changes }) => changes),
    byPolicy: decisions.flatMap(({ byPolicy }) => byPolicy),
    result: { items: decisions.map(({ result }) => result.item) },
  };
}

/** A rule answers what is asked now, and what an earlier run asked that nobody has answered yet. */
function answeredBy(work: WorkUnit, { changes }: Decision, found: Ruled, { at }: Rules): readonly Change[] {
  return changes.flatMap(({ type, data }) => {
    if (type === 'item.asked') return answerByRule(work, data, found, at);
    const earlier = type === 'item.attached' ? work.items.find(({ id }) => id === data.id) : undefined;
    return earlier && isOpen(earlier) && type === 'item.attached' ? answerByRule(work, data, found, at) : [];
  });
}

/**
 * Asks the operator. The key becomes the id of the item, so asking again with it finds the same item; other
 * words under the same key make a new version. Asking the same thing under another key finds what is open or
 * was never delivered: a shell tool may have cut off the command that waited, or an earlier run ended.
 */
export function ask(state: State, input: AskInput): Decision<ItemRef> {
  const work = workOf(state, input.chunk);
  const { id: unit } = work.unit;
  const known = findItem(state, input.key);
  if (known) return askAgain(known, work, input);
  if (isDone(work)) throw conflict('unit-done', `${input.chunk} is done: nobody would read the answer.`);
  refuseEnded(work, input);
  const earlier = attachable(work, input);
  if (earlier) {
    const data = { id: earlier.id, run: input.run ?? earlier.run, key: input.key };
    const changes: Change[] = [{ type: 'item.attached', unit, data }, ...waitChange(earlier, unit, input)];
    return { changes, result: { item: earlier.id } };
  }
  const data = {
    id: input.key,
    kind: kindOf(input),
    phase: phaseOf(work),
    run: input.run ?? work.runs.at(-1)?.number ?? 0,
    asked_by: input.asked_by,
    ...(input.asker_waits && { asker_waits: input.asker_waits }),
    ...asking(input),
  };
  return { changes: [{ type: 'item.asked', unit, data }], result: { item: input.key } };
}

function askAgain(
  { work, item }: { work: WorkUnit; item: Item },
  of: WorkUnit,
  input: AskInput,
): Decision<ItemRef> {
  const result = { item: item.id };
  if (work.unit.id !== of.unit.id)
    throw conflict('key-used', `The key ${input.key} belongs to an item of ${work.unit.chunk}.`);
  if (!isAsked(item))
    throw conflict('key-used', `The key ${input.key} belongs to an item that nobody asked.`);
  // Under the key of a later run that asked the same, only what made it the same counts.
  if (item.id === input.key ? sameAsking(item, input) : sameQuestion(item, input))
    return { changes: waitChange(item, work.unit.id, input), result };
  if (!isOpen(item))
    throw conflict(endedCode(item), 'This question has ended; ask the new one under another key.', [item]);
  refuseEnded(work, input);
  const data = { id: item.id, ...asking(input) };
  const changed: Change = { type: 'item.changed', unit: work.unit.id, data };
  return { changes: [changed, ...waitChange(item, work.unit.id, input)], result };
}

/** Who asks again waits anew. A call that is only sent again says the same moment, and changes nothing. */
function waitChange(item: Item, unit: number, asker: Asker): readonly Change[] {
  const before = item.asker_waits ?? null;
  const asker_waits = asker.asker_waits ?? null;
  const isSame = before?.until === asker_waits?.until && before?.after === asker_waits?.after;
  return isSame || !isOpen(item) ? [] : [{ type: 'item.awaited', unit, data: { id: item.id, asker_waits } }];
}

function refuseEnded(work: WorkUnit, { chunk, run }: AskInput): void {
  if (run !== null && liveRun(work)?.number !== run)
    throw conflict('run-ended', `Run ${run} of ${chunk} has ended: it cannot ask any more.`);
}

/** Outside of runs, only what was asked from there: an agent's answer must not go to a terminal. */
function attachable(work: WorkUnit, input: AskInput): Item | undefined {
  const phase = phaseOf(work);
  const run = input.run ?? liveRun(work)?.number;
  return work.items.find(
    (item) =>
      isAsked(item) &&
      // Work done elsewhere may have come to another phase within its run.
      (item.phase === phase || item.run === run) &&
      item.withdrawal === null &&
      item.delivery === null &&
      (input.run !== null || item.asked_by === input.asked_by) &&
      sameQuestion(item, input),
  );
}

const asking = ({ prompt, context, options, multiple, allows_text, offers }: Asking): Asking => ({
  prompt,
  context,
  options,
  multiple,
  allows_text,
  ...(offers && { offers }),
});

const kindOf = ({ kind, allows_text }: Question) => kind ?? (allows_text ? 'question' : 'decision');

/** Without what the daemon has added, which depends on the rules of the moment. */
const offered = ({ options }: Asking) => options.filter(({ id }) => id !== ALLOW_UNIT);

/** A permission is for what its context shows: the same words about another command are another question. */
const sameQuestion = (item: Item, asked: Question): boolean =>
  item.about === undefined &&
  item.prompt === asked.prompt &&
  JSON.stringify(offered(item)) === JSON.stringify(offered(asked)) &&
  (asked.kind !== 'decision' || JSON.stringify(item.context) === JSON.stringify(asked.context));

const sameAsking = (a: AnyQuestion, b: Asking): boolean => a.about === undefined && asAsked(a) === asAsked(b);

const asAsked = ({ offers: _, ...asked }: Asking): string =>
  JSON.stringify(asking({ ...asked, options: offered(asked) }));

/** The asker, or the operator, no longer wants an answer. */
export function withdraw(
  state: State,
  input: { chunk: string; item: string; why: string },
  code: 'operator' | 'asker',
): Decision<ItemRef> {
  const work = workOf(state, input.chunk);
  const item = itemOf(work, input.item);
  if (!isPending(item)) throw endedRefusal(item);
  if (!isAsked(item))
    throw conflict('not-asked', 'Nobody asked this who could withdraw it: answer it.', [item]);
  const data = { id: item.id, code, text: input.why };
  return { changes: [{ type: 'item.withdrawn', unit: work.unit.id, data }], result: { item: item.id } };
}

/** The waiting client has printed the answer. */
export function confirm(
  state: State,
  input: { chunk: string; item: string; run: number | null },
): Decision<ItemRef> {
  const work = workOf(state, input.chunk);
  const item = itemOf(work, input.item);
  const result = { item: item.id };
  if (!isReleased(item)) throw conflict('not-answered', 'There is no answer yet to confirm.', [item]);
  if (item.delivery !== null) return { changes: [], result };
  const data = { id: item.id, run: input.run ?? item.run };
  return { changes: [{ type: 'item.delivered', unit: work.unit.id, data }], result };
}
