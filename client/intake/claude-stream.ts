/**
 * What Claude Code says of a run with `--output-format stream-json`, a line each: what it does, as text for people;
 * and as facts its session, and the tool calls that somebody refused.
 */
import type { Usage } from '../../shared/usage-words.ts';
import { costIn, tokensIn } from './acp/usage-count.ts';
import { isObject } from './json-rpc.ts';
import { subjectOf } from './tool-call.ts';

export interface RefusedTool {
  /** The id of the tool call. */
  readonly id: string;
  readonly tool: string;
  readonly subject: string;
}

export interface Heard {
  /** To be printed, a line each. */
  readonly lines: readonly string[];
  /** Set once it is certain that the session is kept. */
  readonly session?: string;
  readonly refused: readonly RefusedTool[];
  /** The tokens of the whole run, and the cost of its session, earlier runs of it included; said with its end. */
  readonly usage?: Usage;
}

/**
 * Where the permission tool died before it could ask, no decision is noted and the call is in no list of denials;
 * the result of the call begins with this.
 */
const UNDECIDED = '<tool_use_error>Error calling tool (';

export class ClaudeStream {
  readonly #calls = new Map<string, RefusedTool>();
  /** The question that reached nobody, unless it is asked again and answered. */
  #lost: RefusedTool | null = null;
  #session = '';
  #hasBegun = false;

  /** There is a conversation. Where one that is gone was to be resumed, there is none. */
  get hasBegun(): boolean {
    return this.#hasBegun;
  }

  /** One line of the stream. What is not JSON is passed on as it is. */
  hear(line: string): Heard {
    const event = parsed(line);
    if (event === null) return { lines: [line], refused: [] };
    if (event.type !== 'result') this.#hasBegun = true;
    switch (event.type) {
      case 'assistant':
        return this.#said(event);
      case 'user':
        return this.#results(event);
      case 'system':
        return event.subtype === 'permission_denied' ? { lines: [], refused: [this.#call(event)] } : NOTHING;
      case 'result':
        return this.#ended(event);
      default:
        return NOTHING;
    }
  }

  /** A question that reached nobody to the end. */
  lost(): RefusedTool | null {
    return this.#lost;
  }

  #said({ message, session_id }: Event): Heard {
    const lines: string[] = [];
    for (const part of partsOf(message)) {
      if (part.type === 'text') lines.push(String(part.text));
      if (part.type !== 'tool_use' || typeof part.id !== 'string') continue;
      const call = this.#call({ tool_use_id: part.id, tool_name: part.name, tool_input: part.input });
      this.#calls.set(part.id, call);
      lines.push(`> ${call.tool}${call.subject && `: ${call.subject}`}`);
    }
    const isNew = typeof session_id === 'string' && session_id !== this.#session;
    if (isNew) this.#session = session_id;
    return { lines, refused: [], ...(isNew && { session: session_id }) };
  }

  #results({ message, tool_result_meta: meta }: Event): Heard {
    const refused: RefusedTool[] = [];
    for (const { type, tool_use_id, is_error, content } of partsOf(message)) {
      if (type !== 'tool_result') continue;
      const call = this.#call({ tool_use_id });
      const isFailed = is_error === true;
      if (call.tool.endsWith('__ask_human')) this.#lost = isFailed ? call : null;
      const decided = listOf(meta).find(({ id }) => id === tool_use_id)?.permission_decision;
      const isRefused = isObject(decided) ? decided.decision === 'reject' : isUndecided(content);
      if (isFailed && isRefused) refused.push(call);
    }
    return { lines: [], refused };
  }

  #ended({ permission_denials, is_error, result, errors, usage, total_cost_usd: cost }: Event): Heard {
    const said = is_error === true ? [result, errors].flat() : [];
    return {
      lines: said.filter((each) => typeof each === 'string'),
      refused: listOf(permission_denials).map((each) => this.#call(each)),
      ...(isObject(usage) && { usage: { ...tokensIn(usage), micro_usd: costIn(cost) } }),
    };
  }

  #call({ tool_use_id: id, tool_name: tool, tool_input: input }: Event): RefusedTool {
    const known = this.#calls.get(String(id));
    return (
      known ?? {
        id: String(id),
        tool: String(tool ?? 'a tool'),
        subject: isObject(input) ? subjectOf(input) : '',
      }
    );
  }
}

type Event = Readonly<Record<string, unknown>>;

const NOTHING: Heard = { lines: [], refused: [] };

function parsed(line: string): Event | null {
  try {
    const value: unknown = JSON.parse(line);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

const listOf = (value: unknown): Event[] => (Array.isArray(value) ? value.filter(isObject) : []);

const partsOf = (message: unknown): Event[] => (isObject(message) ? listOf(message.content) : []);

const isUndecided = (content: unknown): boolean =>
  typeof content === 'string' && content.startsWith(UNDECIDED);
