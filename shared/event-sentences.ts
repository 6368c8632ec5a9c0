/** An event of the log in words. */
import { askingOf } from './daemon-question-sentences.ts';
import type { Event } from './events.ts';
import type { Item } from './item-words.ts';
import {
  configuredWords,
  droppedWords,
  failedWords,
  plannedWords,
  sentWords,
  skippedWords,
} from './notify-sentences.ts';
import { ruleNameWords, ruleWords } from './policy-sentences.ts';
import {
  closingWords,
  conflictReasonWords,
  holdWords,
  limitWords,
  outcomeWords,
  sessionEndWords,
  wakeWords,
  withdrawalWords,
} from './reason-sentences.ts';
import {
  commentWords,
  disagreementWords,
  refusalWords,
  saidWords,
  snoozedWords,
  statWords,
} from './sentences.ts';
import { overriddenWords } from './status-sentences.ts';
import { END_WORDS, verdictWords } from './unit-sentences.ts';
import { moneyWords, usageWords } from './usage-words.ts';
import type { Kill } from './words.ts';

/** An event as a line of a unit's history. */
export const eventWords = ({ type, data }: Event, items: readonly Item[]): string =>
  (EVENT_WORDS[type] as (data: Event['data'], items: readonly Item[]) => string)(data, items);

