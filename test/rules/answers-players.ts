/** Askers, runs and an operator around one unit: they do what they do, and note it in a book. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { composePrompt } from '../../server/agents/prompt.ts';
import { taskOf } from '../../server/agents/task.ts';
import { interruptRun, runTold } from '../../server/domain/commands/interrupt.ts';
import { killRun } from '../../server/domain/commands/kill.ts';
import { type ReportInput, report } from '../../server/domain/commands/reports.ts';
import { holdUnit, releaseUnit, removeUnit } from '../../server/domain/commands/steering.ts';
import { Refusal } from '../../server/domain/refusal.ts';
import { writeAnswers } from '../../server/runs/answers-file.ts';
import { codeOf } from '../../shared/daemon-questions.ts';
import type { Outcome, WorkUnit } from '../../shared/words.ts';
import { DAEMON, exited, type StoreFixture, spec } from '../core/store-fixture.ts';
import type { Random } from '../fuzz/random.ts';
import { Book, type By, type Entry } from './answers-book.ts';

/** Waits for the answer to one item, as a process does; dies with its run. */
interface Asker {
  readonly item: string;
  readonly by: By;
}

export const TOO_LONG: Outcome = { exit: 'never-began', detail: 'too long', code: 'answers-too-long' };
const WORDS = ['Port?', 'Host?', 'Name?'];
const OUTSIDE = 'somebody at a terminal';

export class Players {
  readonly chunk: string;
  readonly book: Book;
  readonly #random: Random;
  readonly isExternal: boolean;
  readonly #retries: boolean;
  house: StoreFixture;
  askers: Asker[] = [];
  #count = 0;

  constructor(house: StoreFixture, chunk: string, random: Random) {
    this.house = house;
    this.chunk = chunk;
    this.#random = random;
    const phases = random.between(1, 2);
    this.isExternal = random.oneIn(6);
    this.#retries = !this.isExternal && random.oneIn(3);
    this.book = new Book(phases, new Set([0, 1].filter((phase) => phase < phases && random.oneIn(3))));
  }

  async begin(): Promise<void> {
    const names = ['PLAN', 'IMPLEMENT'].slice(0, this.book.phases);
    const review = names.filter((_, nth) => this.book.reviewed.has(nth));
    const retry = this.#retries ? { times: 2, delay: 1, on: [2] } : null;
    await this.house.add(spec(this.chunk, { phases: names, review, retry, external: this.isExternal }));
  }

