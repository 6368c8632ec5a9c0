/** How a tool call of an agent looks to a person: all that it would do, cut where nobody would read on. */

const SHOWN_BYTES = 64 * 1024;
const SUBJECT_LENGTH = 300;

/** What it is about, on one line: of a command, the command. */
export function subjectOf(input: Readonly<Record<string, unknown>>): string {
  const { command, file_path, notebook_path, path, url, query, question } = input;
  const found = [command, file_path, notebook_path, path, url, query, question].find(
    (each) => typeof each === 'string' && each.trim() !== '',
  );
  const line = String(found ?? '')
    .replace(/\s+/g, ' ')
    .trim();
  return line.length > SUBJECT_LENGTH ? `${line.slice(0, SUBJECT_LENGTH)} …` : line;
}

interface Shown {
  readonly label: string;
  readonly text: string;
}

/** Everything in the input: commands, files and changes by name, and the rest as it is. */
export function shownOf(tool: string, input: Readonly<Record<string, unknown>>): Shown[] {
  const { command, file_path, notebook_path, ...others } = input;
  const file = file_path ?? notebook_path;
  const { diff, rest } = diffOf(tool, others);
  const shown = [
    ...(command === undefined ? [] : [{ label: 'Command', text: wordsOf(command) }]),
    ...(file === undefined ? [] : [{ label: 'File', text: wordsOf(file) }]),
    ...(diff === '' ? [] : [{ label: 'Diff', text: diff }]),
    ...(Object.keys(rest).length === 0 ? [] : [{ label: 'Input', text: JSON.stringify(rest, null, 2) }]),
  ];
  return shown.map(({ label, text }) => ({ label, text: cut(text) }));
}

const wordsOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** What changes in a file, and what of the input does not belong to it. */
function diffOf(tool: string, input: Readonly<Record<string, unknown>>) {
  if (tool === 'Edit') {
    const { old_string, new_string, replace_all, ...rest } = input;
    return { diff: changeOf(old_string, new_string), rest: replace_all ? { replace_all, ...rest } : rest };
  }
  if (tool === 'Write') {
    const { content, ...rest } = input;
    return { diff: signed('+', content), rest };
  }
  if (tool === 'NotebookEdit') {
    const { new_source, ...rest } = input;
    return { diff: signed('+', new_source), rest };
  }
  return { diff: '', rest: input };
}

const changeOf = (before: unknown, after: unknown): string =>
  [signed('-', before), signed('+', after)].filter((part) => part !== '').join('\n');

const signed = (sign: string, text: unknown): string =>
  text === undefined || text === ''
    ? ''
    : wordsOf(text)
        .split('\n')
        .map((line) => sign + line)
        .join('\n');

/** At most so many bytes, and how much is missing. */
export function cut(text: string, most = SHOWN_BYTES): string {
  const size = Buffer.byteLength(text);
  if (size <= most) return text;
  const end = `\n… (${size} bytes in all; the rest is not shown)`;
  const kept = Buffer.from(text).subarray(0, most - Buffer.byteLength(end));
  // A character that was cut through is left out.
  return new TextDecoder().decode(kept, { stream: true }) + end;
}
