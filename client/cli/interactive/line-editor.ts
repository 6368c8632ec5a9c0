import { createInterface } from 'node:readline';
import { write } from '../output/terminal-output.ts';

/** A line in which words are being typed. */
export interface LineEditor {
  /** What was typed until Enter; null: given up, by Esc or with nothing in it. */
  readonly words: Promise<string | null>;
  /** Ends it at once and gives what stands there so far; `words` never comes. */
  interrupt(): string;
}

interface Key {
  readonly name?: string;
}

/**
 * Line editing on the terminal, beginning with `first`. Pasted line breaks do not send: all lines that were
 * pasted are one answer (`paste-start` and `paste-end` are how Node calls what a terminal says around it; where a
 * terminal says nothing, `isBurst` knows what came faster than a person types).
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
