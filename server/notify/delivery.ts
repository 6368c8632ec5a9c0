/** Sends what was planned, each notice at least once: a repetition has the same id. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Event } from '../../shared/events.ts';
import { ARRIVED, type NotifyChannel, type Receipt, type Told } from '../../shared/notify-words.ts';
import { DAEMON } from '../domain/actors.ts';
import {
  channelState,
  noticeDropped,
  noticeFailed,
  noticeSent,
  stillOpen,
} from '../domain/commands/notices.ts';
import type { Decide } from '../store/decide-batch.ts';
import type { Subscription } from '../store/follower.ts';
import type { Store } from '../store/store.ts';

/** After each failure; then it is given up. */
const PAUSES_MS = [2000, 10_000, 30_000, 120_000];
/** How long a message that is under way may still arrive when the daemon stops. */
const GRACE_MS = 2000;

/** Trying again would not help. */
const isFinal = (receipt: Receipt): boolean =>
  ['redirected', 'cannot-start', 'not-shown'].includes(receipt.code) ||
  (receipt.code === 'refused' && receipt.status < 500 && ![408, 425, 429].includes(receipt.status));

export interface Delivering {
  readonly store: Store;
  readonly now: () => number;
  /** Null: the channel leads nowhere, or is off. Rejects only when `signal` fires. */
  readonly send: (
    channel: NotifyChannel,
    items: readonly Told[],
    id: string,
    signal: AbortSignal,
  ) => Promise<Receipt> | null;
  readonly pause?: (ms: number, stopping: AbortSignal) => Promise<unknown>;
}

/** Follows the notices of one channel. */
export function deliveryOf(channel: NotifyChannel, parts: Delivering): Subscription {
  return {
    name: `notify ${channel}`,
    wants: ({ type, data }: Event) =>
      type === 'notice.planned' && 'channel' in data && data.channel === channel,
    handle: (event, stopping) =>
      event.type === 'notice.planned'
        ? deliver(parts, channel, { notice: event.seq, told: event.data.items }, stopping)
        : Promise.resolve(),
  };
}

interface Planned {
  readonly notice: number;
  readonly told: readonly Told[];
}

async function deliver(
  parts: Delivering,
  channel: NotifyChannel,
  { notice, told }: Planned,
  stopping: AbortSignal,
): Promise<void> {
  const { store, send, now } = parts;
  const pause = parts.pause ?? ((ms, signal) => delay(ms, undefined, { signal, ref: false }));
  const commit = (decide: Decide) => store.commit(DAEMON, decide);
  for (let attempt = 1; ; attempt++) {
    // What became of it was kept, and the place in the log was not.
    if (channelState(store.state, channel).ended >= notice) return;
    const items = stillOpen(store.state, told);
    if (items.length === 0) return void (await commit(() => noticeDropped(channel, notice, 'ended')));
    const sending = send(channel, items, idOf(store, channel, notice), graceful(stopping));
    if (!sending) return void (await commit(() => noticeDropped(channel, notice, 'off')));
    const receipt = await sending;
    const tried = { channel, notice, items: items.length, attempt, receipt };
    if (ARRIVED.includes(receipt.code)) return void (await commit(() => noticeSent(tried)));
    const ms = isFinal(receipt) ? undefined : PAUSES_MS[attempt - 1];
    const again = ms === undefined ? null : new Date(now() + ms).toISOString();
    await commit(() => noticeFailed(tried, again));
    if (ms === undefined) return;
    await pause(ms, stopping);
  }
}

/** Numbers of two logs may be the same. */
const idOf = ({ epoch }: Store, channel: NotifyChannel, notice: number): string =>
  `${epoch.slice(0, 12)}-${channel}-${notice}`;

function graceful(stopping: AbortSignal): AbortSignal {
  const over = new AbortController();
  const end = () => setTimeout(() => over.abort(stopping.reason), GRACE_MS).unref();
  if (stopping.aborted) end();
  else stopping.addEventListener('abort', end, { once: true });
  return over.signal;
}
