import type { Card } from '../../shared/board.ts';
import type { LiveBoards } from '../link/live-boards.ts';
import type { AnswerWords } from './answer-words.ts';
import type { ItemSubmissions } from './item-submissions.ts';
import type { QueueArrangement } from './queue-arrangement.ts';

/** After a failed look-up. */
const RETRY_MS = 1000;

/** The queue in which they stand. */
interface Queue {
  readonly connected: LiveBoards | null;
  requestUpdate(): void;
}

/** Items that somebody else has ended while the operator was writing an answer: their cards stay, and say who and what. */
export class EndedItems {
  readonly #queue: Queue;
  readonly #arrangement: QueueArrangement;
  readonly #words: AnswerWords;
  readonly #submissions: ItemSubmissions;

  constructor(queue: Queue, arrangement: QueueArrangement, words: AnswerWords, submissions: ItemSubmissions) {
    this.#queue = queue;
    this.#arrangement = arrangement;
    this.#words = words;
    this.#submissions = submissions;
  }

  /** The cards of the board; those with a draft that somebody else has answered say so. Looks up those that left it. */
  mark(cards: readonly Card[], drafts: ReadonlySet<string>): readonly Card[] {
    const here = new Set(cards.map(({ key }) => key));
    for (const key of drafts) {
      const id = key.slice('item:'.length);
      if (here.has(key) || this.#arrangement.isEnded(key) || this.#submissions.answers.has(id)) continue;
      this.lookUp(id);
    }
    return cards.map((card) =>
      card.state === 'going-out' && drafts.has(card.key) && !this.#submissions.isOurs(card.id)
        ? { ...card, state: 'answered' }
        : card,
    );
  }

  /** Asks the daemon how an item that is no longer on the board has ended. */
  lookUp(item: string): void {
    const key = `item:${item}`;
    const { connected } = this.#queue;
    if (!connected) return;
    this.#arrangement.ending(key);
    connected.connection.client.board.now.query({ item }).then(
      ({ rows }) => {
        for (const row of rows) if (row.row === 'item') this.show(row);
      },
      () => {
        this.#arrangement.dismiss(key);
        setTimeout(() => this.#queue.requestUpdate(), RETRY_MS);
      },
    );
  }

  show(card: Card): void {
    this.#arrangement.ended(card);
    this.#arrangement.open(card.key);
    if (card.state === 'answered' || card.state === 'withdrawn') this.#words.forget(card.id);
    this.#queue.requestUpdate();
  }
}
