import { answerWordsOf, askingOf } from '../../shared/daemon-question-sentences.ts';
import type { Item } from '../../shared/item-words.ts';
import type { Task } from './agent.ts';

/** How an agent asks the operator. It ends every prompt. */
export const HOW_TO_ASK = `When you are blocked on something that the code and these instructions cannot decide, run this as a plain shell command, with single quotes:

    signalbox ask 'Your question, with what one must know to answer it' --option one='What it means' --option two='What that means'

It waits until a person answers, which may take hours, and prints the id of the option or the person's words; leave the options out to ask for words. Give it the longest timeout that your shell tool allows, keep polling if the tool hands back a running session, and do not end your turn while it waits. If it is cut off, run exactly the same command again: it goes on with the same question. Exit code 3 means that the question was withdrawn: decide yourself, and say so. If you have a tool ask_human, use it instead of this command; it waits likewise. Do not ask what you can find out, nor for confirmation of what you were told to do.`;

const DEFAULT_TEXT = `You work on "{chunk}", in its phase {phase} (run {run}).

{goal}`;

/** The prompt of a phase: the text of its file, or a default; then the answers; then how to ask. */
export function composePrompt(task: Task, text: string | null): string {
  const written = text ?? DEFAULT_TEXT;
  const answer = task.by_file && hasWords(task) ? whereWords(task) : allLines(task).join('\n\n');
  const rest = written.includes('{answer}') ? '' : answer;
  return [filled(written, task, answer), rest, whereToWork(task), HOW_TO_ASK]
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .join('\n\n');
}

/** What a run in a worktree has to know of it. */
function whereToWork({ work }: Task): string {
  if (!work) return '';
  const base = work.base ?? work.base_commit;
  const stay = `You work in ${work.path}, a git worktree of your own on the branch ${work.branch}, which began at ${base}. Change files in this folder only. Committing is optional: what you leave uncommitted is kept as well. Do not merge, push or delete branches: that is done when you have finished.`;
  return work.rebasing ? `${REBASE_TEXT.replaceAll('{base}', base)}\n\n${stay}` : stay;
}

const REBASE_TEXT =
  'The base has moved on, and your work does not merge any more. Commit what is uncommitted, run `git rebase {base}`, resolve each conflict so that both sides keep their meaning, and finish the rebase. Leave no conflict markers.';

/** One pass, so that placeholders in inserted text are not replaced. */
function filled(text: string, task: Task, answer: string): string {
  const { unit, phase, run } = task;
  const values: Readonly<Record<string, string>> = {
    chunk: unit.chunk,
    phase,
    run: String(run),
    goal: [unit.title, unit.goal].filter((part) => part !== '').join('\n\n'),
    answer,
    project: task.there ?? task.project,
    worktree: task.work?.path ?? task.there ?? task.project,
    branch: task.work?.branch ?? '',
    base: task.work?.base ?? task.work?.base_commit ?? '',
  };
  const written = answer === '' ? text.replace(/\n*\{answer\}\n*/g, '\n\n') : text;
  return written.replace(
    /\{(chunk|phase|run|goal|answer|project|worktree|branch|base)\}/g,
    (_, name: string) => values[name] ?? '',
  );
}

/** The answers; a single one without its prompt. */
export function answerWords(task: Task): string {
  if (task.by_file && hasWords(task)) return whereWords(task);
  const words = [...task.answered.map(bare), ...task.messages.map(({ text }) => text)].filter(isSaid);
  return words.length === 1 ? (words[0] ?? '') : allLines(task).join('\n\n');
}

const isSaid = (words: string): boolean => words !== '';
const hasWords = (task: Task): boolean => allLines(task).length > 0;

const allLines = ({ answered, messages }: Task): string[] => [
  ...answered.flatMap(answerLines),
  ...messages.map(({ text }) => `The operator said meanwhile: ${text}`),
];

const whereWords = ({ answers_file }: Task): string =>
  `The operator's answers are too long to stand here. Read them first: they are the entries with "new": true in the JSON file ${answers_file} (also in the environment variable SIGNALBOX_ANSWERS).`;

/** For stuck and review items the text alone says what to do. */
const bare = (item: Item): string =>
  item.kind === 'stuck' || item.kind === 'review' ? (item.answer?.text ?? '') : answerWordsOf(item);

function answerLines(item: Item): string[] {
  const words = bare(item);
  if (words === '') return [];
  if (item.kind === 'stuck') return [`The last run did not end well. The operator says: ${words}`];
  if (item.kind === 'review')
    return item.answer?.options.includes('approve')
      ? [`The operator approved ${item.phase} and says: ${words}`]
      : [`The operator sent this phase back: ${words}`];
  return [`You asked: ${askingOf(item).prompt}\nThe operator answered: ${words}`];
}
