/**
 * Converts terminal output to plain text: escape sequences (ECMA-48) are dropped, a carriage
 * return that rewrites a line keeps what was written last, other control characters are dropped. One pass;
 * text from outside cannot make it slow.
 */
export function plain(text: string): string {
  let out = '';
  let line = '';
  let returned = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === ESC) at = endOfSequence(text, at);
    else if (code === LF) {
      out += `${line}\n`;
      line = '';
      returned = false;
    } else if (code === CR) returned = true;
    else if (isVisible(code)) {
      // A carriage return erases only if text follows it: many programs end their lines with one.
      if (returned) line = '';
      returned = false;
      line += text[at];
    }
  }
  return out + line;
}

const ESC = 0x1b;
const LF = 0x0a;
const CR = 0x0d;
const BEL = 0x07;

export const isVisible = (code: number): boolean =>
  code === 0x09 || (code >= 0x20 && (code < 0x7f || code > 0x9f));
const isFinal = (code: number): boolean => code >= 0x40 && code <= 0x7e;
const isIntermediate = (code: number): boolean => code >= 0x20 && code <= 0x2f;

/** The index of the last character of the sequence that begins at `at`. */
export function endOfSequence(text: string, at: number): number {
  const kind = text[at + 1] ?? '';
  if (kind === '[') return endOfControl(text, at + 2);
  if (']PX^_'.includes(kind) && kind !== '') return endOfString(text, at + 2);
  let end = at + 1;
  while (isIntermediate(text.charCodeAt(end))) end++;
  const code = text.charCodeAt(end);
  // Another escape begins anew, and a line break stays one.
  return code >= 0x30 && code <= 0x7e ? end : end - 1;
}

/** `ESC [`, parameters, a final byte. An invalid character ends it. */
function endOfControl(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (isFinal(code)) return at;
    if (code < 0x20 || code > 0x7e) return at - 1;
  }
  return text.length - 1;
}

/** Up to BEL or `ESC \`; a line break or another escape ends an unterminated one. */
function endOfString(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === BEL) return at;
    if (code === ESC) return text[at + 1] === '\\' ? at + 1 : at - 1;
    if (code === LF) return at - 1;
  }
  return text.length - 1;
}

/** Our own colours (`styled`), then control characters and bidirectional marks. */
const UNSAFE =
  /\x1b\[(?:1|2|22|3[1236]|39)m|[\0-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

const codePoint = (char: string): string => char.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');

/**
 * Last step before text reaches a terminal: control characters and bidirectional marks are
 * escaped (`<U+202E>`), so that the display equals the text. Line breaks, tabs and our own colours stay.
 */
export const forTerminal = (text: string): string =>
  text
    .replaceAll('\r\n', '\n')
    .replace(UNSAFE, (found) => (found.length > 1 ? found : `<U+${codePoint(found)}>`));

/** Equivalent JSON without characters that a terminal interprets. */
export const jsonForTerminal = (value: unknown): string =>
  JSON.stringify(value).replace(UNSAFE, (found) => `\\u${codePoint(found).toLowerCase()}`);