  get isOver(): boolean {
    return this.book.isDone || this.book.over !== '';
  }
  /** Where the answers file of its live run would be. */
  get path(): string {
    return join(this.house.folder, `${this.chunk}.json`);
  }
  get work(): WorkUnit {
    return this.house.work(this.chunk);
  }
  get canStart(): boolean {
    return this.book.run === null && this.house.status(this.chunk) === 'READY';
  }
  #next(): string {
    return `${this.chunk}.${++this.#count}`;
  }

  async ask(by: By, words = this.#random.pick(WORDS)): Promise<void> {
    const { book } = this;
    const key = this.#next();
    const same = book.sameAs(words, by);
    const run = by === 'agent' ? this.house.lastRun(this.chunk).number : null;
    const asked_by = by === 'agent' ? 'the agent' : OUTSIDE;
    const { result } = await this.house.ask(this.chunk, key, { prompt: words, run, asked_by });
    assert.equal(result.item, same?.id ?? key, `asking "${words}" finds what nobody has used, and only that`);
    if (!same) book.asked(key, 'question', words, by);
    this.askers.push({ item: same?.id ?? key, by });
  }

  async cut(): Promise<void> {
    const cut = this.#random.pick(this.askers);
    this.askers = this.askers.filter((each) => each !== cut);
  }

  /** An asker that finds its answer prints it, and confirms unless it is cut off between the two. */
  async look(): Promise<void> {
    const asker = this.#random.pick(this.askers);
    const entry = this.book.entries.find(({ id }) => id === asker.item);
    if (!entry || entry.state === 'open' || entry.state === 'going out') return;
    this.askers = this.askers.filter((each) => each !== asker);
    if (entry.state === 'withdrawn' || this.#random.oneIn(5)) return;
    const { id, answer } = this.house.item(entry.id);
    assert.equal(answer?.text, entry.text, 'the asker reads what the operator wrote');
    await this.house.confirm(this.chunk, id);
    entry.used = true;
  }

  async answer(entry: Entry, wait = 0): Promise<void> {
    const { version, code } = this.house.item(entry.id);
    const text = `<${this.#next()}>`;
    const [option, said] = this.#saidTo(entry, text, code !== null);
    const options = option === '' ? [] : [option];
    await this.house.answer(this.chunk, entry.id, { text: said, options, version, wait });
    this.book.answered(entry, option, said, this.house.now + wait);
    if (wait === 0) this.book.sends(entry);
  }

  #saidTo({ kind }: Entry, text: string, isTooLong: boolean): [string, string] {
    if (kind === 'question') return ['', text];
    if (kind === 'review')
      return this.#random.pick([
        ['approve', ''],
        ['approve', text],
        ['send-back', text],
      ]);
    if (isTooLong && this.#random.oneIn(2)) return ['by-file', ''];
    return this.#random.pick([
      ['retry', ''],
      ['retry', text],
      [this.#random.oneIn(8) ? 'close' : 'retry', text],
    ]);
  }

  /** Answers so that the work goes on. */
  async settles(entry: Entry): Promise<void> {
    const option = { question: '', stuck: 'retry', review: 'approve' }[entry.kind];
    const text = entry.kind === 'question' ? `<${this.#next()}>` : '';
    const { version } = this.house.item(entry.id);
    const options = option === '' ? [] : [option];
    await this.house.answer(this.chunk, entry.id, { text, options, version });
    this.book.answered(entry, option, text, this.house.now);
    this.book.sends(entry);
  }

  /** Before work done elsewhere is reported finished, its askers come back for what they have not got. */
  async endsWell(): Promise<void> {
    const left = this.isExternal ? this.book.unsettled() : [];
    for (const entry of left.filter(({ state, text }) => state === 'sent' && !this.book.run?.has(text))) {
      await this.house.confirm(this.chunk, entry.id);
      entry.used = true;
    }
    if (!this.book.unsettled().some(isPending) || !this.isExternal) await this.end(exited(0));
  }

  async undo(): Promise<void> {
    const entry = this.#random.pick(this.book.goingOut());
    await this.house.undo(this.chunk, entry.id, this.house.item(entry.id).version);
    this.book.tookBack(entry);
  }

  async withdraw(): Promise<void> {
    const entry = this.#random.pick(this.book.questions.filter(isPending));
    await this.house.withdraw(this.chunk, entry.id);
    entry.state = 'withdrawn';
  }

  /** A run reads its file when it begins, and its prompt has the same words. */
  async start(): Promise<void> {
    const { book } = this;
    if (this.isExternal) {
      await this.#report('started');
      return book.started(book.owed());
    }
    await this.house.start(this.chunk);
    const run = this.house.lastRun(this.chunk);
    writeAnswers(this.path, this.work, run.number);
    const found = newIn(this.path);
    assert.deepEqual(found.sort(), book.owed().sort(), 'a run that begins finds what nobody has used');
    const task = taskOf(this.work, run, '/project', this.path);
    const prompt = composePrompt(task, null);
    for (const text of task.by_file && found.length > 0 ? [this.path] : found)
      assert.ok(prompt.includes(text), `${text} is in the prompt`);
    book.started(found);
  }

  async end(outcome: Outcome): Promise<void> {
    const isWell = outcome.exit === 'exited' && outcome.code === 0;
    if (this.isExternal) return this.#endOutside(isWell);
    await this.house.end(this.chunk, outcome);
    this.#noteEnd(isWell, outcome);
  }

  #noteEnd(isWell: boolean, outcome: Outcome): void {
    this.askers = this.askers.filter(({ by }) => by !== 'agent');
    const isOpen = this.book.questions.some(isPending);
    const what = this.book.ended(isWell);
    const [card, ...more] = this.#newCards();
    assert.deepEqual(more, []);
    if (what === 'up for review') assert.equal(card?.kind, 'review');
    else if (what !== 'badly') assert.equal(card, undefined, `${what}: nobody is asked`);
    else if (isOpen) assert.equal(card, undefined, 'the open question says enough');
    else if (outcome.exit !== 'never-began' && !this.#retries) assert.equal(card?.kind, 'stuck');
    else if (outcome === TOO_LONG) assert.equal(card && codeOf(card), 'answers-too-long');
  }

  /** What the operator sees that nobody in this history has asked. */
  #newCards() {
    const known = new Set(this.book.entries.map(({ id }) => id));
    const cards = this.work.items.filter(({ id }) => !known.has(id));
    for (const { id, kind } of cards)
      this.book.asked(id, kind === 'review' ? 'review' : 'stuck', '', 'agent');
    return cards;
  }

  /** Work that is done elsewhere may not be reported finished over an answer that nobody took. */
  async #endOutside(isWell: boolean): Promise<void> {
    if (!isWell) {
      await this.#report('failed');
      return this.#noteEnd(false, exited(1));
    }
    const had = this.book.run ?? new Set();
    const mayNot = this.book.unsettled().some(({ text }) => text === '' || !had.has(text));
    const refusal = await this.#report('finished').then(
      () => null,
      (error: unknown) => error,
    );
    if (refusal !== null && !(refusal instanceof Refusal)) throw refusal;
    assert.equal(refusal !== null, mayNot, `finished is refused: ${refusal?.message}`);
    if (!mayNot) this.#noteEnd(true, exited(0));
  }

  #report(what: ReportInput['what']): Promise<unknown> {
    const input = { chunk: this.chunk, what, all: false, override: false, words: '' };
    return this.house.commit((state, at) => report(state, input, at, this.#next()));
  }

  async kill(): Promise<void> {
    const { chunk } = this;
    await this.house.commit((state) => killRun(state, { chunk, run: null, next: 'hold' }));
    await this.house.end(chunk, { exit: 'killed' });
    this.askers = this.askers.filter(({ by }) => by !== 'agent');
    this.book.ended(false);
    this.book.held = true;
  }

  /** Said to a run at work; most of the time it is told, which is to find the words in its file. */
  async say(): Promise<void> {
    const text = `<${this.#next()}>`;
    const { unit, number, messages } = this.house.lastRun(this.chunk);
    await this.house.commit((state) => interruptRun(state, { chunk: this.chunk, text, run: number }));
    const isTold = !this.#random.oneIn(3);
    this.book.messages.push({ text, used: false });
    if (!isTold) return;
    const count = messages.length + 1;
    await this.house.commit((state) => runTold(state, { unit, run: number, count }), DAEMON);
    for (const message of this.house.lastRun(this.chunk).messages) this.book.run?.add(message.text);
  }

  async hold(): Promise<void> {
    await this.house.commit((state) => holdUnit(state, { chunk: this.chunk, why: 'wait' }));
    this.book.held = true;
  }
  async release(): Promise<void> {
    await this.house.commit((state) => releaseUnit(state, { chunk: this.chunk }));
    this.book.held = false;
  }
  async close(): Promise<void> {
    await this.house.close(this.chunk);
    this.book.ends('closed');
  }
  async remove(): Promise<void> {
    await this.house.commit((state) => removeUnit(state, { chunk: this.chunk, unlink: true }));
    this.book.ends('removed');
  }
}

export const isPending = ({ state }: Entry): boolean => state === 'open' || state === 'going out';

/** What a file marks as not used yet. */
export const newIn = (path: string): string[] =>
  (JSON.parse(readFileSync(path, 'utf8')) as { text: string; new: boolean }[])
    .filter((each) => each.new && each.text !== '')
    .map(({ text }) => text);
