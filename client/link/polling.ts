/** Makes the same calls by HTTP requests, for proxies that block sockets. Loaded only then. */
import type { Operation, OperationLink, OperationResultEnvelope, TRPCClientError } from '@trpc/client';
import type { observable } from '@trpc/server/observable';
import type { AppRouter } from '../../server/api/router.ts';

const EVERY_MS = 2000;
const JSON_TYPE = { 'content-type': 'application/json' };

/** Sends one request to the daemon; `path` is relative to that of its pages. */
export type Ask = (path: string, init: RequestInit) => Promise<Response>;

type Failure = TRPCClientError<AppRouter>;
type Result = OperationResultEnvelope<unknown, Failure>;

export type PollingLink = (ask: Ask, observe: typeof observable) => OperationLink<AppRouter>;

/**
 * A stream is polled, each time up to its current end, which passes every proxy. `observe` is
 * a parameter: an import shared with the page's script would become a chunk that every page loads.
 */
export const pollingLink: PollingLink =
  (ask, observe) =>
  ({ op }) =>
    observe<Result, Failure>((observer) => {
      const leaving = new AbortController();
      const signal = op.signal ? AbortSignal.any([op.signal, leaving.signal]) : leaving.signal;
      const made =
        op.type === 'subscription'
          ? follow(ask, op, signal, observer.next)
          : once(ask, op, signal, observer.next);
      // `error` is the daemon's response; the tRPC client turns it into its own error.
      made.then(observer.complete, (error: unknown) => {
        if (!leaving.signal.aborted) observer.error(error as Failure);
      });
      return () => leaving.abort();
    });

type Tell = (result: Result) => void;

const inputOf = (input: unknown): string =>
  input === undefined ? '' : `?input=${encodeURIComponent(JSON.stringify(input))}`;

async function once(
  ask: Ask,
  { type, path, input }: Operation,
  signal: AbortSignal,
  tell: Tell,
): Promise<void> {
  const answer = await (type === 'mutation'
    ? ask(`trpc/${path}`, { method: 'POST', headers: JSON_TYPE, body: JSON.stringify(input ?? {}), signal })
    : ask(`trpc/${path}${inputOf(input)}`, { signal }));
  const said = (await answer.json()) as { readonly result?: { readonly data: unknown } };
  if (!said.result) throw said;
  tell({ result: { type: 'data', data: said.result.data } });
}

/** Polls until unsubscribed, each time from the last number received. */
async function follow(ask: Ask, { path, input }: Operation, signal: AbortSignal, tell: Tell): Promise<void> {
  let lastEventId: string | undefined;
  while (!signal.aborted) {
    const from = { ...(input as object), follow: false, ...(lastEventId !== undefined && { lastEventId }) };
    const answer = await ask(`trpc/${path}${inputOf(from)}`, { signal });
    for (const { event, id, data } of eventsIn(await answer.text())) {
      if (event === 'serialized-error') throw { error: JSON.parse(data) };
      if (event !== '' || data === '') continue;
      lastEventId = id ?? lastEventId;
      const value: unknown = JSON.parse(data);
      tell({ result: { type: 'data', data: id === undefined ? value : { id, data: value } } });
    }
    await pause(EVERY_MS, signal);
  }
}

interface StreamEvent {
  readonly event: string;
  readonly id: string | undefined;
  readonly data: string;
}

/** Parses a complete stream of server-sent events. */
function eventsIn(text: string): StreamEvent[] {
  return text.split('\n\n').map((block) => {
    const fields = new Map(
      block.split('\n').map((line) => {
        const [, name = '', value = ''] = /^(\w+): ?(.*)$/.exec(line) ?? [];
        return [name, value] as const;
      }),
    );
    return { event: fields.get('event') ?? '', id: fields.get('id'), data: fields.get('data') ?? '' };
  });
}

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
