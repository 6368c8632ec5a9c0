/**
 * The keys of the page. Single keys count only where nobody types, and a browser can turn them off. They press what is on
 * the page: what a press may do, and when, is decided where it is for every press.
 */
import { under } from '../../shared/base-path.ts';
import type { KeyLine } from '../../shared/keys.ts';
import { openHelp } from './keys-help.ts';

/** What `j` and `k` move through, in the order of the page. */
const ENTRIES = '.card > details > summary, .cell > a:first-of-type, .graph a, table.lines td.n a';
const AROUND = '.card, .cell';

/** What keys do on this page, besides what they do on each. */
export interface PageKeys {
  /** Addresses by key, of which some are places on this page. */
  readonly to: Readonly<Record<string, string>>;
  /** Those after `g`. */
  readonly afterG: Readonly<Record<string, string>>;
  /** All keys, for their list. */
  readonly lines: readonly KeyLine[];
  readonly openCommands?: () => void;
}

export class Keyboard {
  readonly #keys: PageKeys;
  /** After `g`, the next key says where to. */
  #goes = false;

  constructor(keys: PageKeys) {
    this.#keys = keys;
  }

  press({ key, ctrlKey, metaKey }: KeyboardEvent): void {
    if (document.querySelector('dialog[open]')) return;
    const to = (this.#goes ? this.#keys.afterG[key] : undefined) ?? this.#keys.to[key];
    this.#goes = false;
    if (ctrlKey || metaKey) this.#keys.openCommands?.();
    else if (to) go(to);
    else if (/^[1-9]$/.test(key)) choose(Number(key));
    else this.#act(key);
  }

  #act(key: string): void {
    if (key === 'g') this.#goes = true;
    else if (key === 'j') move(1);
    else if (key === 'k') move(-1);
    else if (key === 'a') answer();
    else if (key === 's') snooze();
    else if (key === 'z') undo();
    else if (key === '?') openHelp(this.#keys.lines);
  }
}

/** Goes to a path; where that is on this page, just there. */
function go(path: string): void {
  const [, id] = path.split('#');
  const there = id ? document.getElementById(id) : null;
  if (!there) location.assign(under(path));
  else {
    there.focus();
    if (there instanceof HTMLInputElement) there.select();
  }
}

function move(step: 1 | -1): void {
  const entries = [...document.querySelectorAll<HTMLElement>(ENTRIES)].filter((each) =>
    each.checkVisibility(),
  );
  const around = document.activeElement?.closest(AROUND) ?? document.activeElement;
  const at = entries.findIndex((entry) => around?.contains(entry) && around !== document.body);
  const first = step > 0 ? 0 : entries.length - 1;
  const next = entries[at < 0 ? first : at + step];
  next?.focus();
  next?.scrollIntoView({ block: 'nearest' });
}

const cardHere = (): Element | null => document.activeElement?.closest('.card') ?? null;

/** Opens a card; returns whether it was open: nobody chooses what they could not read. */
function unfold(card: Element): boolean {
  const details = card.querySelector('details');
  const wasOpen = details?.open ?? true;
  if (details) details.open = true;
  return wasOpen;
}

function choose(nth: number): void {
  const card = cardHere();
  const option = card?.querySelectorAll<HTMLElement>('form.answer [name=option]')[nth - 1];
  if (!card || !option || !unfold(card)) return;
  option.focus();
  option.click();
}

function answer(): void {
  const card = cardHere();
  if (!card) return;
  unfold(card);
  const field = card.querySelector<HTMLElement>('form.answer textarea');
  (field ?? card.querySelector<HTMLElement>('form.answer [name=option]'))?.focus();
}

function snooze(): void {
  const card = cardHere();
  const form = card?.querySelector('form[action$="/snooze"]');
  if (!card || !form) return;
  unfold(card);
  const folded = form.closest('details');
  if (folded) folded.open = true;
  form.querySelector<HTMLElement>('select, input:not([type=hidden])')?.focus();
}

/** Of those that can be taken back, the latest stands last. */
function undo(): void {
  [...document.querySelectorAll<HTMLElement>('form[action$="/undo"] button')].at(-1)?.click();
}
