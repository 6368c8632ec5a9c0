/** Sends submitted forms to the daemon as idempotent mutations, and retries until the daemon accepts or refuses. */
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

/**
 * Sends it soon or not at all; with `untilCancelled`, once there is a connection, however late. To cancel has an effect
 * only before the first attempt.
 */
export function deliver(
  connection: Connection,
  { action, input }: Order,
  untilCancelled?: AbortSignal,
): Promise<unknown> {
  const [group, name] = ACTIONS[action];
  const { mutate } = (connection.client[group] as Record<string, Mutation>)[name] as Mutation;
  const send = (signal: AbortSignal) => mutate(input, { signal });
  return untilCancelled ? retry(connection, send, untilCancelled) : sendSoon(connection, send);
}

type Send<Result> = (signal: AbortSignal) => Promise<Result>;

interface Mutation {
  readonly mutate: (input: object, options: { signal: AbortSignal }) => Promise<unknown>;
}

/** The fields of a form, each with all its values. */
export function fieldsOf(data: FormData): Map<string, string[]> {
  return new Map(Array.from(data.keys(), (name) => [name, data.getAll(name).map(String)]));
}

/** Sends a mutation that must not be executed late. Its input includes the idempotency key. */
export const sendSoon = <Result>(connection: Connection, send: Send<Result>): Promise<Result> =>
  retry(
    connection,
    send,
    AbortSignal.timeout(FIRST_ATTEMPT_WITHIN_MS),
    AbortSignal.timeout(LAST_ATTEMPT_WITHIN_MS),
  );

/**
 * A mutation lost in flight may have been executed. Sent again with the same key it has one effect,
 * so it is sent until the daemon accepts or refuses. Any error that is not of the connection is thrown at once.
 * When `first` is aborted, no first attempt begins; when `last` is aborted, none at all.
 */
async function retry<Result>(
  connection: Connection,
  send: Send<Result>,
  first: AbortSignal,
  last?: AbortSignal,
): Promise<Result> {
  if (!connection.isOpen)
    await untilOpen(connection, 'Not done: not connected. What you typed is kept; try again.', first);
  for (;;) {
    try {
      return await send(AbortSignal.timeout(ATTEMPT_TIMEOUT_MS));
    } catch (error) {
      if (!isOfConnection(error)) throw error;
      await new Promise((resolve) => setTimeout(resolve, RETRY_DELAY_MS));
      await untilOpen(connection, 'Perhaps done: not connected. Look, then try again.', last);
    }
  }
}

/** By its name: its class is loaded with the connection only. */
const isOfConnection = (error: unknown): boolean =>
  error instanceof Error && error.name === 'TRPCClientError' && !('data' in error && error.data);

/** Rejects with the message when the deadline aborts first. */
function untilOpen(connection: Connection, message: string, deadline?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const look = () => {
      if (deadline?.aborted) reject(new Error(message));
      else if (connection.isOpen) resolve();
      else return;
      stop();
    };
    const stop = connection.onChange(look);
    deadline?.addEventListener('abort', look);
    look();
  });
}

export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
