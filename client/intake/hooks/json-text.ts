/**
 * Changes a JSON file that a person has written, in its text: what is not concerned stays to the byte, comments and
 * order included. Paths are keys from the outermost in; a number is a place in a list.
 */

export type JsonPath = readonly (string | number)[];

interface Span {
  readonly start: number;
  readonly end: number;
}
interface Node extends Span {
  readonly kind: 'object' | 'list' | 'other';
  /** Of an object its members in order, of a list its values under their numbers. */
  readonly members: readonly Member[];
}
interface Member extends Span {
  readonly key: string | number;
  readonly value: Node;
}

/** The value there, as text and as data; null: there is none. Throws where the text is not JSON. */
export function valueAt(text: string, path: JsonPath): unknown {
  const node = nodeAt(text, path);
  return node === null ? undefined : JSON.parse(withoutComments(text.slice(node.start, node.end)));
}

/** The text with this value behind the others of an object or a list. */
export function withMember(text: string, path: JsonPath, key: string | null, value: unknown): string {
  const holder = nodeAt(text, path);
  if (holder === null || holder.kind === 'other')
    throw new Error(`${path.join('.') || 'It'} holds no values.`);
  const { unit, base } = indentOf(text, holder, path.length);
  const inner = base + unit;
  const shown = JSON.stringify(value, null, unit).replaceAll('\n', unit === '' ? '' : `\n${inner}`);
  const member = key === null ? shown : `${JSON.stringify(key)}:${unit === '' ? '' : ' '}${shown}`;
  const last = holder.members.at(-1);
  const before = unit === '' ? '' : `\n${inner}`;
  if (last) return `${text.slice(0, last.end)},${before}${member}${text.slice(last.end)}`;
  const after = unit === '' ? '' : `\n${base}`;
  return `${text.slice(0, holder.start + 1)}${before}${member}${after}${text.slice(holder.end - 1)}`;
}

/** The text without this value; a comma goes with it. */
export function withoutMember(text: string, path: JsonPath): string {
  const holder = nodeAt(text, path.slice(0, -1));
  const at = holder?.members.findIndex(({ key }) => key === path.at(-1)) ?? -1;
  const member = holder?.members[at];
  if (!holder || !member) return text;
  const next = holder.members[at + 1];
  const before = holder.members[at - 1];
  if (next) return text.slice(0, member.start) + text.slice(next.start);
  if (before) return text.slice(0, before.end) + text.slice(member.end);
  return text.slice(0, holder.start + 1) + text.slice(holder.end - 1);
}

/** How the members of this holder are indented; `unit`: one step, empty where all stands on one line. */
function indentOf(text: string, holder: Node, depth: number) {
  const lineOf = (at: number) => /(?:^|\n)([ \t]*)$/.exec(text.slice(0, at))?.[1];
  const root = nodeAt(text, []);
  const first = root?.members[0];
  const unit = first === undefined ? '  ' : (lineOf(first.start) ?? '');
  const own = holder.members[0] && lineOf(holder.members[0].start);
  const base = own === undefined ? unit.repeat(depth) : own.slice(0, own.length - unit.length);
  return { unit, base };
}

function nodeAt(text: string, path: JsonPath): Node | null {
  let node: Node | undefined = new Reader(text).whole();
  for (const key of path) node = node?.members.find((member) => member.key === key)?.value;
  return node ?? null;
}

/** Deeper than any settings. */
const DEEPEST = 200;

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  whole(): Node {
    this.#skip();
    const node = this.#value(0);
    this.#skip();
    if (this.#at < this.#text.length) this.#fail();
    return node;
  }

  #value(depth: number): Node {
    if (depth > DEEPEST) this.#fail();
    const sign = this.#text[this.#at];
    if (sign === '{' || sign === '[') return this.#holder(sign, depth);
    const start = this.#at;
    if (sign === '"') this.#string();
    else {
      const [word = ''] = /^(true|false|null|-?\d[\d.eE+-]*)/.exec(this.#text.slice(start, start + 64)) ?? [];
      if (word === '') this.#fail();
      this.#at += word.length;
    }
    return { kind: 'other', start, end: this.#at, members: [] };
  }

  #holder(sign: '{' | '[', depth: number): Node {
    const start = this.#at++;
    const end = sign === '{' ? '}' : ']';
    const members: Member[] = [];
    for (this.#skip(); this.#text[this.#at] !== end; this.#skip()) {
      if (members.length > 0) {
        this.#take(',');
        this.#skip();
        // Some editors leave a comma behind the last one.
        if (this.#text[this.#at] === end) break;
      }
      members.push(this.#member(sign, members.length, depth));
    }
    this.#at++;
    return { kind: sign === '{' ? 'object' : 'list', start, end: this.#at, members };
  }

  #member(sign: '{' | '[', nth: number, depth: number): Member {
    const start = this.#at;
    let key: string | number = nth;
    if (sign === '{') {
      key = this.#string();
      this.#skip();
      this.#take(':');
      this.#skip();
    }
    const value = this.#value(depth + 1);
    return { key, value, start, end: value.end };
  }

  #string(): string {
    const found = /^"(?:[^"\\\n]|\\.)*"/.exec(this.#text.slice(this.#at));
    if (!found) return this.#fail();
    this.#at += found[0].length;
    return JSON.parse(found[0]) as string;
  }

  #take(sign: string): void {
    if (this.#text[this.#at] !== sign) this.#fail();
    this.#at++;
  }

  /** Blanks and comments. */
  #skip(): void {
    const [blank = ''] = BLANK.exec(this.#text.slice(this.#at)) ?? [];
    this.#at += blank.length;
  }

  #fail(): never {
    const line = this.#text.slice(0, this.#at).split('\n').length;
    throw new Error(`It is not JSON: look at line ${line}.`);
  }
}

const BLANK = /^(?:\s|\ufeff|\/\/[^\n]*|\/\*[\s\S]*?\*\/)+/;

/** Comments and last commas are left out, strings stay. */
const withoutComments = (text: string): string =>
  text
    .replace(/("(?:[^"\\\n]|\\.)*")|\/\/[^\n]*|\/\*[\s\S]*?\*\//g, (_, string?: string) => string ?? '')
    .replace(/("(?:[^"\\\n]|\\.)*")|,(?=\s*[}\]])/g, (_, string?: string) => string ?? '');
