import type { Board, Card } from '../../../shared/board.ts';
import type { Daemon } from '../../daemon/daemon-client.ts';
import { explainError } from '../output/explain-error.ts';
import { oneLine, write } from '../output/terminal-output.ts';
import { AccidentalKeyFilter, CLOCK, type Clock } from './accidental-key-filter.ts';
import { itemVersionOf, type UndoableAnswer } from './item-version.ts';
import { type LineEditor, lineEditor } from './line-editor.ts';
import { afterBoard, BEGINNING, choosing, onto, turned, type Walk } from './queue-walk.ts';
import { EARLY, PASTED, queueWalkText, unsentWords } from './queue-walk-text.ts';

/** The interactive queue: takes keys and board changes, prints lines. Lines are appended, never redrawn. */
export class InteractiveSession {
  readonly over: Promise<void>;
  readonly #daemon: Daemon;
  readonly #socket: () => string;
  readonly #say: (text: string) => unknown;
  #quit: () => void = () => {};
  #walk: Walk = BEGINNING;
  #hasBegun = false;
  #wasOpen = true;
  /** The editor of the answer being typed for the card shown. */
  #line: LineEditor | null = null;
  /** Text for the card shown that was refused or not sent. */
  #kept = '';
  /** The item of the pending call: its card may leave before the call returns. */
  #calling: string | null = null;
  /** The item that our own call has removed from the queue, until the board shows it. */
  #leaving: string | null = null;
  #typingFor = '';
  #lastNote = '';
  readonly #keys: AccidentalKeyFilter;
  #answered: UndoableAnswer | null = null;
  /** The answer that was just undone, until its card is shown again. */
  #returning: UndoableAnswer | null = null;

  constructor(
    daemon: Daemon,
    socket: () => string,
    { clock, say }: { clock: Clock; say: (text: string) => unknown } = { clock: CLOCK, say: write },
  ) {
    this.#daemon = daemon;
    this.#socket = socket;
    this.#say = say;
    this.#keys = new AccidentalKeyFilter(clock);
    this.over = new Promise((resolve) => {
      this.#quit = resolve;
    });
  }

  /** Takes the text of one read, before its key events. */
  onRead(chunk: string): void {
    this.#keys.read(chunk);
  }

