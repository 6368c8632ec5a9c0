/** What an agent asks for, brought to the operator, each call under a key of its own, and the replies brought back. */
import { createHash } from 'node:crypto';
import { type AskedQuestion, type Replies, type Reply, Withdrawn } from '../ask.ts';
import { callKey } from '../call-key.ts';
import { type CallOutcome, isObject, RpcError } from '../json-rpc.ts';
import { type AgentPlace, headOf, isOurs } from './call-context.ts';
import { formOf } from './form.ts';
import { NOT_WANTED, type Params, type PeerRequest } from './peer.ts';
import { optionsOf, permissionRequest } from './permission-request.ts';
import { qwenQuestions } from './qwen-questions.ts';
import { lineOf, type ReportedCall, type ToolCalls } from './tool-calls.ts';
import type { Transcript } from './transcript.ts';

export interface RefusedCall {
  readonly key: string;
  readonly tool: string;
  readonly subject: string;
}

export interface RequestParts {
  /** Of the run. */
  readonly marker: string;
  readonly place: AgentPlace;
  readonly calls: ToolCalls;
  readonly transcript: Transcript;
  ask(
    questions: readonly AskedQuestion[],
    key: string,
    over: AbortSignal,
    onAsked: (ids: readonly string[]) => void,
  ): Promise<Replies>;
  /** The agent no longer wants an answer. */
  withdraw(items: readonly string[]): Promise<void>;
  /** It was refused without the operator. */
  refused(refusal: RefusedCall): void;
  /** Called before the agent is answered. */
  decided(decision: { readonly head: string; readonly isRefused: boolean; readonly words: string }): void;
}

/** Beyond these a person would not get to the end of it, and the agent is out of order. */
const AT_ONCE = 50;
const IN_ALL = 2000;
const REFUSALS_NOTED = 100;
const KEYS_KEPT = 2000;
const NOBODY: Replies = { replies: [], confirm: async () => {} };

export class Requests {
  readonly #parts: RequestParts;
  /** By call: the digests of what was asked under it. */
  readonly #digests = new Map<string, string[]>();
  readonly #confirming = new Set<Promise<void>>();
  #waiting = 0;
  #all = 0;
  #noted = 0;

  constructor(parts: RequestParts) {
    this.#parts = parts;
  }

  /** How many wait for the operator. */
  readonly waiting = (): number => this.#waiting;

  readonly methods = {
    'session/request_permission': (asked: PeerRequest) => this.#permission(asked),
    'elicitation/create': (asked: PeerRequest) => this.#form(asked),
  };

