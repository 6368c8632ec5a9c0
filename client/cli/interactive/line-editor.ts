import { createInterface } from 'node:readline';
import { write } from '../output/terminal-output.ts';

/** A line editor for an answer. */
export interface LineEditor {
  /** The text, after Enter; null: cancelled by Esc, or empty. */
  readonly words: Promise<string | null>;
  /** Closes it at once and returns the text so far; `words` never resolves. */
  interrupt(): string;
}

interface Key {
  readonly name?: string;
}

/**
 * Opens a line editor that contains `first`. Pasted line breaks do not submit: all pasted lines
 * are one answer (Node reports `paste-start` and `paste-end` if the terminal marks pastes; if it
 * does not, `isBurst` tells that input came faster than a person types).
 */
export function lineEditor(prompt: string, first: string, isBurst: () => boolean): LineEditor {
  const { stdin, stdout } = process;
  const earlier = first.split('\n');
  const last = earlier.pop() ?? '';
  const line = createInterface({ input: stdin, output: stdout, terminal: true, historySize: 0, prompt });
  let isPasting = false;
  let isOver = false;
  let end: (words: string | null) => void = () => {};
  const onKey = (_: unknown, { name }: Key) => {
    if (name === 'paste-start' || name === 'paste-end') isPasting = name === 'paste-start';
    if (name === 'escape') end(null);
  };
  const close = () => {
    isOver = true;
    stdin.off('keypress', onKey);
    line.close();
    stdin.setRawMode(true).resume();
  };
  const words = new Promise<string | null>((resolve) => {
    end = (said) => {
      if (isOver) return;
      close();
      resolve(said?.trim() ? said.trim() : null);
    };
    line.on('line', (text) => {
      earlier.push(text);
      if (!isPasting && !isBurst()) end(earlier.join('\n'));
    });
    line.on('close', () => end(null));
    line.on('SIGTSTP', () => {});
    stdin.on('keypress', onKey);
  });
  for (const text of earlier) write(`${prompt}${text}\n`);
  line.prompt();
  line.write(last);
  const interrupt = () => {
    const sofar = [...earlier, line.line].join('\n');
    close();
    write('\n');
    return sofar;
  };
  return { words, interrupt };
}
