/**
 * What a program printed for a terminal, as plain text: escape sequences (ECMA-48) are dropped, a carriage
 * return that rewrites a line keeps what was written last, other control characters are dropped. One pass;
 * text from outside cannot make it slow.
 */
export function plain(text: string): string {
  let out = '';
  let line = '';
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x1b) at = endOfSequence(text, at);
    else if (code === 0x0a) {
      out += `${line}\n`;
      line = '';
    } else if (code === 0x0d) {
      if (text.charCodeAt(at + 1) !== 0x0a && at + 1 < text.length) line = '';
    } else if (code === 0x09 || (code >= 0x20 && (code < 0x7f || code > 0x9f))) line += text[at];
  }
  return out + line;
}

/** The index of the last character of the sequence that begins at `at`. */
function endOfSequence(text: string, at: number): number {
  const kind = text[at + 1];
  if (kind === '[') return endOf(text, at + 2, (code) => code >= 0x40 && code <= 0x7e);
  if (kind === ']' || kind === 'P' || kind === '_' || kind === '^' || kind === 'X')
    return endOf(text, at + 2, (code, next) => code === 0x07 || (code === 0x1b && next !== 0x5b));
  return at + 1;
}

function endOf(text: string, from: number, isLast: (code: number, next: number) => boolean): number {
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (isLast(code, text.charCodeAt(at + 1))) return code === 0x1b ? at + 1 : at;
    if (code === 0x0a) return at - 1;
  }
  return text.length - 1;
}
