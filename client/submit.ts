import { TRPCClientError } from '@trpc/client';
import type { Connection } from './connection.ts';

export interface Sending {
  readonly item: string;
  /** The words of an answer; null where no answer is given. */
  readonly words: string | null;
  readonly outcome: Promise<unknown>;
}

const TRY_MS = 5000;

/** Sends a form of an attention item over the connection, as the browser would by itself. */
export function submitForm(
  connection: Connection,
  form: HTMLFormElement,
  submitter: HTMLElement | null,
): Sending | null {
  const data = new FormData(form, submitter);
  const [, chunk, action] = /\/work-units\/([^/]+)\/([a-z]+)$/.exec(form.action) ?? [];
  const item = String(data.get('item'));
  if (chunk === undefined) return null;
  const which = { chunk, item, version: Number(data.get('version')), key: newKey() };
  const words = String(data.get('text') ?? '');
  const { items } = connection.client;
  const options = data.getAll('option').map(String);
  if (action === 'answer')
    return {
      item,
      words,
      outcome: untilTold((signal) => items.answer.mutate({ ...which, options, text: words }, { signal })),
    };
  if (action === 'undo')
    return { item, words: null, outcome: untilTold((signal) => items.undo.mutate(which, { signal })) };
  return null;
}

/**
 * A mutation lost in flight may have been carried out. Sent again under the same key it is the same mutation,
 * so it is sent until the daemon has said yes or no.
 */
async function untilTold(send: (signal: AbortSignal) => Promise<unknown>): Promise<unknown> {
  for (;;) {
    try {
      return await send(AbortSignal.timeout(TRY_MS));
    } catch (error) {
      if (error instanceof TRPCClientError && error.data) throw error;
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }
}

function newKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('');
}
