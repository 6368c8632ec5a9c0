/** The network edge: stands in for `Connection`, and does what a test says the daemon did. */
import { TRPCClientError } from '@trpc/client';
import type { Connection, ConnectionState } from '../../client/link/connection.ts';
import type { RefusalForCaller } from '../../server/api/refusal-of.ts';
import type { BoardMessage, Pulses, Row, Snapshot } from '../../shared/board.ts';

/** A call to the daemon that the test answers when it wants to. */
export interface Call<Input> {
  readonly input: Input;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

export interface UndoInput {
  readonly chunk: string;
  readonly item: string;
  readonly version: number;
  readonly key: string;
}

export interface AnswerInput extends UndoInput {
  readonly options: readonly string[];
  readonly text: string;
}

interface FollowInput {
  readonly status?: readonly string[];
  readonly from?: string;
}

interface Handlers {
  readonly onData: (envelope: { readonly data: BoardMessage }) => void;
}

interface PulseHandlers {
  readonly onData: (pulses: Pulses) => void;
}

interface Subscription {
  readonly input: FollowInput;
  readonly handlers: Handlers;
  stopped: boolean;
}

export class FakeConnection {
  isOpen = true;
  life: ConnectionState = 'live';
  readonly subscriptions: Subscription[] = [];
  readonly answers: Call<AnswerInput>[] = [];
  readonly undos: Call<UndoInput>[] = [];
  readonly questions: Call<{ item?: string }>[] = [];
  readonly pulses: {
    readonly input: FollowInput;
    readonly beat: (pulses: Pulses) => void;
    stopped: boolean;
  }[] = [];
  #seq = 10;

  readonly client = {
    board: {
      follow: {
        subscribe: (input: FollowInput, handlers: Handlers) => this.#subscribe(input, handlers),
      },
      now: { query: recorder(this.questions) },
      pulses: {
        subscribe: (input: FollowInput, { onData }: PulseHandlers) => this.#follow(input, onData),
      },
    },
    items: { answer: { mutate: recorder(this.answers) }, undo: { mutate: recorder(this.undos) } },
  };

  readonly #listeners = new Set<() => void>();

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The connection is lost, or back. */
  turn(isOpen: boolean, life: ConnectionState = isOpen ? 'live' : 'reconnecting'): void {
    this.isOpen = isOpen;
    this.life = life;
    for (const listener of [...this.#listeners]) listener();
  }

  asConnection(): Connection {
    return this as unknown as Connection;
  }

  /** News to every stream: rows that came or changed. */
  put(...rows: Row[]): void {
    this.#tell(rows, []);
  }

  /** News to every stream: rows that have gone. */
  drop(...keys: string[]): void {
    this.#tell([], keys);
  }

  /** A new beginning for every stream. */
  begin(snapshot: Snapshot): void {
    this.#send({ build: snapshot.build, snapshot, news: null });
  }

  #tell(put: readonly Row[], drop: readonly string[]): void {
    this.#seq++;
    this.#send({ build: 'b1', snapshot: null, news: { seq: this.#seq, put, drop } });
  }

  #send(data: BoardMessage): void {
    for (const { stopped, handlers } of this.subscriptions) if (!stopped) handlers.onData({ data });
  }

  #follow(input: FollowInput, beat: (pulses: Pulses) => void) {
    const following = { input, beat, stopped: false };
    this.pulses.push(following);
    return {
      unsubscribe: () => {
        following.stopped = true;
      },
    };
  }

  #subscribe(input: FollowInput, handlers: Handlers) {
    const subscription: Subscription = { input, handlers, stopped: false };
    this.subscriptions.push(subscription);
    return {
      unsubscribe: () => {
        subscription.stopped = true;
      },
    };
  }
}

const recorder =
  <Input>(calls: Call<Input>[]) =>
  (input: Input): Promise<unknown> =>
    new Promise((resolve, reject) => {
      calls.push({ input, resolve, reject });
    });

/** The daemon said no. */
export function refusal(message: string, field: string | null = null): Error {
  const told: RefusalForCaller = {
    kind: 'conflict',
    status: 409,
    message,
    field,
    items: [],
    code: 'stale',
  };
  const data = { code: 'CONFLICT', httpStatus: 409, path: 'items.answer', refusal: told };
  return TRPCClientError.from({ error: { code: -32009, message, data } });
}

/** Nobody knows whether the daemon heard it. */
export const lostConnection = (): Error => new TRPCClientError('WebSocket closed');