/** By type of event: what was done, from its data; `items` are those of the unit. */
const EVENT_WORDS: {
  readonly [Type in Event['type']]: (
    data: Extract<Event, { type: Type }>['data'],
    items: readonly Item[],
  ) => string;
} = {
  'config.updated': (data) =>
    `set ${Object.entries(data)
      .map(([name, value]) => `${name} to ${value}`)
      .join(', ')}`,
  'agents.trusted': (data) => `trusts the agents ${data.agents.map(({ name }) => name).join(', ')}`,
  'executors.configured': (data) =>
    data.executors.length === 0
      ? 'runs work on this machine alone'
      : `runs may work on ${data.executors.map(({ name }) => name).join(', ')}`,
  'notice.planned': plannedWords,
  'notice.skipped': skippedWords,
  'notice.sent': sentWords,
  'notice.failed': failedWords,
  'notice.dropped': droppedWords,
  'notify.configured': configuredWords,
  'unit.added': () => 'added',
  'token.added': (data) =>
    `a token for ${data.role === 'embed' ? data.origin : `the role ${data.role}`}${data.name ? ` (${data.name})` : ''}`,
  'token.revoked': (data) => `revoked the token ${data.id}`,
  'session.opened': () => 'signed in',
  'session.renewed': () => 'still signed in',
  'session.ended': (data) => `signed out: ${sessionEndWords(data.code)}`,
  'unit.closed': (data) => `closed: ${closingWords(data)}`,
  'unit.edited': (data) => `edited: ${Object.keys(data).join(', ')}`,
  'unit.held': (data) => `held: ${holdWords(data)}`,
  'unit.released': () => 'released',
  'rule.added': (data) => `from now on allows by itself, in this unit: ${ruleWords(data)} (rule ${data.id})`,
  'rule.removed': (data) => `asks again what the rule ${data.id} allowed`,
  'unit.prioritized': (data) => `priority is now ${data.priority}`,
  'unit.removed': () => 'removed',
  'unit.archived': () => 'archived: it is over for long',
  'dependency.added': (data) => `waits for ${data.on}`,
  'dependency.removed': (data) =>
    `no longer waits for ${data.on}: ${data.code === 'removed' ? `${data.on} was removed` : 'unlinked'}`,
  'dependency.met': (data) => `no longer waits for ${data.on}, which is done`,
  'phase.finished': (data) => `finished ${data.phase}`,
  'phase.reopened': (data) => `sent back to ${data.phase}`,
  'worktree.planned': (data) =>
    `gets a worktree on the branch ${data.branch}, from ${data.base ?? data.base_commit.slice(0, 10)}`,
  'worktree.made': () => 'the worktree is there',
  'worktree.ready': () => 'the worktree is ready',
  'worktree.pruned': (data) => `the worktree was removed; its last state is kept as ${data.ref}`,
  'worktree.forgotten': () => 'what was kept of the worktree is dropped',
  'worktree.restored': () => 'the worktree was brought back',
  'work.snapshot': (data) => `has changed ${statWords(data)} (${data.commit.slice(0, 10)})`,
  'comment.added': (data) => `commented: ${commentWords(data)}`,
  'comment.removed': () => 'took a comment back',
  'merge.approved': (data) => `may be merged as it was at ${data.snapshot.slice(0, 10)}`,
  'merge.planned': (data) => `merging (${data.strategy}): the base moves to ${data.new.slice(0, 10)}`,
  'merge.refused': (data) => `the base could not be moved (${data.why})`,
  'merge.rebasing': () => 'handed to its agent, to be put onto the base as it is now',
  'merge.ended': ({ how }) => END_WORDS[how],
  'run.started': (data, items) =>
    `started run ${data.number} (${data.phase}, ${data.agent}${data.executor ? `, on ${data.executor}` : ''})${data.override ? `, although ${overriddenWords(data.override, items)}` : ''}`,
  'run.spawned': (data) => `run ${data.number} is process ${data.pid}`,
  'run.submitted': (data) => `run ${data.number} was handed over as job ${data.job}`,
  'run.claimed': (data) => `run ${data.number} is carried by ${data.carrier.machine}`,
  'conflict.judged': (data) =>
    `${data.decided_by === 'operator' ? 'decided' : 'found'}: ${verdictWords(data.verdict)} beside unit ${data.with} (${conflictReasonWords(data, data.overlapping_files.length)})`,
  'conflict.noted': (data) => disagreementWords(data),
  'retry.scheduled': (data) => `tries again by itself at ${data.due.slice(11, 19)} UTC (${data.nth}.)`,
  'retry.due': () => 'the time to try again has come',
  'run.killing': (data) => killWords(data),
  'run.interrupted': (data) => `said to run ${data.number}: ${data.text}`,
  'run.told': (data) => `run ${data.number} was told`,
  'run.noted': (data) => `run ${data.number} has the session ${data.session}`,
  'run.said': (data) => `run ${data.number} says: ${data.text}`,
  'run.used': (data) => `run ${data.number} has used ${usageWords(data.usage)} so far`,
  'budget.raised': (data) =>
    'day' in data ? `may go on, on ${data.day}` : `may cost ${moneyWords(data.micro_usd)} in all`,
  'run.refused': (data) =>
    `run ${data.number} was refused without you: ${data.refused.map(refusalWords).join('; ')}`,
  'run.ended': (data) => `run ${data.number} ${outcomeWords(data.outcome)}`,
  'item.asked': (data) => `asked: ${askingOf(data).prompt}`,
  'item.attached': (data, items) => `run ${data.run} asked again: ${promptOf(data.id, items)}`,
  'item.snoozed': (data, items) => `${snoozedWords(data)}: ${promptOf(data.id, items)}`,
  'item.woke': (data, items) => `back in the queue, ${wakeWords(data)}: ${promptOf(data.id, items)}`,
  'item.changed': (data, items) => {
    const { phase = '', run = 0 } = itemOf(data.id, items) ?? {};
    return `changed the question: ${askingOf({ ...data, phase, run }).prompt}`;
  },
  'item.awaited': ({ id, asker_waits }, items) =>
    `waits for the answer ${asker_waits === null ? 'for as long as it takes' : `until ${asker_waits.until.slice(11, 19)} UTC`}: ${promptOf(id, items)}`,
  'item.answered': (data, items) =>
    `answered “${promptOf(data.id, items)}”: ${saidWords({ answer: data.answer, options: askingOfId(data.id, items)?.options ?? [] })}${data.rule ? ` (${ruleNameWords(data.rule)})` : ''}`,
  'item.reopened': (data, items) => `took the answer back: ${promptOf(data.id, items)}`,
  'item.released': (data, items) => `the answer went out: ${promptOf(data.id, items)}`,
  'item.given': (data, items) => `run ${data.run} is given the answer: ${promptOf(data.id, items)}`,
  'item.delivered': (data, items) => `run ${data.run} got the answer: ${promptOf(data.id, items)}`,
  'item.withdrawn': (data, items) =>
    `withdrawn (${withdrawalWords({ withdrawal: { ...data, at: '' }, answer: itemOf(data.id, items)?.answer ?? null })}): ${promptOf(data.id, items)}`,
};

const itemOf = (id: string, items: readonly Item[]) => items.find((item) => item.id === id);
const askingOfId = (id: string, items: readonly Item[]) => {
  const item = itemOf(id, items);
  return item && askingOf(item);
};
const promptOf = (id: string, items: readonly Item[]) => askingOfId(id, items)?.prompt ?? 'an item';

function killWords(kill: Kill & { readonly number: number }): string {
  const { number, next } = kill;
  if (kill.next === 'stuck') return `stops run ${number}: ${limitWords(kill)}`;
  return `wants run ${number} killed${next === 'hold' ? '' : `, then to ${next} the unit`}`;
}
