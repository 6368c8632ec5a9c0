/** Answers a permission by the operator's rules, in the commit that asks it. */
import type { Change } from '../../../shared/events.ts';
import type { Item, ItemOption } from '../../../shared/item-words.ts';
import { ALLOW_UNIT, type NewRule, type ToolPermission } from '../../../shared/policy-words.ts';
import type { Moment, WorkUnit } from '../../../shared/words.ts';
import { workOf } from '../lookup.ts';
import { type Policy, type PolicyRequest, type PolicyVerdict, unitRule, verdictOn } from '../policy.ts';
import { notFound } from '../refusal.ts';
import type { State } from '../state.ts';
import type { Question } from './asks.ts';
import type { Decision } from './decision.ts';

/** What a commit needs to answer by itself. */
export interface Rules {
  readonly policy: Pick<Policy, 'rules' | 'problem'>;
  /** Of each question, in order; null: it is none that a rule could answer. */
  readonly requests: readonly (PolicyRequest | null)[];
  readonly at: Moment;
}

/** A question as it is asked, and how the rules answer it. */
export interface Ruled {
  readonly question: Question;
  readonly verdict: PolicyVerdict | null;
}

/** The daemon adds the choice that makes a rule; where a rule says that it is to be asked, there is none to make. */
export function ruled(
  work: WorkUnit,
  question: Question,
  request: PolicyRequest | null,
  rules: Rules | null,
): Ruled {
  const { permission } = question;
  if (!permission || !request || rules === null) return { question, verdict: null };
  const verdict = verdictOn(request, rules.policy, work.unit.rules ?? []);
  const rule = verdict.rule === null && permission.allow !== null ? unitRule(request) : null;
  return { question: rule === null ? question : withUnitOption(question, permission, rule), verdict };
}

function withUnitOption(question: Question, { allow }: ToolPermission, rule: NewRule): Question {
  // `askingOf` words it, from the rule.
  const option: ItemOption = { id: ALLOW_UNIT, label: '', description: '' };
  const at = question.options.findIndex(({ id }) => id === allow) + 1;
  return { ...question, offers: rule, options: question.options.toSpliced(at, 0, option) };
}

/** The answer of a rule, given, sent and received in one: nobody is left to wait for it. */
export function answerByRule(
  { unit }: WorkUnit,
  item: Pick<Item, 'id' | 'run'>,
  { verdict, question: { permission } }: Ruled,
  at: Moment,
): readonly Change[] {
  if (!verdict?.rule || !permission || verdict.answer === 'ask') return [];
  const option = verdict.answer === 'allow' ? permission.allow : permission.deny;
  if (option === null) return [];
  const answer = { options: [option], text: '' };
  const { id } = item;
  return [
    {
      type: 'item.answered',
      unit: unit.id,
      data: { id, answer, release_due: at, key: null, rule: verdict.rule },
    },
    { type: 'item.released', unit: unit.id, data: { id } },
    { type: 'item.delivered', unit: unit.id, data: { id, run: item.run } },
  ];
}

/** What "Allow for this unit" does once it is out. */
export function ruleChosen({ unit }: WorkUnit, { offers: rule, answer }: Item): readonly Change[] {
  if (!rule || !answer?.options.includes(ALLOW_UNIT)) return [];
  const known = unit.rules ?? [];
  if (known.some(({ id: _, ...each }) => JSON.stringify(each) === JSON.stringify(rule))) return [];
  const last = Math.max(0, ...known.map(({ id }) => Number(id.slice('unit-'.length))));
  return [{ type: 'rule.added', unit: unit.id, data: { id: `unit-${last + 1}`, ...rule } }];
}

/** From now on it is asked again. */
export function removeRule(state: State, { chunk, rule }: { chunk: string; rule: string }): Decision {
  const work = workOf(state, chunk);
  if (!work.unit.rules?.some(({ id }) => id === rule)) throw notFound(`${chunk} has no rule ${rule}.`);
  return { changes: [{ type: 'rule.removed', unit: work.unit.id, data: { id: rule } }] };
}
