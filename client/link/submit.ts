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

const TRY_MS = 5000;
const AGAIN_MS = 250;
/** Actions other than answers are not kept for later: executing them late would surprise. */
const PATIENCE_MS = 5000;

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

/** Sends it. An answer waits for a connection until `cancel`; anything else for a few seconds. */
export function deliver(connection: Connection, order: Order, cancel?: AbortSignal): Promise<unknown> {
  const [group, name] = ACTIONS[order.action];
  const { mutate } = (connection.client[group] as Record<string, Mutation>)[name] as Mutation;
  const patience = order.words === null ? soon() : cancel;
  return untilTold(connection, (signal) => mutate(order.input, { signal }), patience);
}

interface Mutation {
  readonly mutate: (input: object, options: { signal: AbortSignal }) => Promise<unknown>;
}

/** The fields of a form, each with all its values. */
export function fieldsOf(data: FormData): Map<string, string[]> {
  return new Map([...new Set(data.keys())].map((name) => [name, data.getAll(name).map(String)]));
}

/**
 * A mutation lost in flight may have been executed. Sent again with the same key it has one effect,
 * so it is sent until the daemon accepts or refuses. It can be cancelled before the first attempt.
 */
export async function untilTold<Told>(
  connection: Connection,
  send: (signal: AbortSignal) => Promise<Told>,
  cancel: AbortSignal | undefined = soon(),
): Promise<Told> {
  if (!connection.isOpen) await untilOpen(connection, cancel);
  for (;;) {
    try {
      return await send(AbortSignal.timeout(TRY_MS));
    } catch (error) {
      if (error instanceof TRPCClientError && error.data) throw error;
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
      await untilOpen(connection);
    }
  }
}

const soon = () => AbortSignal.timeout(PATIENCE_MS);

function untilOpen(connection: Connection, cancel?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const look = () => {
      if (cancel?.aborted) reject(new Error('Not done: not connected. What you typed is kept; try again.'));
      else if (connection.isOpen) resolve();
      else return;
      stop();
      cancel?.removeEventListener('abort', look);
    };
    const stop = connection.onChange(look);
    cancel?.addEventListener('abort', look);
    look();
  });
}

export function newKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('');
}
