/** What happens in a session, as text that a person can read: who said what, which tool, and what came back, folded. */
import { isObject } from '../json-rpc.ts';
import { type AgentPlace, headOf } from './call-context.ts';
import type { Params } from './peer.ts';
import { isOver, lineOf, type ReportedCall, textIn } from './tool-calls.ts';

const LINES_SHOWN = 20;
const LINE_SHOWN = 2000;
const TASKS_SHOWN = 50;

/**
 * Each part has a heading at the start of a line; whatever somebody else said stands indented below it, so that nobody
 * can write a heading of ours.
 */
export class Transcript {
  readonly #write: (text: string) => void;
  readonly #place: Pick<AgentPlace, 'titleIsCommand'>;
  /** Whose words came last, and go on on the same line. */
  #speaker = '';
  #isAtStart = true;
  readonly #named = new Set<string>();
  readonly #ended = new Set<string>();

  constructor(write: (text: string) => void, place: Pick<AgentPlace, 'titleIsCommand'>) {
    this.#write = write;
    this.#place = place;
  }

  /** One line of ours. */
  head(text: string): void {
    this.#endLine();
    this.#speaker = '';
    this.#write(`${lineOf(text)}\n`);
  }

  /** A heading, and somebody else's words below it, all of them or their first lines. */
  block(heading: string, text: string, lines = LINES_SHOWN): void {
    this.head(heading);
    const folded = foldedText(text, lines);
    if (folded !== '') this.#write(`${folded}\n`);
  }

  /** An update of the session; `call` is what is known of the tool call that it is about. */
  update(update: Params, call: ReportedCall | null): void {
    const { sessionUpdate: kind } = update;
    if (kind === 'agent_message_chunk') this.#chunk('Agent', update.content);
    else if (kind === 'agent_thought_chunk') this.#chunk('Agent, thinking', update.content);
    else if (call) this.#call(call);
    else if (kind === 'plan') this.#plan(update.entries);
    else if (kind === 'current_mode_update') this.head(`Mode: ${lineOf(update.currentModeId)}`);
  }

  /** Names a call, once, before anything else is said of it. */
  name(call: ReportedCall): void {
    if (this.#named.has(call.id)) return;
    remember(this.#named, call.id);
    this.head(`Tool: ${headOf(call, this.#place)}`);
  }

  #chunk(speaker: string, content: unknown): void {
    const text = isObject(content)
      ? typeof content.text === 'string'
        ? content.text
        : `[${lineOf(content.type)}]`
      : '';
    if (text === '') return;
    if (this.#speaker !== speaker) {
      this.head(`${speaker}:`);
      this.#speaker = speaker;
    }
    const lead = this.#isAtStart ? '  ' : '';
    const isWhole = text.endsWith('\n');
    const body = (isWhole ? text.slice(0, -1) : text).replaceAll('\n', '\n  ');
    this.#write(`${lead}${body}${isWhole ? '\n' : ''}`);
    this.#isAtStart = isWhole;
  }

  #call(call: ReportedCall): void {
    if (Object.keys(call.input).length > 0 || isOver(call)) this.name(call);
    if (!isOver(call) || this.#ended.has(call.id)) return;
    remember(this.#ended, call.id);
    const text = outputOf(call);
    if (call.status === 'failed') this.block('Failed:', text);
    else if (text !== '') this.block('Result:', text);
  }

  #plan(entries: unknown): void {
    if (!Array.isArray(entries)) return;
    const lines = entries
      .slice(0, TASKS_SHOWN)
      .filter(isObject)
      .map(({ status, content }) => `[${status === 'completed' ? 'x' : ' '}] ${lineOf(content)}`);
    this.block('Tasks:', lines.join('\n'), TASKS_SHOWN);
  }

  #endLine(): void {
    if (!this.#isAtStart) this.#write('\n');
    this.#isAtStart = true;
  }
}

const IDS_KEPT = 2000;

function remember(ids: Set<string>, id: string): void {
  ids.add(id);
  const [oldest] = ids;
  if (ids.size > IDS_KEPT && oldest !== undefined) ids.delete(oldest);
}

function outputOf({ result, output }: ReportedCall): string {
  if (typeof output === 'string') return output;
  const inner = isObject(output) ? (output.output ?? output.error ?? output.formatted_output) : undefined;
  return typeof inner === 'string' ? inner : textIn(result);
}

/** The first lines, indented, and how many more there are. */
export function foldedText(text: string, most: number): string {
  const all = text.replace(/\s+$/, '').split('\n');
  const shown = all
    .slice(0, most)
    .map((line) => `  ${line.length > LINE_SHOWN ? `${line.slice(0, LINE_SHOWN)} …` : line}`);
  const left = all.length - shown.length;
  if (text.trim() === '') return '';
  return [...shown, ...(left > 0 ? [`  … ${left} more ${left === 1 ? 'line' : 'lines'}`] : [])].join('\n');
}
