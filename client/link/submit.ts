/** Sends submitted forms to the daemon as idempotent mutations, and retries until the daemon accepts or refuses. */
import { TRPCClientError } from '@trpc/client';
import { ACTIONS, type Action, formInput, isAction } from '../../shared/actions.ts';
import type { Connection } from './connection.ts';

/** A submitted form as plain data, which can be stored and sent again. */
export interface Order {
  readonly item: string;
  readonly action: Action;
  /** Includes the idempotency key, so that sending it twice has one effect. */
  readonly input: Readonly<Record<string, unknown>>;
  /** The text of an answer; null: another action. */
  readonly words: string | null;
}

const ATTEMPT_TIMEOUT_MS = 5000;
const RETRY_DELAY_MS = 250;
/** An action other than an answer is given up after these times, because executing it late would surprise. */
const FIRST_ATTEMPT_WITHIN_MS = 5000;
/** Longer: a silent socket is replaced within 8 s, and then the same key tells what became of the first attempt. */
const LAST_ATTEMPT_WITHIN_MS = 15_000;

/** The order in a form; null: not one of our forms. */
export function orderOf(form: HTMLFormElement, submitter: HTMLElement | null): Order | null {
  const [, chunk, action = ''] = /\/work-units\/([^/]+)\/([a-z]+)$/.exec(form.action) ?? [];
  if (chunk === undefined || !isAction(action)) return null;
  const fields = fieldsOf(new FormData(form, submitter));
  return {
    item: fields.get('item')?.[0] ?? '',
    action,
    input: { ...formInput(fields), chunk, key: newKey() },
    words: action === 'answer' ? (fields.get('text')?.[0] ?? '') : null,
  };
}

/** Sends an answer once there is a connection, however late. `cancel` has an effect only before the first attempt. */
export const sendAnswer = (connection: Connection, order: Order, cancel: AbortSignal): Promise<unknown> =>
  retry(connection, mutationOf(connection, order), { first: cancel, further: null });

/** Sends anything else, soon or not at all. */
export const sendAction = (connection: Connection, order: Order): Promise<unknown> =>
  sendSoon(connection, mutationOf(connection, order));

type Send<Result> = (signal: AbortSignal) => Promise<Result>;

function mutationOf({ client }: Connection, { action, input }: Order): Send<unknown> {
  const [group, name] = ACTIONS[action];
  const { mutate } = (client[group] as Record<string, Mutation>)[name] as Mutation;
  return (signal) => mutate(input, { signal });
}

interface Mutation {
  readonly mutate: (input: object, options: { signal: AbortSignal }) => Promise<unknown>;
}

/** The fields of a form, each with all its values. */
export function fieldsOf(data: FormData): Map<string, string[]> {
  return new Map([...new Set(data.keys())].map((name) => [name, data.getAll(name).map(String)]));
}

/** Sends a mutation that must not be executed late. Its input includes the idempotency key. */
export const sendSoon = <Result>(connection: Connection, send: Send<Result>): Promise<Result> =>
  retry(connection, send, {
    first: AbortSignal.timeout(FIRST_ATTEMPT_WITHIN_MS),
    further: AbortSignal.timeout(LAST_ATTEMPT_WITHIN_MS),
  });

/** Each aborts when no such attempt may begin any more; null: never. */
interface Deadlines {
  readonly first: AbortSignal;
  readonly further: AbortSignal | null;
}

/**
 * A mutation lost in flight may have been executed. Sent again with the same key it has one effect,
 * so it is sent until the daemon accepts or refuses. Any error that is not of the connection is thrown at once.
 */
async function retry<Result>(
  connection: Connection,
  send: Send<Result>,
  { first, further }: Deadlines,
): Promise<Result> {
  if (!connection.isOpen)
    await untilOpen(connection, first, 'Not done: not connected. What you typed is kept; try again.');
  for (;;) {
    try {
      return await send(AbortSignal.timeout(ATTEMPT_TIMEOUT_MS));
    } catch (error) {
      if (!(error instanceof TRPCClientError) || error.data) throw error;
      await new Promise((resolve) => setTimeout(resolve, RETRY_DELAY_MS));
      await untilOpen(
        connection,
        further,
        'Connection lost: it may have been done or not. Look, then try again.',
      );
    }
  }
}

/** Rejects with the message when the deadline aborts first. */
function untilOpen(connection: Connection, deadline: AbortSignal | null, message: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const look = () => {
      if (deadline?.aborted) reject(new Error(message));
      else if (connection.isOpen) resolve();
      else return;
      stop();
      deadline?.removeEventListener('abort', look);
    };
    const stop = connection.onChange(look);
    deadline?.addEventListener('abort', look);
    look();
  });
}

export function newKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('');
}
