import { TRPCClientError } from '@trpc/client';
import { ACTIONS, type Action, formInput, isAction } from '../../shared/actions.ts';
import type { Connection } from './connection.ts';

/** A form as it was sent: plain data, which can be kept and sent again. */
export interface Order {
  readonly item: string;
  readonly action: Action;
  /** With the key, by which it is one mutation however often it is sent. */
  readonly input: Readonly<Record<string, unknown>>;
  /** The words of an answer; null where no answer is given. */
  readonly words: string | null;
}

const TRY_MS = 5000;
const AGAIN_MS = 250;
/** What acts at once is not kept for later: it would come as a surprise. */
const PATIENCE_MS = 5000;

/** What a form asks for; null: a form that is not ours. */
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

/** Sends it over the connection. An answer waits until there is one, or until `cancel`; all else only a moment. */
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
 * A mutation lost in flight may have been carried out. Sent again under the same key it is the same mutation,
 * so it is sent until the daemon has said yes or no. Before the first try it can be given up.
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
