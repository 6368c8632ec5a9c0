/** How facts read. The same words on every door. */

import type { ConflictVerdict, Disagreement } from './conflict-words.ts';
import type { ItemLine } from './detail.ts';
import type { Event } from './events.ts';
import type { Answer, Asking, Item, Snooze } from './item-words.ts';
import type { Kill, Outcome, ToolRefusal } from './words.ts';

/** What was answered, in words: the labels of the chosen options, then the text. */
export function saidWords(item: {
  readonly answer: Answer | null;
  readonly options: Asking['options'];
}): string {
  if (!item.answer) return '';
  const { options, text } = item.answer;
  const labels = options.map((id) => item.options.find((option) => option.id === id)?.label ?? id);
  return [labels.join(', '), text].filter((part) => part !== '').join(': ');
}

/** How far an answer has come on its way, to stand behind it; empty: there is nothing to hand over. */
export function deliveryWords({
  delivery,
  given_to,
  delivered_to,
}: Pick<ItemLine, 'delivery' | 'given_to' | 'delivered_to'>): string {
  switch (delivery) {
    case null:
      return '';
    case 'undelivered':
      return 'not yet delivered';
    case 'given':
      return `not yet delivered: given to run ${given_to}`;
    case 'delivered':
      return delivered_to ? `delivered to run ${delivered_to}` : 'delivered';
    case 'never':
      return 'never delivered';
  }
}

/** Until when an item is out of the queue. */
export const snoozedWords = (snooze: Snooze | null): string =>
  snooze?.for == null
    ? `snoozed until ${snooze?.until?.slice(0, 16).replace('T', ' ')} UTC`
    : `snoozed until ${snooze.for} is done`;

/** How a run ended, to stand after "Run 3". */
export function outcomeWords(outcome: Outcome): string {
  switch (outcome.exit) {
    case 'exited':
      return outcome.code === 0 ? 'ended well' : `failed with exit code ${outcome.code}`;
    case 'refused':
      return `ended, but ${outcome.tools.join(', ')} was refused and you were not asked`;
    case 'reported':
      return outcome.success ? 'was reported finished' : 'was reported failed';
    case 'killed':
      return 'was killed';
    case 'stopped':
      return `was stopped: ${outcome.reason}`;
    case 'vanished':
      return 'vanished: its processes are gone and nothing says how it ended';
    case 'never-began':
      return `never began: ${outcome.reason}`;
  }
}

/** A refused tool call: `Bash: npm test`. */
export const refusalWords = ({ tool, subject }: ToolRefusal): string =>
  subject === '' ? tool : `${tool}: ${subject}`;

/** What a verdict on two units means. */
export const verdictWords = (verdict: ConflictVerdict): string =>
  ({
    INDEPENDENT: 'may be at work at the same time',
    SERIALIZE: 'never at work at the same time',
    ASK_OPERATOR: 'may be in each other’s way',
  })[verdict];

/** An analysis came to another verdict than the operator; empty: none has. */
export const disagreementWords = (noted: Disagreement | null): string =>
  noted === null ? '' : `an analysis disagrees: ${noted.verdict}, ${noted.reason}`;

