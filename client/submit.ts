import { TRPCClientError } from '@trpc/client';
import { ACTIONS, formInput, isAction } from '../shared/actions.ts';
import type { Connection } from './connection.ts';

export interface Sending {
  readonly item: string;
  /** The words of an answer; null where no answer is given. */
  readonly words: string | null;
  readonly outcome: Promise<unknown>;
}

const TRY_MS = 5000;

/** Sends a form over the connection, as the browser would by itself; null: a form that is not ours. */
export function submitForm(
  { client }: Connection,
  form: HTMLFormElement,
  submitter: HTMLElement | null,
): Sending | null {
  const [, chunk, action = ''] = /\/work-units\/([^/]+)\/([a-z]+)$/.exec(form.action) ?? [];
  if (chunk === undefined || !isAction(action)) return null;
  const fields = fieldsOf(new FormData(form, submitter));
  const input = { ...formInput(fields), chunk, key: newKey() };
  const [group, name] = ACTIONS[action];
  const { mutate } = (client[group] as Record<string, Mutation>)[name] as Mutation;
  const words = fields.get('text')?.[0] ?? '';
  return {
    item: fields.get('item')?.[0] ?? '',
    words: action === 'answer' ? words : null,
    outcome: untilTold((signal) => mutate(input, { signal })),
  };
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
 * so it is sent until the daemon has said yes or no.
 */
export async function untilTold<Told>(send: (signal: AbortSignal) => Promise<Told>): Promise<Told> {
  for (;;) {
    try {
      return await send(AbortSignal.timeout(TRY_MS));
    } catch (error) {
      if (error instanceof TRPCClientError && error.data) throw error;
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }
}

export function newKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('');
}