  onKey(key: string): void {
    if (key === 'ctrl-c') this.#quit();
    if (this.#line || this.#keys.trackPaste(key)) return;
    if (this.#keys.isBurst) this.#noteOnce(PASTED);
    this.#keys.debounce(() => this.#press(key));
  }

  #press(key: string): void {
    if (this.#line) return;
    const { card } = this.#walk;
    if (!this.#keys.accept(key)) return void (card && this.#noteOnce(EARLY));
    if (key === 'q') this.#quit();
    else if (this.#calling !== null || (card && card.id === this.#leaving)) return;
    else if (key === 'z') void this.#undo();
    else if (card) this.#onKeyAt(card, key);
  }

  #onKeyAt(card: Card, key: string): void {
    if (/^[1-9]$/.test(key)) this.#choose(card, Number(key));
    else if (key === '\r' || key === '\n') this.#sendChosen(card);
    else if (key === 'a') void this.#type(card);
    else if (key === 's') void this.#snooze(card);
    else if (key === 'n' || key === 'p') this.#turn(key === 'n' ? 1 : -1);
  }

  onBoard(board: Board): void {
    const before = this.#walk.card;
    const { walk, notes, isNew } = afterBoard(this.#walk, board);
    const isGone = before !== null && before.id !== walk.card?.id;
    const isCalling = isGone && before.id === this.#calling;
    const isOurs = isCalling || (isGone && before.id === this.#leaving);
    const isFirst = !this.#hasBegun;
    this.#walk = walk;
    this.#hasBegun = true;
    if (isGone) this.#leaving = null;
    const isBack = this.#isBack;
    // A new card does not interrupt typing.
    if (!isNew && !isFirst && !isBack && (notes.length === 0 || this.#line)) return;
    this.#around(() => {
      for (const note of isOurs || (isBack && !isGone) ? [] : notes) this.#note(note);
      if (isGone) this.#letGo();
      if (isBack) this.#showReturned();
      // After our own answer, the next card is shown only once the answer is confirmed.
      else if ((isNew || isFirst) && !isCalling) this.#show();
    });
  }

  onConnection(open: boolean): void {
    if (open === this.#wasOpen) return;
    this.#wasOpen = open;
    this.#around(() => this.#note(open ? 'connected again.' : 'connection lost; coming back …'));
  }

  leave(): void {
    this.#line?.interrupt();
    this.#line = null;
    this.#wasOpen = false;
  }

  /** Prints something between: closes the line editor, and opens it again with its text if the card is still there. */
  #around(say: () => void): void {
    const line = this.#line;
    if (line) this.#kept = line.interrupt();
    this.#line = null;
    say();
    const { card } = this.#walk;
    if (line && card && this.#typingFor === card.id) void this.#type(card);
    else if (line) this.#keys.breakOff();
  }

  /** Prints unsent text for a card that has left, so that it can be copied. */
  #letGo(): void {
    if (this.#kept.trim() !== '') this.#note(unsentWords(this.#kept));
    this.#kept = '';
  }

  #turn(by: 1 | -1): void {
    this.#letGo();
    this.#walk = turned(this.#walk, by);
    this.#show();
  }

  #choose(card: Card, nth: number): void {
    const option = card.options[nth - 1];
    if (!option) return void this.#note(`there is no option ${nth}.`);
    this.#walk = choosing(this.#walk, option.id);
    if (!card.multiple) return void this.#send(card, this.#kept);
    this.#note(`chosen: ${this.#walk.chosen.map(oneLine).join(', ') || 'none'}. Enter sends.`);
  }

  #sendChosen(card: Card): void {
    if (this.#walk.chosen.length > 0) void this.#send(card, this.#kept);
  }

  async #type(card: Card): Promise<void> {
    if (!card.allows_text) return void this.#note('this takes an option, no words.');
    this.#typingFor = card.id;
    this.#line = lineEditor('> ', this.#kept, () => this.#keys.isBurst);
    const words = await this.#line.words;
    this.#line = null;
    this.#kept = '';
    if (words === null) return void this.#note('not sent.');
    if (this.#keys.accept('\r')) return this.#send(card, words);
    // The question changed while the answer was typed.
    this.#noteOnce(EARLY);
    this.#kept = words;
    void this.#type(card);
  }

  /** Answers the version that was shown. Refused text is kept for another try. */
  async #send(card: Card, text: string): Promise<void> {
    const shown = itemVersionOf(card);
    const options = [...this.#walk.chosen];
    this.#kept = '';
    const answer = () => this.#daemon.items.answer.mutate({ ...shown, options, text, undoable: true });
    if (await this.#call(card, answer)) {
      this.#answered = { ...shown, words: text };
      this.#onward(card, `answered: ${oneLine(card.prompt)}`);
    } else if (this.#walk.card?.id !== card.id) this.#onward(card, unsentWords(text));
    else this.#keep(card, text);
  }

  #keep(card: Card, text: string): void {
    this.#kept = text;
    if (text !== '') this.#note('your text is kept; a edits it again.');
    else if (card.allows_text) this.#note('a adds words to it.');
  }

  async #snooze(card: Card): Promise<void> {
    const call = () => this.#daemon.items.snooze.mutate({ ...itemVersionOf(card), minutes: 60 });
    if (await this.#call(card, call)) this.#onward(card, `${card.chunk} is snoozed for an hour.`);
  }

  async #undo(): Promise<void> {
    const given = this.#answered;
    if (!given) return void this.#note('nothing has been answered here.');
    const { words, ...shown } = given;
    if (!(await this.#call(null, () => this.#daemon.items.undo.mutate(shown)))) return;
    this.#answered = null;
    this.#returning = given;
    this.#note(words === '' ? 'taken back.' : 'taken back; a edits your text again.');
    if (this.#isBack) this.#showReturned();
  }

  /** Whether the undone item is on the board again, and no other answer is being typed. */
  get #isBack(): boolean {
    return !this.#line && this.#walk.cards.some(({ id }) => id === this.#returning?.item);
  }

  #showReturned(): void {
    const { item, words } = this.#returning ?? { item: '', words: '' };
    this.#returning = null;
    this.#letGo();
    this.#walk = onto(this.#walk, this.#walk.cards.find(({ id }) => id === item) ?? null);
    this.#kept = words;
    this.#show();
  }

  /** Makes one call at a time; prints its error. Returns whether it succeeded. */
  async #call(card: Card | null, call: () => Promise<unknown>): Promise<boolean> {
    this.#calling = card?.id ?? '';
    try {
      await call();
      return true;
    } catch (error) {
      this.#note(oneLine(explainError(error, this.#socket).message));
      return false;
    } finally {
      this.#calling = null;
    }
  }

  /** Prints the outcome for a card; the next one is shown when the board no longer has it. */
  #onward(card: Card, note: string): void {
    this.#note(note);
    if (this.#walk.card?.id === card.id) this.#leaving = card.id;
    else this.#show();
  }

  #show(): void {
    this.#keys.onCardShown();
    this.#lastNote = '';
    this.#say(`${queueWalkText(this.#walk)}\n`);
  }

  #noteOnce(message: string): void {
    if (this.#lastNote !== message) this.#note(message);
  }

  #note(message: string): void {
    this.#lastNote = message;
    this.#say(`signalbox: ${message}\n`);
  }
}