  async #permission({ params, signal }: PeerRequest): Promise<CallOutcome> {
    const { calls, place, transcript } = this.#parts;
    const { toolCall, options } = params;
    const call = calls.take(toolCall);
    if (call === null) throw new RpcError('params', 'A permission is for a tool call with an id.');
    const meta = isObject(toolCall) ? toolCall._meta : undefined;
    if (isOurs(call, meta)) return allowed(options);
    const head = headOf(call, place);
    const qwen = qwenQuestions(params, options);
    const request = qwen ? null : this.#guarded(call.id, head, () => permissionRequest(call, options, place));
    transcript.name(call);
    if (qwen) {
      const { replies, confirm } = await this.#ask(
        qwen.questions,
        { id: call.id, head, tool: toolOf(call) },
        signal,
      );
      return { result: qwen.answer(replies), sent: confirm };
    }
    if (!request) throw new RpcError('params', 'This cannot be asked.');
    const subject = { id: call.id, head, tool: toolOf(call) };
    const { replies, confirm, key } = await this.#ask([request.question], subject, signal);
    // The agent took this request back; nobody refused it.
    signal.throwIfAborted();
    const [reply] = replies ?? [];
    const { result, isRefused, said, words } = request.decide(reply ?? null);
    transcript.block(`Answered: ${said}`, words);
    // An answer to an earlier run stands in this one's prompt, with its words.
    const isNew = reply?.item === key;
    this.#parts.decided({ head, isRefused, words: isNew ? words : '' });
    return { result, sent: confirm };
  }

  async #form({ params, signal }: PeerRequest): Promise<CallOutcome> {
    const id = lineOf(params.toolCallId) || `form ${this.#all}`;
    const head = lineOf(params.message) || 'a form';
    const form = this.#guarded(id, head, () => formOf(params));
    const { replies, confirm } = await this.#ask(form.questions, { id, head, tool: 'question' }, signal);
    for (const [nth, { options, text }] of (replies ?? []).entries()) {
      const labels = options.map(
        (each) => form.questions[nth]?.options?.find((option) => option.id === each)?.label ?? each,
      );
      this.#parts.transcript.block(`Answered: ${labels.join(', ')}`, text);
    }
    return { result: form.answer(replies), sent: confirm };
  }

  /** What cannot be put to a person is refused without one, and that is a fact of the run. */
  #guarded<Result>(id: string, head: string, make: () => Result): Result {
    try {
      return make();
    } catch (error) {
      this.#refuse(callKey(this.#parts.marker, id), 'request', head);
      throw error;
    }
  }

  /** `replies` is null where nobody has answered: withdrawn, or not to be asked. */
  async #ask(
    questions: readonly AskedQuestion[],
    { id, head, tool }: { id: string; head: string; tool: string },
    signal: AbortSignal,
  ): Promise<{ replies: readonly Reply[] | null; confirm: () => Promise<void>; key: string }> {
    const { ask, withdraw, transcript } = this.#parts;
    const key = this.#keyFor(id, questions);
    if (++this.#all > IN_ALL || this.#waiting >= AT_ONCE) {
      this.#refuse(key, tool, head);
      throw new RpcError('busy', `At most ${AT_ONCE} requests may wait, and ${IN_ALL} be made in a run.`);
    }
    let items: readonly string[] = [];
    for (const { prompt } of questions) transcript.head(`Asked: ${prompt}`);
    this.#waiting++;
    try {
      const { replies, confirm } = await ask(questions, key, signal, (ids) => {
        items = ids;
      });
      return { replies, confirm: () => this.#kept(confirm()), key };
    } catch (error) {
      if (signal.reason === NOT_WANTED) await withdraw(items);
      else if (signal.aborted) throw error;
      else if (!(error instanceof Withdrawn)) this.#unasked(key, tool, head, error);
      return { ...NOBODY, replies: null, key };
    } finally {
      this.#waiting--;
    }
  }

  /** Waits until the daemon knows what the agent has been told. */
  async settled(): Promise<void> {
    await Promise.all(this.#confirming);
  }

  async #kept(confirming: Promise<void>): Promise<void> {
    this.#confirming.add(confirming);
    try {
      await confirming;
    } finally {
      this.#confirming.delete(confirming);
    }
  }

  #unasked(key: string, tool: string, head: string, error: unknown): void {
    this.#parts.transcript.head(
      `The operator could not be asked: ${error instanceof Error ? error.message : error}`,
    );
    this.#refuse(key, tool, head);
  }

  #refuse(key: string, tool: string, subject: string): void {
    if (++this.#noted > REFUSALS_NOTED) return;
    this.#parts.transcript.head(`Refused without the operator: ${subject}`);
    this.#parts.refused({ key, tool: tool.slice(0, 200) || 'request', subject: subject.slice(0, 2000) });
  }

  /** A call that is repeated is the same question; another question about the same call is another one. */
  #keyFor(id: string, questions: readonly AskedQuestion[]): string {
    const digest = createHash('sha256').update(JSON.stringify(questions)).digest('hex');
    const known = this.#digests.get(id) ?? [];
    const nth = known.indexOf(digest);
    if (nth < 0) known.push(digest);
    this.#digests.set(id, known);
    const [oldest] = this.#digests.keys();
    if (this.#digests.size > KEYS_KEPT && oldest !== undefined) this.#digests.delete(oldest);
    const at = nth < 0 ? known.length - 1 : nth;
    return callKey(this.#parts.marker, at === 0 ? id : `${id}\0${at}`);
  }
}

const toolOf = ({ tool, kind }: ReportedCall): string => tool || kind || 'tool';

function allowed(options: unknown): CallOutcome {
  const option = optionsOf(options).find(({ kind }) => kind.startsWith('allow'));
  const outcome: Params = option
    ? { outcome: 'selected', optionId: option.optionId }
    : { outcome: 'cancelled' };
  return { result: { outcome } };
}
