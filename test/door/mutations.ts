/** Every way to turn round one condition of a source, or to leave out one return; one at a time. */
import { closes, opens, partner, type Token, tokensOf } from './source-tokens.ts';

export interface Mutation {
  /** From 1. */
  readonly line: number;
  /** What is done, in words: `if negated`. */
  readonly what: string;
  /** The line as it stands. */
  readonly text: string;
  /** The whole source with it. */
  readonly source: string;
}

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly to: string;
}
type Change = readonly [what: string, ...edits: Edit[]];

const SWAPPED: Readonly<Record<string, readonly string[]>> = {
  '&&': ['||'],
  '||': ['&&'],
  '===': ['!=='],
  '!==': ['==='],
  '<': ['>=', '<='],
  '>': ['<=', '>='],
  '<=': ['>', '<'],
  '>=': ['<', '>'],
};
const OTHER_RETURN: Readonly<Record<string, string>> = {
  'return true': 'return false',
  'return false': 'return true',
  'return null': '',
};
const ASKING = /^(?:includes|test|has|hasOwn|some|every|startsWith|endsWith)$/;
/** Where an operand, or the condition of a `?`, cannot have begun before. */
const CONDITION_STARTS = /^(?:,|;|=|=>|\?|:|return|\.\.\.)$/;
const OPERAND_ENDS = /^(?:,|;|=|=>|\?|:|return|\.\.\.|\?\?)$/;
const PART_ENDS = /^(?:,|;|=|=>|\?|:|return|\.\.\.|\?\?|&&|\|\|)$/;

export function mutationsOf(source: string): readonly Mutation[] {
  const tokens = tokensOf(source);
  const changes = tokens.flatMap((token, at) => changesAt(source, tokens, token, at));
  return changes.map(([what, ...edits]) => {
    const line = source.slice(0, edits[0]?.start).split('\n').length;
    const text = source.split('\n')[line - 1]?.trim() ?? '';
    return { line, what, text, source: applied(source, edits) };
  });
}

function applied(source: string, edits: readonly Edit[]): string {
  const last = [...edits].sort((one, other) => other.start - one.start);
  return last.reduce((text, { start, end, to }) => text.slice(0, start) + to + text.slice(end), source);
}

function changesAt(source: string, tokens: readonly Token[], token: Token, at: number): readonly Change[] {
  const { text, kind, start, end } = token;
  const next = tokens[at + 1];
  if (kind === 'word') {
    if (text === 'if' && next?.text === '(')
      return [['if negated', ...negated(tokens, at + 2, partner(tokens, at + 1, 1) - 1)]];
    if (text === 'return') return returns(source, tokens, at);
    if (ASKING.test(text) && next?.text === '(' && /^\??\.$/.test(tokens[at - 1]?.text ?? ''))
      return [[`${text} negated`, insert(tokens[chainStart(tokens, at - 1)]?.start ?? start, '!')]];
    return [];
  }
  if (kind !== 'sign') return [];
  if (text === '?' && next !== undefined && !/^[:),]$/.test(next.text))
    return [['?: negated', ...negated(tokens, operandStart(tokens, at, CONDITION_STARTS), at - 1)]];
  if (text === '!') return [['! left out', { start, end, to: '' }]];
  if (text === '??') return defaults(source, tokens, at);
  // The brackets of a generic type have no blank before them.
  if (/^[<>]/.test(text) && source[start - 1] !== ' ') return [];
  const swapped = (SWAPPED[text] ?? []).map((to): Change => [`${text} made ${to}`, { start, end, to }]);
  return text === '&&' || text === '||' ? [...swapped, ...parts(tokens, at)] : swapped;
}

const insert = (start: number, to: string): Edit => ({ start, end: start, to });

function negated(tokens: readonly Token[], from: number, to: number): readonly Edit[] {
  return [insert(tokens[from]?.start ?? 0, '!('), insert(tokens[to]?.end ?? 0, ')')];
}

/** Left out, so that the function goes on; and the contrary, or null, instead. */
function returns(source: string, tokens: readonly Token[], at: number): readonly Change[] {
  const { start } = tokens[at] as Token;
  const last = operandEnd(tokens, at + 1, /^;$/);
  const end = (tokens[last] as Token).end;
  const left: Change = ['return left out', { start, end, to: '' }];
  const other = OTHER_RETURN[source.slice(start, end)] ?? 'return null';
  return other === '' ? [left] : [left, [other, { start, end, to: other }]];
}

/** One side of an `&&` or `||` left out with it. */
function parts(tokens: readonly Token[], at: number): readonly Change[] {
  const first = tokens[operandStart(tokens, at, PART_ENDS)] as Token;
  const last = tokens[operandEnd(tokens, at + 1, PART_ENDS)] as Token;
  return [
    ['left side left out', { start: first.start, end: (tokens[at + 1] as Token).start, to: '' }],
    ['right side left out', { start: (tokens[at - 1] as Token).end, end: last.end, to: '' }],
  ];
}

/** What stands before a `??` made null; and what stands after it, where it is asked for. */
function defaults(source: string, tokens: readonly Token[], at: number): readonly Change[] {
  const first = tokens[operandStart(tokens, at, OPERAND_ENDS)] as Token;
  const last = tokens[operandEnd(tokens, at + 1, OPERAND_ENDS)] as Token;
  const before: Edit = { start: first.start, end: (tokens[at - 1] as Token).end, to: 'null' };
  const after: Edit = { start: (tokens[at + 1] as Token).start, end: last.end, to: 'null' };
  const asks = source.slice(after.start, after.end).includes('(');
  return [['null before ??', before], ...(asks ? [['null after ??', after] as const] : [])];
}

/** The first token of what ends just before `at`. */
function operandStart(tokens: readonly Token[], at: number, stops: RegExp): number {
  for (let first = at; ; first--) {
    const before = tokens[first - 1];
    if (before === undefined || stops.test(before.text)) return first;
    if (closes(before)) first = partner(tokens, first - 1, -1) + 1;
    else if (opens(before)) return first;
  }
}

/** The last token of what begins at `at`. */
function operandEnd(tokens: readonly Token[], at: number, stops: RegExp): number {
  for (let last = at; ; last++) {
    const token = tokens[last];
    if (token === undefined || stops.test(token.text) || closes(token)) return last - 1;
    if (opens(token)) last = partner(tokens, last, 1);
  }
}

/** The first token of a chain of names, calls and elements; `dot` is the last dot in it. */
function chainStart(tokens: readonly Token[], dot: number): number {
  let first = dot - 1;
  for (;;) {
    if (closes(tokens[first] as Token)) {
      const opening = partner(tokens, first, -1);
      const isCall =
        /^[\w$)\]]+$/.test(tokens[opening - 1]?.text ?? '') &&
        !/^(?:return|if)$/.test(tokens[opening - 1]?.text ?? '');
      first = isCall ? opening - 1 : opening;
      if (isCall) continue;
    }
    const before = tokens[first - 1]?.text ?? '';
    if (before === 'new') return first - 1;
    if (!/^\??\.$/.test(before)) return first;
    first -= 2;
  }
}
