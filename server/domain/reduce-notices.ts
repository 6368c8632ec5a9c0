import type { Event } from '../../shared/events.ts';
import type { ChannelState, NoticeChange, NotifyChannel, Told } from '../../shared/notify-words.ts';
import { NO_NOTICES } from '../../shared/notify-words.ts';
import type { State } from './state.ts';

export type AboutNotice = Extract<Event, NoticeChange>;

/** Folds what was told by which channel. */
export function afterNotice(state: State, event: AboutNotice): Partial<State> {
  const { channel } = event.data;
  const before = state.notify[channel] ?? NO_NOTICES;
  const notify = { ...state.notify, [channel]: { ...before, ...channelChange(before, event) } };
  return event.type === 'notice.planned' || event.type === 'notice.skipped'
    ? { notify, works: withTold(state.works, channel, event.data.items) }
    : { notify };
}

function channelChange(before: ChannelState, event: AboutNotice): Partial<ChannelState> {
  switch (event.type) {
    case 'notice.planned':
      return { planned: event.seq };
    case 'notice.skipped':
      return {};
    case 'notice.sent':
      return { last: lastOf(event, null), ended: event.data.notice ?? before.ended };
    case 'notice.failed': {
      const { again, notice } = event.data;
      const ended = again === null && notice !== null ? notice : before.ended;
      return { last: lastOf(event, again), ended };
    }
    case 'notice.dropped':
      return { ended: event.data.notice };
    case 'notify.configured': {
      const { set, unset } = event.data;
      const policy = Object.entries({ ...before.policy, ...set });
      return { policy: Object.fromEntries(policy.filter(([name]) => !unset.some((each) => each === name))) };
    }
  }
}

const lastOf = (
  { at, data }: Extract<AboutNotice, { type: 'notice.sent' | 'notice.failed' }>,
  again: string | null,
): ChannelState['last'] => ({
  at,
  test: data.notice === null,
  items: data.items,
  receipt: data.receipt,
  again,
});

/** Marks the items; no unit has changed for whoever looks at it. */
function withTold(works: State['works'], channel: NotifyChannel, told: readonly Told[]): State['works'] {
  const ids = new Set(told.map(({ item }) => item));
  let after = works;
  for (const unit of new Set(told.map((each) => each.unit))) {
    const work = after.get(unit);
    if (!work) continue;
    const items = work.items.map((item) =>
      ids.has(item.id) ? { ...item, told: [...(item.told ?? []), channel] } : item,
    );
    after = after.with(unit, { ...work, items });
  }
  return after;
}
