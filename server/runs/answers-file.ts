import { renameSync, writeFileSync } from 'node:fs';
import { saidWords } from '../../shared/sentences.ts';
import type { WorkUnit } from '../../shared/words.ts';

/**
 * Writes what the operator has said on a unit so far, for a run that is about to start or is at work: a JSON
 * array, first the answers, then what was said to live runs, each oldest first. `run` is the run that got it;
 * `new` marks what this run is the first to get.
 */
export function writeAnswers(path: string, work: WorkUnit, run: number): void {
  const said = [...answersOf(work, run), ...messagesOf(work, run)];
  writeFileSync(`${path}.new`, `${JSON.stringify(said, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

const answersOf = (work: WorkUnit, run: number) =>
  work.items.flatMap((item) =>
    item.released_at === null || item.answer === null
      ? []
      : [
          {
            item: item.id,
            kind: item.kind,
            phase: item.phase,
            prompt: item.prompt,
            options: item.answer.options,
            text: item.answer.text,
            said: saidWords(item),
            answered_at: item.answered_at,
            run: item.delivered_to,
            new: item.delivered_to === run,
          },
        ],
  );

const messagesOf = (work: WorkUnit, run: number) =>
  work.runs.flatMap(({ number, phase, messages }) =>
    messages.map(({ text, at }) => ({
      item: null,
      kind: 'message',
      phase,
      prompt: '',
      options: [],
      text,
      said: text,
      answered_at: at,
      run: number,
      new: number === run,
    })),
  );
