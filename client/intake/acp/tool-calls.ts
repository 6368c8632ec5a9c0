/** The tool calls of a session: an agent says what a call is about bit by bit, and asks about it by its id. */
import { isObject } from '../json-rpc.ts';
import { cut } from '../tool-call.ts';
import type { Params } from './peer.ts';

export interface ReportedCall {
  readonly id: string;
  /** The name of the tool, where the agent says one. */
  readonly tool: string;
  /** read, edit, delete, move, search, execute, think, fetch, switch_mode, other; or anything. */
  readonly kind: string;
  readonly title: string;
  readonly input: Params;
  readonly content: readonly Params[];
  readonly paths: readonly string[];
  readonly status: string;
  /** What came back, as the agent had it, and as it says it. */
  readonly output: unknown;
  readonly result: readonly Params[];
}

const CALLS_KEPT = 500;
const LINE_LENGTH = 500;
const PARTS = 200;
const NONE: Omit<ReportedCall, 'id'> = {
  tool: '',
  kind: '',
  title: '',
  input: {},
  content: [],
  paths: [],
  status: '',
  output: undefined,
  result: [],
};

export class ToolCalls {
  readonly #calls = new Map<string, ReportedCall>();

  /** Takes over what is said of a call; null: it says not of which. What it does not say stays. */
  take(said: unknown): ReportedCall | null {
    if (!isObject(said) || typeof said.toolCallId !== 'string' || said.toolCallId === '') return null;
    const id = said.toolCallId.slice(0, LINE_LENGTH);
    const call = merged(this.#calls.get(id) ?? { id, ...NONE }, said);
    // The newest ones are kept.
    this.#calls.delete(id);
    this.#calls.set(id, call);
    const [oldest] = this.#calls.keys();
    if (this.#calls.size > CALLS_KEPT && oldest !== undefined) this.#calls.delete(oldest);
    return call;
  }
}

function merged(call: ReportedCall, said: Params): ReportedCall {
  const { content, locations } = said;
  return {
    id: call.id,
    tool: lineOf(toolIn(said)) || call.tool,
    kind: lineOf(said.kind) || call.kind,
    title: lineOf(said.title) || call.title,
    // Some ask with less than they have said before.
    input: isObject(said.rawInput) ? { ...call.input, ...bounded(said.rawInput) } : call.input,
    content: Array.isArray(content) && content.length > 0 ? contentOf(call, content) : call.content,
    paths: Array.isArray(locations) && locations.length > 0 ? pathsOf(locations) : call.paths,
    status: lineOf(said.status) || call.status,
    result: isOver(said) && Array.isArray(content) ? partsOf(content) : call.result,
    output: said.rawOutput === undefined ? call.output : bounded({ it: said.rawOutput }).it,
  };
}

function toolIn({ name, _meta: meta }: Params): unknown {
  if (typeof name === 'string') return name;
  const { claudeCode, toolName } = isObject(meta) ? meta : {};
  // Claude's, and Qwen's.
  return isObject(claudeCode) ? claudeCode.toolName : toolName;
}

/** One line of somebody else's words. */
export const lineOf = (value: unknown): string =>
  typeof value === 'string'
    ? value
        .slice(0, LINE_LENGTH * 4)
        .replace(/[\s\p{Cc}]+/gu, ' ')
        .trim()
        .slice(0, LINE_LENGTH)
    : '';

const partsOf = (content: readonly unknown[]): Params[] =>
  content.slice(0, PARTS).filter(isObject).map(bounded);

export const isOver = ({ status }: { readonly status?: unknown }): boolean =>
  status === 'completed' || status === 'failed';

/** What it would change stays, although the request may say only why. */
function contentOf(call: ReportedCall, content: readonly unknown[]): Params[] {
  const parts = partsOf(content);
  return parts.some(isDiff) ? parts : [...call.content.filter(isDiff), ...parts];
}

const isDiff = ({ type }: Params): boolean => type === 'diff';

const pathsOf = (locations: readonly unknown[]): string[] =>
  locations
    .slice(0, PARTS)
    .map((each) => (isObject(each) ? each.path : null))
    .filter((path) => typeof path === 'string')
    .map((path) => path.slice(0, 4000));

const DEEPEST = 12;
const MOST_VALUES = 5000;

/** Something of it may have been left out here. */
export const isCut = ({ paths, content, input }: ReportedCall): boolean =>
  paths.length >= PARTS || content.length >= PARTS || JSON.stringify([input, content]).includes(NOT_SHOWN);

const NOT_SHOWN = '… (more is not shown)';

/** The same, with every text cut where nobody would read on, and not deeper or wider than can be shown. */
function bounded(value: Params): Params {
  let left = MOST_VALUES;
  const take = (each: unknown, depth: number): unknown => {
    if (typeof each === 'string') return cut(each);
    if (typeof each !== 'object' || each === null) return each;
    if (depth > DEEPEST || left <= 0) return NOT_SHOWN;
    const entries = Object.entries(each).slice(0, left);
    left -= entries.length;
    const taken = entries.map(([key, inner]) => [key.slice(0, LINE_LENGTH), take(inner, depth + 1)] as const);
    return Array.isArray(each) ? taken.map(([, inner]) => inner) : Object.fromEntries(taken);
  };
  return take(value, 0) as Params;
}

/** The texts in the content of a call, one after the other. */
export const textIn = (content: readonly Params[]): string =>
  content
    .map(({ type, content: inner }) => (type === 'content' && isObject(inner) ? inner.text : undefined))
    .filter((text) => typeof text === 'string' && text !== '')
    .join('\n');
