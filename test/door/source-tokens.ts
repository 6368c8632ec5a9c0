/** The words and signs of a source in our own style, with brackets matched: enough to change single conditions. */
export interface Token {
  readonly text: string;
  readonly kind: 'word' | 'text' | 'regex' | 'sign';
  readonly start: number;
  readonly end: number;
}

const BLANK = /(?:\s+|\/\/.*|\/\*[\s\S]*?\*\/)+/y;
const WORD = /[\w$#]+/y;
const QUOTED = /'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"/y;
/** From a backtick, or from the end of what stood in it, to the next: `${` or the end. */
const TEMPLATE = /[`}](?:[^`\\$]|\\[\s\S]|\$(?!\{))*(?:\$\{|`)/y;
const REGEX = /\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/y;
const SIGN = /\.\.\.|===|!==|\?\?=|=>|&&|\|\||\?\?|\?\.|[<>]=|[^\w\s]/y;
const OPENS = /^(?:[([{]|.*\$\{)$/s;
const CLOSES = /^(?:[)\]}]|\}[\s\S]*)$/;
/** A slash after one of these divides; after anything else a regular expression begins. */
const ENDS_A_VALUE = /^(?:[)\]}]|\w+)$/;

export function tokensOf(source: string): readonly Token[] {
  const tokens: Token[] = [];
  /** Of the brackets that are open, those of templates are true. */
  const open: boolean[] = [];
  for (let at = 0; at < source.length; ) {
    const next = (form: RegExp): string => {
      form.lastIndex = at;
      return form.exec(source)?.[0] ?? '';
    };
    const before = tokens.at(-1)?.text ?? '';
    const inTemplate = source[at] === '`' || (source[at] === '}' && open.at(-1) === true);
    const dividing = ENDS_A_VALUE.test(before) && before !== 'return';
    const blank = next(BLANK);
    const found: readonly [Token['kind'], string] = blank
      ? ['sign', blank]
      : next(WORD)
        ? ['word', next(WORD)]
        : next(QUOTED)
          ? ['text', next(QUOTED)]
          : inTemplate
            ? ['text', next(TEMPLATE)]
            : source[at] === '/' && !dividing
              ? ['regex', next(REGEX)]
              : ['sign', next(SIGN)];
    const [kind, text] = found;
    if (text === '') throw new Error(`cannot read ${JSON.stringify(source.slice(at, at + 40))}`);
    if (blank === '') {
      if (closes({ kind, text })) open.pop();
      if (opens({ kind, text })) open.push(kind === 'text');
      tokens.push({ text, kind, start: at, end: at + text.length });
    }
    at += text.length;
  }
  return tokens;
}

type Shape = Pick<Token, 'kind' | 'text'>;
const bracket = ({ kind, text }: Shape): boolean => kind === 'sign' || /^[`}]/.test(text);
export const opens = (token: Shape): boolean => bracket(token) && OPENS.test(token.text);
export const closes = (token: Shape): boolean => bracket(token) && CLOSES.test(token.text);

/** Where the bracket that belongs to this one stands; `by` is 1 from an opening one and -1 from a closing one. */
export function partner(tokens: readonly Token[], at: number, by: 1 | -1): number {
  let depth = 0;
  for (let other = at; ; other += by) {
    const token = tokens[other];
    if (token === undefined) throw new Error(`no partner for the bracket at ${tokens[at]?.start}`);
    // The middle of a template closes one and opens another: from there on it is either.
    const [deeper, higher] = by === 1 ? [opens(token), closes(token)] : [closes(token), opens(token)];
    if (higher && other !== at) depth--;
    if (depth === 0 && other !== at) return other;
    if (deeper) depth++;
  }
}
