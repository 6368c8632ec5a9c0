/**
 * JSON-RPC 2.0 in both directions, a message a line: what the Agent Client Protocol speaks over stdio. Everything that
 * comes from the agent is bounded, and nothing in it throws past here.
 */
import type { Writable } from 'node:stream';
import { type CallOutcome, type Id, isObject, RpcError } from '../json-rpc.ts';
import { linesOf } from '../lines.ts';

export type Params = Readonly<Record<string, unknown>>;

export interface PeerRequest {
  readonly params: Params;
  /** Aborted when the agent no longer wants to know (`NOT_WANTED`), or has gone. */
  readonly signal: AbortSignal;
}

export interface PeerParts {
  readonly input: AsyncIterable<Buffer>;
  readonly output: Writable;
  /** What the agent may ask. */
  readonly methods: Readonly<Record<string, (asked: PeerRequest) => Promise<CallOutcome>>>;
  readonly notified: (method: string, params: Params) => void;
  /** A line that is no message of the protocol. */
  readonly noise: (line: string) => void;
  /** Every line, as it was sent, and whether it is a message. */
  readonly seen: (from: 'agent' | 'us', line: string, isMessage: boolean) => void;
}

/** A message holds what an agent wants to write to a file. */
const LINE_BYTES = 32 * 1024 * 1024;
const ASKED_AT_ONCE = 200;
const ID_LENGTH = 200;
const CANCELLED = -32800;

/** Why a request is over: one that its agent took back is not asked any more; that of an agent that died still is. */
export const NOT_WANTED = 'not wanted';
const GONE = 'gone';

/** The agent has answered with an error. */
export class AgentError extends Error {
  readonly code: number;
  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

/** The agent has gone, or can no longer be understood. */
export class Gone extends Error {}

interface Waiting {
  readonly resolve: (result: Params) => void;
  readonly reject: (error: Error) => void;
}

export class Peer {
  readonly #parts: PeerParts;
  readonly #asked = new Map<Id, AbortController>();
  readonly #waiting = new Map<number, Waiting>();
  #sent = 0;
  #gone: Gone | null = null;

  constructor(parts: PeerParts) {
    this.#parts = parts;
    // The end of the input says that the agent has gone.
    parts.output.on('error', () => {});
  }

  /** Hears the agent until it ends. Never throws: whoever waits for an answer is told. */
  async listen(): Promise<void> {
    try {
      for await (const line of linesOf(this.#parts.input, LINE_BYTES)) {
        if (line === null)
          throw new Gone(`The agent sent a message of more than ${LINE_BYTES / 1024 ** 2} MiB.`);
        if (line.trim() !== '') this.#take(line);
      }
      this.leave(new Gone('The agent has ended.'));
    } catch (error) {
      this.leave(error instanceof Gone ? error : new Gone(`The agent cannot be heard: ${String(error)}`));
    }
  }

  /** Nothing more is expected, and nobody is answered. */
  leave(why: Gone): void {
    this.#gone ??= why;
    for (const { reject } of this.#waiting.values()) reject(this.#gone);
    this.#waiting.clear();
    for (const call of this.#asked.values()) call.abort(GONE);
  }

  /** Throws `AgentError`, or `Gone`. */
  call(method: string, params: object): Promise<Params> {
    return new Promise((resolve, reject) => {
      if (this.#gone) return reject(this.#gone);
      const id = this.#sent++;
      this.#waiting.set(id, { resolve, reject });
      void this.#send({ id, method, params });
    });
  }

  notify(method: string, params: object): void {
    void this.#send({ method, params });
  }

  #take(line: string): void {
    // What is said when all is over changes nothing.
    if (this.#gone) return;
    const message = parsed(line);
    this.#parts.seen('agent', line, message !== null);
    // Many programs print a warning there.
    if (message === null) this.#parts.noise(line);
    else this.#read(message);
  }

  #read({ id, method, params, result, error }: Params): void {
    const given = isObject(params) ? params : {};
    if (typeof method !== 'string') this.#answered(id, result, error);
    else if (id === undefined) this.#notified(method, given);
    else void this.#answer(id, method, given);
  }

  #answered(id: unknown, result: unknown, error: unknown): void {
    const waiting = typeof id === 'number' ? this.#waiting.get(id) : undefined;
    if (!waiting) return;
    this.#waiting.delete(id as number);
    if (error === undefined || error === null) waiting.resolve(isObject(result) ? result : {});
    else waiting.reject(errorOf(error));
  }

  #notified(method: string, params: Params): void {
    if (method === '$/cancel_request') this.#asked.get(params.requestId as Id)?.abort(NOT_WANTED);
    else this.#parts.notified(method, params);
  }

  async #answer(id: unknown, method: string, params: Params): Promise<void> {
    if (!isId(id)) return this.#refuse(null, new RpcError('request', 'This id is none.'));
    // An answer under this id would be taken for the answer to the first request.
    if (this.#asked.has(id))
      return this.#refuse(null, new RpcError('request', `The request ${id} is not over.`));
    if (this.#asked.size >= ASKED_AT_ONCE)
      return this.#refuse(id, new RpcError('busy', `At most ${ASKED_AT_ONCE} requests at once.`));
    const controller = new AbortController();
    const { signal } = controller;
    this.#asked.set(id, controller);
    try {
      const handler = Object.hasOwn(this.#parts.methods, method) ? this.#parts.methods[method] : undefined;
      if (!handler) throw new RpcError('method', 'There is no such method.');
      const { result, sent } = await handler({ params, signal });
      if (!signal.aborted && (await this.#send({ id, result }))) await sent?.();
    } catch (error) {
      if (!signal.aborted) this.#refuse(id, error);
    } finally {
      this.#asked.delete(id);
      if (signal.aborted && !this.#gone)
        void this.#send({ id, error: { code: CANCELLED, message: 'Request cancelled' } });
    }
  }

  #refuse(id: Id | null, error: unknown): void {
    const { code, message } = error instanceof RpcError ? error : new RpcError('failed', String(error));
    void this.#send({ id, error: { code, message } });
  }

  /** Whether it was written. */
  #send(message: object): Promise<boolean> {
    if (this.#gone) return Promise.resolve(false);
    const line = JSON.stringify({ jsonrpc: '2.0', ...message });
    this.#parts.seen('us', line, true);
    return new Promise((resolve) => this.#parts.output.write(`${line}\n`, (error) => resolve(!error)));
  }
}

function parsed(line: string): Params | null {
  try {
    const message: unknown = JSON.parse(line);
    return isObject(message) ? message : null;
  } catch {
    return null;
  }
}

function errorOf(error: unknown): AgentError {
  const { code, message, data } = isObject(error) ? error : {};
  const more = isObject(data) ? (data.details ?? data.message) : data;
  const words = [message, more].filter((part) => typeof part === 'string' && part !== '').join(': ');
  return new AgentError(
    typeof code === 'number' ? code : 0,
    words.slice(0, 2000) || 'an error without words',
  );
}

const isId = (id: unknown): id is Id =>
  (typeof id === 'number' && Number.isFinite(id)) || (typeof id === 'string' && id.length <= ID_LENGTH);