/** An event as a line of a unit's history. */
export function eventWords(event: Event, items: readonly Item[]): string {
  const prompt = (id: string) => items.find((item) => item.id === id)?.prompt ?? 'an item';
  switch (event.type) {
    case 'config.updated':
      return `set ${Object.entries(event.data)
        .map(([name, value]) => `${name} to ${value}`)
        .join(', ')}`;
    case 'agents.trusted':
      return `trusts the agents ${event.data.agents.map(({ name }) => name).join(', ')}`;
    case 'unit.added':
      return 'added';
    case 'token.added':
      return `a token for ${event.data.role === 'embed' ? event.data.origin : `the role ${event.data.role}`}${event.data.name ? ` (${event.data.name})` : ''}`;
    case 'token.revoked':
      return `revoked the token ${event.data.id}`;
    case 'session.opened':
      return 'signed in';
    case 'session.renewed':
      return 'still signed in';
    case 'session.ended':
      return `signed out: ${event.data.why}`;
    case 'unit.closed':
      return `closed: ${event.data.reason}`;
    case 'unit.edited':
      return `edited: ${Object.keys(event.data).join(', ')}`;
    case 'unit.held':
      return `held: ${event.data.why}`;
    case 'unit.released':
      return 'released';
    case 'unit.prioritized':
      return `priority is now ${event.data.priority}`;
    case 'unit.removed':
      return 'removed';
    case 'dependency.added':
      return `waits for ${event.data.on}`;
    case 'dependency.removed':
      return `no longer waits for ${event.data.on}: ${event.data.why}`;
    case 'dependency.met':
      return `no longer waits for ${event.data.on}, which is done`;
    case 'phase.finished':
      return `finished ${event.data.phase}`;
    case 'run.started':
      return `started run ${event.data.number} (${event.data.phase}, ${event.data.agent})${event.data.override ? `, although ${event.data.override}` : ''}`;
    case 'run.spawned':
      return `run ${event.data.number} is process ${event.data.pid}`;
    case 'conflict.judged':
      return `${event.data.decided_by === 'operator' ? 'decided' : 'found'}: ${verdictWords(event.data.verdict)} beside unit ${event.data.with} (${event.data.reason})`;
    case 'conflict.noted':
      return disagreementWords(event.data);
    case 'retry.scheduled':
      return `tries again by itself at ${event.data.due.slice(11, 19)} UTC (${event.data.nth}.)`;
    case 'retry.due':
      return 'the time to try again has come';
    case 'run.killing':
      return killWords(event.data);
    case 'run.interrupted':
      return `said to run ${event.data.number}: ${event.data.text}`;
    case 'run.told':
      return `run ${event.data.number} was told`;
    case 'run.noted':
      return `run ${event.data.number} has the session ${event.data.session}`;
    case 'run.said':
      return `run ${event.data.number} says: ${event.data.text}`;
    case 'run.refused':
      return `run ${event.data.number} was refused without you: ${event.data.refused.map(refusalWords).join('; ')}`;
    case 'run.ended':
      return `run ${event.data.number} ${outcomeWords(event.data.outcome)}`;
    case 'item.asked':
      return `asked: ${event.data.prompt}`;
    case 'item.attached':
      return `run ${event.data.run} asked again: ${prompt(event.data.id)}`;
    case 'item.snoozed':
      return `${snoozedWords(event.data)}: ${prompt(event.data.id)}`;
    case 'item.woke':
      return `back in the queue, ${event.data.why}: ${prompt(event.data.id)}`;
    case 'item.changed':
      return `changed the question: ${event.data.prompt}`;
    case 'item.answered':
      return `answered “${prompt(event.data.id)}”: ${saidWords({ answer: event.data.answer, options: optionsOf(event.data.id, items) })}`;
    case 'item.reopened':
      return `took the answer back: ${prompt(event.data.id)}`;
    case 'item.released':
      return `the answer went out: ${prompt(event.data.id)}`;
    case 'item.given':
      return `run ${event.data.run} is given the answer: ${prompt(event.data.id)}`;
    case 'item.delivered':
      return `run ${event.data.run} got the answer: ${prompt(event.data.id)}`;
    case 'item.withdrawn':
      return `withdrawn (${event.data.why}): ${prompt(event.data.id)}`;
  }
}

function killWords({ number, next, reason }: Kill & { readonly number: number }): string {
  if (next === 'stuck') return `stops run ${number}: ${reason}`;
  return `wants run ${number} killed${next === 'hold' ? '' : `, then to ${next} the unit`}`;
}

const optionsOf = (id: string, items: readonly Item[]) => items.find((item) => item.id === id)?.options ?? [];
