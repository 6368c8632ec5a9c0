/** The strings and templates in a TypeScript source, as it is written. */

export interface SourceText {
  readonly kind: 'string' | 'template';
  /** The function in front of a template: `html`; empty: none. */
  readonly tag: string;
  /** What stands between its values; a string is one piece. */
  readonly pieces: readonly string[];
}

/** After these a slash begins a regular expression; after anything else it divides. */
const BEFORE_REGEXP = /(?:^|[([{,;:=!&|?+\-*%<>~^]|\b(?:return|case|typeof|in|of))\s*$/;
const TAG = /(?:^|[^\w.$])([A-Za-z_$][\w$]*)$/;
const KEYWORDS = ['return', 'case', 'typeof', 'in', 'of', 'await', 'yield', 'else', 'throw', 'default'];

export function sourceTexts(source: string): SourceText[] {
  const found: SourceText[] = [];
  codeFrom(source, 0, found);
  return found;
}

/** Reads code up to the brace that closes it, or to the end; gives the place behind. */
function codeFrom(source: string, from: number, found: SourceText[]): number {
  let at = from;
  for (let depth = 0; at < source.length; ) {
    const char = source[at] ?? '';
    if (char === '}' && depth-- === 0) return at + 1;
    if (char === '{') depth++;
    at = partFrom(source, at, from, found) ?? at + 1;
  }
  return at;
}

/** Reads a comment, a string, a template or a regular expression that begins here; null: none does. */
function partFrom(source: string, at: number, codeBegins: number, found: SourceText[]): number | null {
  const two = source.slice(at, at + 2);
  if (two === '//') return endOf(source, '\n', at);
  if (two === '/*') return endOf(source, '*/', at + 2);
  const char = source[at] ?? '';
  const before = source.slice(Math.max(codeBegins, at - 40), at);
  if (char === "'" || char === '"') return stringFrom(source, at, char, found);
  if (char === '`') return templateFrom(source, at, tagIn(before), found);
  return char === '/' && BEFORE_REGEXP.test(before) ? regexpFrom(source, at) : null;
}

function endOf(source: string, mark: string, from: number): number {
  const at = source.indexOf(mark, from);
  return at < 0 ? source.length : at + mark.length;
}

function tagIn(before: string): string {
  const name = TAG.exec(before)?.[1] ?? '';
  return KEYWORDS.includes(name) ? '' : name;
}

function stringFrom(source: string, from: number, quote: string, found: SourceText[]): number {
  let at = from + 1;
  while (at < source.length && source[at] !== quote) at += source[at] === '\\' ? 2 : 1;
  found.push({ kind: 'string', tag: '', pieces: [source.slice(from + 1, at)] });
  return at + 1;
}

function templateFrom(source: string, from: number, tag: string, found: SourceText[]): number {
  const pieces: string[] = [];
  let [at, begun] = [from + 1, from + 1];
  while (at < source.length && source[at] !== '`') {
    if (source[at] === '\\') at += 2;
    else if (source.startsWith('${', at)) {
      pieces.push(source.slice(begun, at));
      at = codeFrom(source, at + 2, found);
      begun = at;
    } else at++;
  }
  found.push({ kind: 'template', tag, pieces: [...pieces, source.slice(begun, at)] });
  return at + 1;
}

function regexpFrom(source: string, from: number): number {
  let at = from + 1;
  for (let isClass = false; at < source.length && (isClass || source[at] !== '/'); at++) {
    if (source[at] === '\\') at++;
    else if (source[at] === '[') isClass = true;
    else if (source[at] === ']') isClass = false;
  }
  return at + 1;
}
