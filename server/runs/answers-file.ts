/** The file in which a run finds what the operator has said to its unit. */
import { answerWordsOf, askingOf } from '../../shared/daemon-question-sentences.ts';
import type { Item } from '../../shared/item-words.ts';
import type { Message, WorkUnit } from '../../shared/words.ts';
import { isUndelivered, unheard } from '../domain/delivery.ts';
import { isReleased } from '../domain/state.ts';
import type { Log } from '../system/log.ts';
import { writeWhole } from '../system/state-folder.ts';

/** Keeps the answers files of live runs current: each is rewritten when its unit changes. */
export class AnswersFiles {
  readonly #log: Log;
  /** By path: the unit at the last write, successful or not. */
  readonly #seen = new Map<string, { readonly work: WorkUnit; readonly isWritten: boolean }>();

  constructor(log: Log) {
    this.#log = log;
  }

  /** Whether the file is current. A failed write is retried at every look. */
  refresh(path: string, work: WorkUnit, run: number): boolean {
    if (!isSpokenTo(work)) return true;
    const seen = this.#seen.get(path);
    const isSame = seen !== undefined && seen.work.items === work.items && seen.work.runs === work.runs;
    if (isSame && seen.isWritten) return true;
    const isWritten = this.#attempt(() => writeAnswers(path, work, run), !isSame);
    this.#seen.set(path, { work, isWritten });
    return isWritten;
  }

  forget(path: string): void {
    this.#seen.delete(path);
  }

  /** A failure for one unit must not stop the others. */
  #attempt(write: () => void, isFirst: boolean): boolean {
    try {
      write();
      return true;
    } catch (error) {
      if (isFirst) this.#log.error('answers file', error);
      return false;
    }
  }
}

/** Nothing was said since the run started, so the file is current. */
const isSpokenTo = ({ items, runs }: WorkUnit): boolean =>
  items.some(isReleased) || runs.some(({ messages }) => messages.length > 0);

/**
 * Writes what the operator has said on a unit so far, for a starting or live run: a JSON
 * array, first the answers, then what was said to live runs, each oldest first. `run` is the run that got it;
 * `new` marks what no other run has used yet.
 */
export function writeAnswers(path: string, work: WorkUnit, run: number): void {
  writeWhole(path, answersText(work, run));
}

/** What stands in that file. */
export function answersText(work: WorkUnit, run: number): string {
  const said = [...answersOf(work, run), ...messagesOf(work, run)];
  return `${JSON.stringify(said, null, 2)}\n`;
}

const answersOf = ({ items }: WorkUnit, run: number) =>
  items.flatMap((item) =>
    !isReleased(item) || item.answer === null
      ? []
      : [
          {
            item: item.id,
            kind: item.kind,
            phase: item.phase,
            prompt: askingOf(item).prompt,
            options: item.answer.options,
            text: item.answer.text,
            said: answerWordsOf(item),
            answered_at: item.answer.at,
            run: gotBy(item, run),
            new: isUndelivered(item) || item.delivery?.to === run,
          },
        ],
  );

/** An answer that came during this run was given to no run yet: it may not be read. */
const gotBy = ({ delivery, answer }: Item, run: number): number | null =>
  delivery ? delivery.to : answer?.given_to === run ? run : null;

function messagesOf(work: WorkUnit, run: number) {
  const carried = new Set<Message>(unheard(work, run));
  return work.runs.flatMap(({ number, phase, messages }) =>
    messages.map((message) => ({
      item: null,
      kind: 'message',
      phase,
      prompt: '',
      options: [],
      text: message.text,
      said: message.text,
      answered_at: message.at,
      run: number,
      new: number === run || carried.has(message),
    })),
  );
}
