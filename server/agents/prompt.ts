import { saidWords } from '../../shared/sentences.ts';
import type { Item } from '../../shared/words.ts';
import type { Task } from './agent.ts';

/** How an agent reaches a person. It ends every prompt. */
export const HOW_TO_ASK = `When you need a decision that only a person can make and that the code does not tell, run

    signalbox ask "Your question, with what one needs to know to answer it" --option ID="One way" --option ID="Another"

It waits until somebody answers, which may take hours, and prints the id of the chosen option or the words. Leave the options out to ask for words. Give the command the longest time limit that your shell tool allows; if it is cut off, run the same command again: it is still the same question. Ask only what keeps you from going on, one thing at a time. Exit code 3 means that the question was withdrawn: decide yourself. Never take silence for an answer.`;

const DEFAULT_TEXT = `You work on "{chunk}", in its phase {phase} (run {run}).

{goal}`;

/** The prompt of a phase: the text of its file, or a plain one; then what was answered; then how to ask. */
export function composePrompt(task: Task, text: string | null): string {
  const { answered } = task;
  const written = text ?? DEFAULT_TEXT;
  const answer = answered.flatMap(answerLines).join('\n\n');
  const rest = written.includes('{answer}') ? '' : answer;
  return [filled(written, task, answer), rest, HOW_TO_ASK]
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .join('\n\n');
}

/** One pass: what somebody wrote is never read as a placeholder. */
function filled(text: string, { unit, phase, run }: Task, answer: string): string {
  const values: Readonly<Record<string, string>> = {
    chunk: unit.chunk,
    phase,
    run: String(run),
    goal: [unit.title, unit.goal].filter((part) => part !== '').join('\n\n'),
    answer,
  };
  return text.replace(/\{(chunk|phase|run|goal|answer)\}/g, (_, name: string) => values[name] ?? '');
}

/** What was answered, alone if it is one thing. */
export function answerWords(answered: readonly Item[]): string {
  const [first] = answered;
  if (first && answered.length === 1) return bare(first);
  return answered.flatMap(answerLines).join('\n\n');
}

/** Of a stuck unit, or of a phase sent back, the words alone say what to do. */
const bare = (item: Item): string =>
  item.kind === 'stuck' || item.kind === 'review' ? (item.answer?.text ?? '') : saidWords(item);

function answerLines(item: Item): string[] {
  const words = bare(item);
  if (words === '') return [];
  if (item.kind === 'stuck') return [`The last run did not end well. The operator says: ${words}`];
  if (item.kind === 'review') return [`The operator sent this phase back: ${words}`];
  return [`You asked: ${item.prompt}\nThe operator answered: ${words}`];
}
