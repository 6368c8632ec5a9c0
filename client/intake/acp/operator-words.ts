/** What the operator has said on a unit, from the file that each run has (`SIGNALBOX_ANSWERS`). */
import { readFileSync } from 'node:fs';
import { parseJson } from '../../../shared/json-text.ts';
import { isObject } from '../json-rpc.ts';

interface Said {
  readonly kind: unknown;
  readonly phase: unknown;
  readonly run: unknown;
  readonly prompt: string;
  readonly said: string;
  readonly text: string;
  readonly isNew: boolean;
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

function read(path: string): Said[] {
  try {
    const list: unknown = parseJson(readFileSync(path, 'utf8'));
    if (!Array.isArray(list)) return [];
    return list.filter(isObject).map((each) => ({
      kind: each.kind,
      phase: each.phase,
      run: each.run,
      prompt: text(each.prompt),
      said: text(each.said),
      text: text(each.text),
      isNew: each.new === true,
    }));
  } catch {
    // It is written whole: it comes with the next answer.
    return [];
  }
}

/** What was said to this run while it is at work, each once. */
export function messagesTo(path: string, run: number): () => readonly string[] {
  let taken = 0;
  return () => {
    const messages = read(path).filter((each) => each.kind === 'message' && each.run === run);
    const news = messages.slice(taken).map((each) => each.text);
    taken = Math.max(taken, messages.length);
    return news;
  };
}

/**
 * For a session that knows the work of this phase: only what was said since. null: nothing was, so that it is told all
 * of it again.
 */
export function wordsToGoOn(path: string, phase: string): string | null {
  const news = read(path).filter((each) => each.isNew && each.phase === phase);
  const words = news.map(({ kind, prompt, said, text: alone }) =>
    kind === 'question' || kind === 'decision'
      ? `You asked: ${prompt}\nThe operator answered: ${said}`
      : alone === ''
        ? ''
        : `The operator says: ${alone}`,
  );
  const all = words.filter((each) => each !== '');
  return all.length === 0 ? null : [...all, `Go on with ${phase}, from where you were.`].join('\n\n');
}
