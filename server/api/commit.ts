import type { Event } from '../../shared/events.ts';
import { applyAll } from '../store/apply-all.ts';
import type { Decide } from '../store/decide-batch.ts';
import type { CallContext } from './procedures.ts';

/** What a caller sent. With a key, sending the same to the same procedure again is answered as the first time. */
export interface Sent {
  readonly key?: string | undefined;
  /** Only says what would be recorded. */
  readonly dry_run?: boolean | undefined;
}

/** Commits what a command decides, as the caller. `sent`: absent where a repeat is known by other means. */
export const commit = <Result extends object>(
  { store, by, procedure }: Pick<CallContext, 'store' | 'by'> & { readonly procedure: string },
  decide: Decide<Result>,
  sent: Sent = {},
) => store.commit(by, decide, sent.key === undefined ? undefined : { key: sent.key, procedure, input: sent });

/** The same; but with `dry_run` it only says what would be recorded. For what cannot be taken back. */
export const commitOrPreview = async <Result extends object>(
  ctx: Pick<CallContext, 'store' | 'by'> & { readonly procedure: string },
  decide: Decide<Result>,
  sent: Sent,
) => (sent.dry_run ? preview(ctx, decide) : commit(ctx, decide, sent));

/** What a command would record now, with what follows from that; nothing is recorded. Throws a `Refusal` as the command would. */
function preview<Result extends object>(
  { store, by }: Pick<CallContext, 'store' | 'by'>,
  decide: Decide<Result>,
) {
  const { state } = store;
  const at = new Date().toISOString();
  const events: Event[] = [];
  const { changes, result } = decide(state, at);
  applyAll(state, changes, by, at, events);
  const would = events.map((event) => ({ ...event, chunk: state.works.get(event.unit)?.unit.chunk ?? null }));
  return { seq: state.seq, result: (result ?? {}) as Result, would };
}
