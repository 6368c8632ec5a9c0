/** JSON-RPC 2.0 as a server, one message a line: what the Model Context Protocol speaks over stdio. */
import type { Writable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { linesOf } from './lines.ts';

/** A call holds what an agent wants to write to a file. */
const LINE_BYTES = 16 * 1024 * 1024;
const CALLS_AT_ONCE = 100;
const ID_LENGTH = 200;

export type Id = string | number;

export interface Call {
  readonly params: Record<string, unknown>;
  /** Aborted when the caller cancels, or has gone. */
  readonly signal: AbortSignal;
  notify(method: string, params: unknown): void;
}

export interface CallOutcome {
  readonly result: unknown;
  /** Runs once the result has been written. */
  readonly sent?: () => Promise<void>;
}

export type Methods = Readonly<Record<string, (call: Call) => CallOutcome | Promise<CallOutcome>>>;

/** An answer that is an error, by one of the codes below. */
export class RpcError extends Error {
  readonly code: number;
  constructor(kind: keyof typeof CODES, message: string) {
    super(message);
    this.code = CODES[kind];
  }
}

const CODES = {
  parse: -32700,
  request: -32600,
  method: -32601,
  params: -32602,
  busy: -32000,
  failed: -32603,
};

/**
 * Answers calls until the input ends, or `over` is aborted. Throws where a line is too long to be read: the call in it could not even
 * be answered, and its caller would wait for ever.
 */
export async function serveCalls(
  input: AsyncIterable<Buffer>,
  output: Writable,
  methods: Methods,
  over?: AbortSignal,
): Promise<void> {
  const server = new Server(output, methods);
  const read = async () => {
    for await (const line of linesOf(input, LINE_BYTES)) {
      if (line === null) throw new Error(`A message has more than ${LINE_BYTES / 1024 / 1024} MiB.`);
      if (line.trim() !== '') server.take(line);
    }
  };
  const aborted = new Promise<void>((resolve) => over?.addEventListener('abort', () => resolve()));
  try {
    await Promise.race([read(), aborted]);
  } finally {
    server.end();
    // What was answered a moment ago may not yet be known as answered to the daemon.
    await Promise.race([server.settled(), pause(SETTLE_MS, null, { ref: false })]);
  }
}

const SETTLE_MS = 5000;

class Server {
  readonly #output: Writable;
  readonly #methods: Methods;
  readonly #calls = new Map<Id, AbortController>();
  readonly #answered = new Set<Promise<void>>();

  constructor(output: Writable, methods: Methods) {
    this.#output = output;
    this.#methods = methods;
    // Whoever reads the answers may go first; the end of the input says so, too.
    output.on('error', () => this.end());
  }

  end(): void {
    for (const call of this.#calls.values()) call.abort();
  }

  /** Everything that follows from the answers that were written has been done. */
  async settled(): Promise<void> {
    await Promise.all(this.#answered);
  }

  take(line: string): void {
    try {
      this.#read(line);
    } catch (error) {
      this.#refuse(null, error);
    }
  }

  #read(line: string): void {
    const message = parsed(line);
    if (!isObject(message)) throw new RpcError('request', 'A message is an object.');
    const { id, method, params } = message;
    if (method === undefined && ('result' in message || 'error' in message)) return;
    if (typeof method !== 'string') throw new RpcError('request', 'A message names its method.');
    const given = isObject(params) ? params : {};
    if (id === undefined) this.#notified(method, given);
    else if (!isId(id))
      throw new RpcError('request', `An id is a number or at most ${ID_LENGTH} characters.`);
    // An answer under this id would be taken for the answer to the first call.
    else if (this.#calls.has(id)) throw new RpcError('request', `The call ${id} is not over.`);
    else void this.#call(id, method, given);
  }

  /** A cancelled call gets no answer. */
  #notified(method: string, { requestId }: Record<string, unknown>): void {
    if (method === 'notifications/cancelled') this.#calls.get(requestId as Id)?.abort();
  }

  async #call(id: Id, method: string, params: Record<string, unknown>): Promise<void> {
    const controller = new AbortController();
    const { signal } = controller;
    if (this.#calls.size >= CALLS_AT_ONCE)
      return this.#refuse(id, new RpcError('busy', `At most ${CALLS_AT_ONCE} calls at once.`));
    this.#calls.set(id, controller);
    const notify = (name: string, about: unknown) => void this.#send({ method: name, params: about });
    try {
      const handler = Object.hasOwn(this.#methods, method) ? this.#methods[method] : undefined;
      if (!handler) throw new RpcError('method', `There is no method ${method.slice(0, ID_LENGTH)}.`);
      const { result, sent } = await handler({ params, signal, notify });
      if (!signal.aborted && (await this.#send({ id, result }))) await this.#after(sent);
    } catch (error) {
      if (!signal.aborted) this.#refuse(id, error);
    } finally {
      this.#calls.delete(id);
    }
  }

  async #after(sent: CallOutcome['sent']): Promise<void> {
    const following = sent?.() ?? Promise.resolve();
    this.#answered.add(following);
    try {
      await following;
    } finally {
      this.#answered.delete(following);
    }
  }

  #refuse(id: Id | null, error: unknown): void {
    const { code, message } = error instanceof RpcError ? error : new RpcError('failed', String(error));
    void this.#send({ id, error: { code, message } });
  }

  /** Whether it was written. */
  #send(message: object): Promise<boolean> {
    const line = `${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`;
    return new Promise((resolve) => this.#output.write(line, (error) => resolve(!error)));
  }
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw new RpcError('parse', 'This is not JSON.');
  }
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isId = (id: unknown): id is Id =>
  (typeof id === 'number' && Number.isFinite(id)) || (typeof id === 'string' && id.length <= ID_LENGTH);
