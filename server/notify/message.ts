/** A notice in words. What agents wrote is cut, and holds nothing that a receiver would take for more than text. */
import { askingOf } from '../../shared/daemon-question-sentences.ts';
import type { ItemKind } from '../../shared/item-words.ts';
import type { Told } from '../../shared/notify-words.ts';
import { plain } from '../../shared/terminal-text.ts';
import { impactOf } from '../domain/impact.ts';
import type { State } from '../domain/state.ts';

export interface OutgoingMessage {
  /** Names the message: a repetition has the same. */
  readonly id: string;
  readonly title: string;
  readonly text: string;
  /** A path of ours: whoever opens it must sign in. */
  readonly path: string;
  readonly kinds: readonly ItemKind[];
  readonly items: readonly MessageItem[];
  readonly sound: boolean;
}

export interface MessageItem {
  readonly item: string;
  readonly chunk: string;
  readonly kind: ItemKind;
  /** How many units an answer sets free. */
  readonly frees: number;
}

interface Asked extends MessageItem {
  readonly prompt: string;
}

export interface Wording {
  readonly id: string;
  readonly project: string;
  /** Whether the words of the agents may be in it. */
  readonly prompts: boolean;
  readonly sound: boolean;
}

const LONGEST_TITLE = 120;
const LONGEST_PROMPT = 500;
const LONGEST_LINE = 100;
const MOST_LINES = 8;

const SINGLE: Readonly<Record<ItemKind, string>> = {
  question: 'has a question',
  decision: 'needs a decision',
  review: 'waits for your review',
  stuck: 'is stuck',
  conflict: 'may be in the way of another unit',
};
const SEVERAL: Readonly<Record<ItemKind, string>> = {
  question: 'new questions',
  decision: 'new decisions',
  review: 'reviews wait',
  stuck: 'units are stuck',
  conflict: 'new conflicts',
};

/** `told`: at least one, all of them open. */
export function messageOf(state: State, told: readonly Told[], wording: Wording): OutgoingMessage {
  const asked = told.flatMap(({ unit, item }) => askedOf(state, unit, item));
  const [first] = asked;
  if (!first) throw new Error('a message about nothing');
  const kinds = [...new Set(asked.map(({ kind }) => kind))];
  const isOne = asked.length === 1;
  const what = isOne
    ? `${first.chunk} ${SINGLE[first.kind]}`
    : `${asked.length} ${kinds.length === 1 ? SEVERAL[first.kind] : 'new items need you'}`;
  return {
    id: wording.id,
    title: oneLine(`${wording.project}: ${what}`, LONGEST_TITLE),
    text: isOne ? one(first, wording) : several(asked, wording),
    path: isOne ? `/work-units/${first.chunk}` : '/',
    kinds,
    items: asked.map(({ prompt: _, ...item }) => item),
    sound: wording.sound,
  };
}

export const testMessage = ({ id, project, sound }: Wording): OutgoingMessage => ({
  id,
  title: oneLine(`${project}: a test`, LONGEST_TITLE),
  text: 'This is what a message of Signalbox looks like.',
  path: '/settings',
  kinds: [],
  items: [],
  sound,
});

function askedOf(state: State, unit: number, item: string): Asked[] {
  const work = state.works.get(unit);
  const found = work?.items.find(({ id }) => id === item);
  if (!work || !found) return [];
  const { kind } = found;
  const { prompt } = askingOf(found);
  return [{ item, chunk: work.unit.chunk, kind, frees: impactOf(state, unit).blocked, prompt }];
}

const freesWords = ({ frees }: Asked): string => (frees > 0 ? ` (frees ${frees})` : '');

function one(asked: Asked, { prompts }: Wording): string {
  const words = prompts ? cut(clean(asked.prompt), LONGEST_PROMPT) : `${asked.chunk} needs you`;
  return `${words}${freesWords(asked)}`;
}

function several(asked: readonly Asked[], { prompts }: Wording): string {
  const lines = asked.slice(0, MOST_LINES).map((each) => {
    const words = prompts ? `: ${oneLine(each.prompt, LONGEST_LINE)}` : `, ${each.kind}`;
    return `${each.chunk}${words}${freesWords(each)}`;
  });
  const left = asked.length - lines.length;
  return [...lines, ...(left > 0 ? [`and ${left} more`] : [])].join('\n');
}

/** Marks that turn the order of letters around, characters that are not seen, and halves of pairs, which are no UTF-8. */
const UNSEEN = /\p{Cs}|[\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff]/gu;
const clean = (text: string): string => plain(text.slice(0, LONGEST_READ)).replace(UNSEEN, '').trim();
/** What is longer is cut before anything else looks at it. */
const LONGEST_READ = 5000;

const oneLine = (text: string, most: number): string => cut(clean(text).replace(/\s+/g, ' '), most);

function cut(text: string, most: number): string {
  const characters = [...text];
  return characters.length <= most ? text : `${characters.slice(0, most - 1).join('')}…`;
}
