/** A thousand things happen at random while somebody types: words, caret and focus stay, and what is new is announced. */
import { expect } from '@open-wc/testing';
import { keepCount } from '../../client/page/tab-count.ts';
import type { Card, Counts } from '../../shared/board.ts';
import type { PageData } from '../../shared/page-data.ts';
import { answered, card, goingOut } from './board-rows.ts';
import { all, drawn, field, one, openPage, type Page, unfold } from './harness.ts';

const STEPS = 250;
const STEP_MS = 200;
const ANNOUNCE_MS = 5000;

/** Equal numbers for equal seeds (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The clock of the announcements: it moves with the steps, not with the machine. */
class Clock {
  now = 0;
  #waiting: { readonly at: number; readonly act: () => void }[] = [];
  readonly #real = window.setTimeout;

  constructor() {
    window.setTimeout = ((act: () => void, ms = 0) => {
      if (ms !== ANNOUNCE_MS) return this.#real.call(window, act, ms);
      this.#waiting.push({ at: this.now + ms, act });
      return 1;
    }) as typeof window.setTimeout;
  }

  move(ms: number): void {
    this.now += ms;
    const due = this.#waiting.filter(({ at }) => at <= this.now);
    this.#waiting = this.#waiting.filter(({ at }) => at > this.now);
    for (const { act } of due) act();
  }

  leave(): void {
    window.setTimeout = this.#real;
  }
}

/** The daemon's side: the items as they are, and what happens to them. */
class Queue {
  readonly items = new Map<string, Card>();
  /** When each came that has not been announced; it may go unsaid if it leaves before. */
  readonly fresh = new Map<string, number>();
  readonly #random: () => number;
  #made = 0;

  constructor(random: () => number) {
    this.#random = random;
    for (let nth = 0; nth < 8; nth++) this.#make();
  }

  get counts(): Counts {
    const items = [...this.items.values()].filter(({ state }) => state === 'open').length;
    const units = { RUNNING: 0, NEEDS_ATTENTION: items, READY: 0, BLOCKED: 0, DONE: 0 };
    return { row: 'counts', key: 'counts', seq: 1, order: [], units, items, archived: 0, found: null };
  }

  #make(): Card {
    const id = `i${this.#made++}`;
    const made = card(id, Math.floor(this.#random() * 1000));
    this.items.set(id, made);
    return made;
  }

  pick(): Card | undefined {
    return [...this.items.values()][Math.floor(this.#random() * this.items.size)];
  }

  /** One thing of the kinds that happen: something new, another order, another question, an answer by somebody else, a withdrawal. */
  happen({ wire }: Page, now: number): void {
    const what = this.#random();
    const old = this.pick();
    if (what < 0.3 || !old || this.items.size < 4) {
      const made = this.#make();
      this.fresh.set(made.id, now);
      wire.put(made, this.counts);
    } else if (what < 0.6)
      this.#set({ ...old, order: [Math.floor(this.#random() * 1000), 0, old.asked_at, old.id] }, wire);
    else if (what < 0.7) this.#set({ ...old, version: old.version + 1, prompt: `${old.prompt}!` }, wire);
    else if (what < 0.8 && old.state === 'open') this.#set(goingOut(old), wire);
    else this.#end(old, wire);
  }

  #set(row: Card, wire: Page['wire']): void {
    this.items.set(row.id, row);
    if (row.state !== 'open') this.fresh.delete(row.id);
    wire.put(row, this.counts);
  }

  #end(old: Card, wire: Page['wire']): void {
    this.items.delete(old.id);
    this.fresh.delete(old.id);
    wire.drop(old.key);
    wire.put(this.counts);
  }

  /** The page asks how an item ended that it holds words for. */
  tellEnds({ wire }: Page): void {
    for (const { input, resolve } of wire.questions.splice(0)) {
      const id = input.item ?? '';
      resolve({ rows: [this.items.get(id) ?? answered(card(id, 1))] });
    }
  }
}

/** Somebody who types into a card, and into another when that one is over. */
class Typist {
  readonly #random: () => number;
  #item: string | null = null;
  #words = '';
  #caret = 0;

  constructor(random: () => number) {
    this.#random = random;
  }

  /** What must be true after everything that happened meanwhile. */
  check(): void {
    expect(document.activeElement).not.to.equal(document.body);
    if (this.#item === null) return;
    const area = field(this.#item);
    expect(area.value).to.equal(this.#words);
    expect(area.selectionStart).to.equal(this.#caret);
    expect(
      document.activeElement === area,
      `the focus is on the words, not on ${document.activeElement?.outerHTML.slice(0, 80)}`,
    ).to.equal(true);
  }

  type(queue: Queue): void {
    if (this.#item !== null && (field(this.#item).readOnly || this.#random() < 0.02)) this.#leave();
    if (this.#item === null && !this.#begin(queue)) return;
    const area = field(this.#item ?? '');
    const caret = Math.floor(this.#random() * (area.value.length + 1));
    area.setRangeText('x', caret, caret, 'end');
    area.dispatchEvent(new InputEvent('input', { bubbles: true }));
    this.#words = area.value;
    this.#caret = area.selectionStart;
  }

  #begin(queue: Queue): boolean {
    const next = queue.pick();
    if (next?.state !== 'open' || field(next.id).readOnly) return false;
    this.#item = next.id;
    unfold(next.id);
    field(next.id).focus();
    return true;
  }

  /** Takes the words away again: by the button where the item is over. */
  #leave(): void {
    const item = this.#item ?? '';
    this.#item = null;
    const dismiss = document.querySelector<HTMLElement>(`#item-${item} [data-do=dismiss]`);
    const area = field(item);
    if (dismiss) {
      dismiss.focus();
      dismiss.click();
      return;
    }
    area.value = '';
    area.dispatchEvent(new InputEvent('input', { bubbles: true }));
  }
}

describe('a page on which somebody types while things happen', function () {
  this.timeout(20_000);
  let clock: Clock;
  beforeEach(() => {
    clock = new Clock();
  });
  afterEach(() => clock.leave());

  for (const seed of [1, 2, 3, 4])
    it(`keeps words, caret and focus, and announces what is new (${seed})`, async () => {
      const random = randomOf(seed);
      const queue = new Queue(random);
      const page = await openPage({ rows: [...queue.items.values()] });
      const status = one('#announce');
      const told: number[] = [];
      const watch = new MutationObserver(() => {
        told.push(clock.now);
        queue.fresh.clear();
      });
      watch.observe(status, { childList: true });
      keepCount(page.live, JSON.parse(one('#page-data').textContent ?? '') as PageData, status);
      const typist = new Typist(random);
      for (let step = 0; step < STEPS; step++) {
        typist.type(queue);
        await drawn(page);
        queue.happen(page, clock.now);
        await drawn(page);
        queue.tellEnds(page);
        await drawn(page);
        typist.check();
        clock.move(STEP_MS);
        await drawn(page);
        for (const [item, at] of queue.fresh)
          expect(clock.now - at, `${item} was not announced`).to.be.at.most(ANNOUNCE_MS);
      }
      watch.disconnect();
      expect(told.length).to.be.greaterThan(5);
      for (const [nth, at] of told.slice(1).entries())
        expect(at - (told[nth] ?? 0)).to.be.at.least(ANNOUNCE_MS);
      expect(all('.card').length).to.be.greaterThan(0);
    });
});
