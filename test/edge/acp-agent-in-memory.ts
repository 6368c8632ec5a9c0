/** An agent that speaks the Agent Client Protocol in this process: it says hello by itself, and then whatever a test says. */
import { PassThrough } from 'node:stream';
import { drive } from '../../client/intake/acp/drive.ts';
import type { AskedQuestion, Replies, Reply } from '../../client/intake/ask.ts';
import { linesOf } from '../../client/intake/lines.ts';
import { acpAgent } from '../../shared/acp-agents.ts';
import { until } from '../until.ts';

export type Message = Readonly<Record<string, unknown>>;

export interface Asked {
  readonly questions: readonly AskedQuestion[];
  readonly key: string;
  readonly over: AbortSignal;
  answer(...replies: readonly Partial<Reply>[]): void;
  fail(error: Error): void;
  isConfirmed: boolean;
}

export class AgentInMemory {
  /** What it was told, oldest first. */
  readonly heard: Message[] = [];
  /** What reached the operator. */
  readonly asked: Asked[] = [];
  readonly refused: { readonly key: string; readonly tool: string; readonly subject: string }[] = [];
  readonly withdrawn: string[] = [];
  readonly news: string[] = [];
  text = '';
  /** Answers to calls of ours, by method, instead of the usual ones; null: none. */
  readonly answers: Record<string, ((params: Message) => object) | null> = {};
  readonly #toUs = new PassThrough();
  readonly #fromUs = new PassThrough();
  readonly ended: Promise<Error | null>;

  constructor(given: { readonly like?: string; readonly mode?: string; readonly session?: string } = {}) {
    void this.#listen();
    this.ended = drive({
      input: this.#toUs,
      output: this.#fromUs,
      known: acpAgent(given.like ?? null),
      folder: '/project',
      mcpServers: [],
      mode: given.mode ?? null,
      model: null,
      session: given.session ?? null,
      prompt: 'do it',
      goOn: () => 'go on',
      news: () => this.news.splice(0),
      opened: () => {},
      write: (text) => {
        this.text += text;
      },
      seen: () => {},
      marker: 'marker',
      ask: (questions, key, over, onAsked) => this.#ask(questions, key, over, onAsked),
      withdraw: async (items) => {
        this.withdrawn.push(...items);
      },
      refused: (refusal) => this.refused.push(refusal),
    }).then(
      () => null,
      (error: Error) => error,
    );
  }

  /** A line as it is, or a message. */
  say(...lines: readonly (string | object)[]): void {
    for (const line of lines)
      this.#toUs.write(`${typeof line === 'string' ? line : JSON.stringify({ jsonrpc: '2.0', ...line })}\n`);
  }

  update(update: object): void {
    this.say({ method: 'session/update', params: { sessionId: 's', update } });
  }

  askPermission(id: number | string, toolCallId: string, command = 'touch x'): void {
    const options = [
      { optionId: 'y', name: 'Yes', kind: 'allow_once' },
      { optionId: 'n', name: 'No', kind: 'reject_once' },
    ];
    const params = { sessionId: 's', toolCall: { toolCallId, rawInput: { command } }, options };
    this.say({ id, method: 'session/request_permission', params });
  }

  leave(): void {
    this.#toUs.end();
  }

  /** Waits until everything that it has said has been read. */
  async taken(): Promise<void> {
    await until('all to be read', () => this.#toUs.readableLength === 0 && this.#toUs.readableEnded);
  }

  /** Waits for a call of ours. */
  async called(
    method: string,
    nth = 0,
  ): Promise<Message & { readonly id: unknown; readonly params: Message }> {
    const found = () => this.heard.filter((message) => message.method === method)[nth];
    await until(`${method} (${nth})`, () => found() !== undefined);
    return found() as Message & { id: unknown; params: Message };
  }

  /** Waits for our answer to a request of its own. */
  async answered(id: unknown): Promise<Message> {
    const found = () => this.heard.find((message) => message.method === undefined && message.id === id);
    await until(`an answer to ${id}`, () => found() !== undefined);
    return found() ?? {};
  }

  async endTurn(stopReason = 'end_turn', nth = 0): Promise<void> {
    this.say({ id: (await this.called('session/prompt', nth)).id, result: { stopReason } });
  }

  async #listen(): Promise<void> {
    for await (const line of linesOf(this.#fromUs, 1e9)) {
      const message = JSON.parse(line ?? '{}') as Message;
      this.heard.push(message);
      const { id, method, params } = message;
      if (typeof method !== 'string' || id === undefined) continue;
      const made = Object.hasOwn(this.answers, method) ? this.answers[method] : USUAL[method];
      if (made) this.say({ id, ...made((params ?? {}) as Message) });
    }
  }

  #ask(
    questions: readonly AskedQuestion[],
    key: string,
    over: AbortSignal,
    onAsked: (items: readonly string[]) => void,
  ): Promise<Replies> {
    return new Promise((resolve, reject) => {
      const asked: Asked = {
        questions,
        key,
        over,
        isConfirmed: false,
        answer: (...replies) =>
          resolve({
            replies: replies.map((reply) => ({ item: key, options: [], text: '', ...reply })),
            confirm: async () => {
              asked.isConfirmed = true;
            },
          }),
        fail: reject,
      };
      this.asked.push(asked);
      onAsked([key]);
      over.addEventListener('abort', () => reject(new Error('over')));
    });
  }
}

const USUAL: Readonly<Record<string, (params: Message) => object>> = {
  initialize: () => ({ result: { protocolVersion: 1, agentCapabilities: { loadSession: true } } }),
  'session/new': () => ({ result: { sessionId: 's' } }),
  'session/load': () => ({ result: {} }),
  'session/set_mode': () => ({ result: {} }),
};
