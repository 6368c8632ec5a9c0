import type { ItemState } from '../../shared/board.ts';

interface Sent {
  readonly words: string;
  /** It has been seen going out. */
  readonly went: boolean;
  /** The daemon has said yes. */
  readonly settled: boolean;
}

/** Answers given here, as long as their words may be wanted again. */
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

  /** An answer taken back finds its words in the form again; one that is out needs them no more. */
  look(
    stateOf: (item: string) => ItemState | null,
    back: (item: string, words: string) => void,
    out: (item: string) => void,
  ): void {
    for (const [item, sent] of this.#sent) {
      const state = stateOf(item);
      if (state !== null && state !== 'open') this.#sent.set(item, { ...sent, went: true });
      else if (sent.went || (sent.settled && state === null)) {
        this.#sent.delete(item);
        if (state === null) out(item);
        else back(item, sent.words);
      }
    }
  }
}
