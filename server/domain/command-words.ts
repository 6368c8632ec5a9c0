/**
 * What a command says, as far as that can be told without being the shell. To allow something, a command must be plain
 * words: anything that a shell would read as more than words is not understood here, and a person is asked. To deny or
 * ask, it is enough that a part of it could be meant.
 */

const LONGEST = 4096;
/** No quotes, no `$`, no `~`, no globs, no history, no comment, no control character, no letter beyond ASCII. */
const PLAIN_WORD = /^[A-Za-z0-9_@%+,./:-][A-Za-z0-9_@%+,./:=-]*$/;

export const isPlainWord = (word: string): boolean => PLAIN_WORD.test(word);

/** The words of a command that is nothing but plain words with spaces between them; null: it is more than that. */
export function plainWords(command: string): readonly string[] | null {
  if (command.length === 0 || command.length > LONGEST) return null;
  const words = command.split(/ +/);
  const [program = ''] = words;
  // `A=b program` sets a variable; `%1` names a job.
  if (program.includes('=') || program.startsWith('%')) return null;
  return words.every(isPlainWord) ? words : null;
}

/** Run what comes behind them. */
export const WRAPPERS: readonly string[] = [
  ...['sh', 'bash', 'dash', 'zsh', 'ksh', 'fish', 'busybox'],
  ...['env', 'sudo', 'doas', 'su', 'xargs', 'eval', 'exec', 'command', 'builtin', 'nohup', 'time', 'timeout'],
  ...['nice', 'ionice', 'stdbuf', 'setsid', 'watch', 'ssh', 'parallel', 'source', '.'],
];

const ASSIGNMENT = /^[A-Za-z_][A-Za-z0-9_]*\+?=/;
const nameOf = (program: string): string => program.split('/').at(-1) ?? program;

/** Each simple command that could be meant, as its words; quotes are left out, and everything else separates. */
export function possibleCommands(command: string): readonly (readonly string[])[] {
  const parts = command.replace(/["'\\]/g, '').split(/[;&|\n\r(){}`$<>!]+/);
  return parts.flatMap((part) => {
    const words = part.split(/\s+/).filter((word) => word !== '');
    while (ASSIGNMENT.test(words[0] ?? '')) words.shift();
    return words.length === 0 ? [] : [words, ...behindWrapper(words)];
  });
}

/** After a wrapper any word may be the program: `sudo -u me rm`. */
function behindWrapper(words: readonly string[]): readonly (readonly string[])[] {
  if (!WRAPPERS.includes(nameOf(words[0] ?? ''))) return [];
  return words.map((_, at) => words.slice(at + 1)).filter((rest) => rest.length > 0);
}

const REST = '*';

/** Whether these plain words are what a pattern allows; the words that its `*` stands for. null: they are not. */
export function allowedWords(pattern: string, words: readonly string[]): readonly string[] | null {
  const wanted = pattern.split(' ');
  const isOpen = wanted.at(-1) === REST;
  const fixed = isOpen ? wanted.slice(0, -1) : wanted;
  if (!fixed.every((word, at) => word === words[at])) return null;
  return isOpen || words.length === fixed.length ? words.slice(fixed.length) : null;
}

/** Whether a command could be what a pattern is about; a pattern is met by whatever begins with it. */
export function couldMean(pattern: string, command: string): boolean {
  const wanted = pattern.split(' ').filter((word, at, all) => word !== REST || at < all.length - 1);
  return possibleCommands(command).some((words) =>
    wanted.every((word, at) => word === words[at] || (at === 0 && word === nameOf(words[0] ?? ''))),
  );
}
