import type { Decide } from '../store/store.ts';
import type { CallContext } from './procedures.ts';

/** What a caller sent. With a key, sending the same to the same procedure again is answered as the first time. */
export interface Sent {
  readonly key?: string | undefined;
}

/** Commits what a command decides, as the caller. `sent`: absent where a repeat is known by other means. */
export const commit = <Result extends object>(
  { store, by, procedure }: Pick<CallContext, 'store' | 'by'> & { readonly procedure: string },
  decide: Decide<Result>,
  sent: Sent = {},
) => store.commit(by, decide, sent.key === undefined ? undefined : { key: sent.key, procedure, input: sent });
