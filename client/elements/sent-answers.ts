import type { ItemState } from '../../shared/board.ts';
import type { AnswerWords } from './answer-words.ts';

interface Sent {
  readonly words: string;
  /** It was on the board as going out. */
  readonly went: boolean;
  /** The daemon has accepted it. */
  readonly settled: boolean;
}

/** Answers given in this window, as long as their words may be needed again. */
export class SentAnswers {
  readonly #sent = new Map<string, Sent>();

  has(item: string): boolean {
    return this.#sent.has(item);
  }

  add(item: string, words: string, isOut = false): void {
    this.#sent.set(item, { words, went: isOut, settled: isOut });
  }

  settle(item: string): void {
    const sent = this.#sent.get(item);
    if (sent) this.#sent.set(item, { ...sent, settled: true });
  }

  drop(item: string): void {
    this.#sent.delete(item);
  }

  /** With the board as it is now: an answer taken back gets its words into the form again; one that is out drops them. */
  compare(board: { stateOf(item: string): ItemState | null }, words: AnswerWords): void {
    for (const [item, sent] of this.#sent) {
      const state = board.stateOf(item);
      if (state !== null && state !== 'open') this.#sent.set(item, { ...sent, went: true });
      else if (sent.went || (sent.settled && state === null)) {
        this.#sent.delete(item);
        if (state === null) words.forget(item);
        else words.want({ item, version: 0, text: sent.words, options: [], order: null });
      }
    }
  }
}
