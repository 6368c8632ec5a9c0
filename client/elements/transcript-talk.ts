/**
 * What the driver of an agent writes: a heading at the start of a line, and below it, indented, what somebody said or what
 * came back. Named here for the style of each row; the text itself is shown as it was printed.
 */

const HEADINGS: readonly (readonly [RegExp, string])[] = [
  [/^Agent:$/, 'says'],
  [/^Agent, thinking:$/, 'thinks'],
  [/^Tool: /, 'tool'],
  [/^(?:Result|Tasks):$/, 'result'],
  [/^Failed:$/, 'failed'],
  [/^(?:Asked|Answered): /, 'asked'],
  [/^Operator:$/, 'operator'],
  [/^Prompt:$/, 'prompt'],
  [/^(?:Refused without the operator|The operator could not be asked): /, 'refused'],
];
const FOLDED = /^ {2}… \d+ more lines?$/;

export const isIndented = (text: string): boolean => text.startsWith(' ') || text === '';

/** The part of the talk that a line begins. */
export const partOf = (heading: string): string =>
  HEADINGS.find(([pattern]) => pattern.test(heading))?.[1] ?? 'note';

/** Classes of a row; `part`: of the last heading before it, or its own. */
export function talkClasses(text: string, part: string): string {
  if (!isIndented(text)) return `turn turn-${part}`;
  return `in-${part}${FOLDED.test(text) ? ' folded' : ''}`;
}
