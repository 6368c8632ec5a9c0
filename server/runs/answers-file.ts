import { renameSync, writeFileSync } from 'node:fs';
import { saidWords } from '../../shared/sentences.ts';
import type { WorkUnit } from '../../shared/words.ts';

/**
 * Writes what the operator has answered on a unit so far, for the run that is about to start: a JSON array,
 * oldest first. `run` is the run that got the answer; `new` marks those that this run is the first to get.
 */
export function writeAnswers(path: string, work: WorkUnit, run: number): void {
  const answers = work.items.flatMap((item) =>
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
  writeFileSync(`${path}.new`, `${JSON.stringify(answers, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}
