/** Where something stands in a JSON text, so that a mistake can be named by its line. */

type Path = readonly PropertyKey[];

interface Place {
  readonly at: number;
  readonly members: ReadonlyMap<string, Place>;
}

const BLANK = /[\s\ufeff]*/y;
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[\dA-Fa-f]{4}))*"/y;
const WORD = /(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.+-])/y;
const DEEPEST = 500;

/** The line of the first character that is no JSON; null: it is JSON. */
export function brokenLine(text: string): number | null {
  const reader = new JsonReader(text);
  return reader.whole() ? null : lineAt(text, reader.at);
}

/** The line of what stands at a path, or of the nearest thing around it. The text must be JSON. */
export function lineOf(text: string, path: Path): number {
  let place = new JsonReader(text).whole();
  for (const key of path) {
    const next = place?.members.get(String(key));
    if (!next) break;
    place = next;
  }
  return lineAt(text, place?.at ?? 0);
}

const lineAt = (text: string, at: number): number => text.slice(0, at).split('\n').length;

/** Reads strictly; stops at what is no JSON, where `at` then stands. */
class JsonReader {
  readonly #text: string;
  at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  whole(): Place | null {
    const place = this.#value(0);
    this.#take(BLANK);
    return this.at < this.#text.length ? null : place;
  }

  #value(depth: number): Place | null {
    this.#take(BLANK);
    const { at } = this;
    const sign = this.#text[at];
    if (sign !== '{' && sign !== '[') return this.#take(STRING) || this.#take(WORD) ? leaf(at) : null;
    this.at++;
    const members = depth < DEEPEST ? this.#members(sign, depth) : null;
    return members && { at, members };
  }

  #members(sign: '{' | '[', depth: number): Map<string, Place> | null {
    const members = new Map<string, Place>();
    const end = sign === '{' ? '}' : ']';
    if (this.#sign(end)) return members;
    do {
      this.#take(BLANK);
      const { at } = this;
      const key = sign === '{' ? this.#key() : String(members.size);
      const value = key === null ? null : this.#value(depth + 1);
      if (key === null || value === null) return null;
      members.set(key, sign === '{' ? { ...value, at } : value);
    } while (this.#sign(','));
    return this.#sign(end) ? members : null;
  }

  #key(): string | null {
    const key = this.#take(STRING);
    return key && this.#sign(':') ? (JSON.parse(key) as string) : null;
  }

  #sign(sign: string): boolean {
    this.#take(BLANK);
    const isThere = this.#text[this.at] === sign;
    if (isThere) this.at++;
    return isThere;
  }

  #take(what: RegExp): string {
    what.lastIndex = this.at;
    const [found = ''] = what.exec(this.#text) ?? [];
    this.at += found.length;
    return found;
  }
}

const NONE: ReadonlyMap<string, Place> = new Map();
const leaf = (at: number): Place => ({ at, members: NONE });
