/** Telling the operator of items: which are to be told, and what became of it. */
import { NO_UNIT } from '../../../shared/events.ts';
import type {
  ChannelState,
  NoticeChange,
  NotifyChannel,
  NotifyPolicy,
  Told,
  Tried,
} from '../../../shared/notify-words.ts';
import { NO_NOTICES } from '../../../shared/notify-words.ts';
import { impactOf } from '../impact.ts';
import { activeWorks, exists, isAsking, type State } from '../state.ts';
import type { Decision } from './decision.ts';

/** One message is about at most so many items. */
const MOST_TOLD = 200;

export const channelState = ({ notify }: State, channel: NotifyChannel): ChannelState =>
  notify[channel] ?? NO_NOTICES;

/** An item of which a channel has not told yet. */
export interface Untold extends Told {
  readonly asked_at: string;
}

/** The open items that a channel is to tell of, whatever the time. */
export function untold(state: State, channel: NotifyChannel, policy: NotifyPolicy): Untold[] {
  const found: Untold[] = [];
  for (const work of activeWorks(state)) {
    if (!exists(work)) continue;
    const items = work.items.filter(
      (item) => isAsking(item) && !item.told?.includes(channel) && policy.kinds.includes(item.kind),
    );
    if (items.length === 0 || !isEnough(state, work.unit.id, policy)) continue;
    for (const { id, asked_at } of items) found.push({ unit: work.unit.id, item: id, asked_at });
  }
  return found;
}

const isEnough = (state: State, unit: number, { min_impact }: NotifyPolicy): boolean =>
  min_impact === 0 || impactOf(state, unit).blocked >= min_impact;

/** The items of a notice that are still open. */
export const stillOpen = (state: State, told: readonly Told[]): Told[] =>
  told.filter(({ unit, item }) => {
    const work = state.works.get(unit);
    return work && exists(work) && work.items.some((each) => each.id === item && isAsking(each));
  });

const change = <Type extends NoticeChange['type']>(
  type: Type,
  data: Extract<NoticeChange, { type: Type }>['data'],
): Decision => ({ changes: [{ type, unit: NO_UNIT, data } as NoticeChange] });

/** One notice at a time: what comes meanwhile goes into the next. */
export function planNotice(
  state: State,
  channel: NotifyChannel,
  policy: NotifyPolicy,
  as: 'notice.planned' | 'notice.skipped',
): Decision {
  const { planned, ended } = channelState(state, channel);
  const items = untold(state, channel, policy)
    .slice(0, MOST_TOLD)
    .map(({ unit, item }) => ({ unit, item }));
  return planned > ended || items.length === 0 ? { changes: [] } : change(as, { channel, items });
}

export const noticeSent = (tried: Tried): Decision => change('notice.sent', tried);
export const noticeFailed = (tried: Tried, again: string | null): Decision =>
  change('notice.failed', { ...tried, again });
export const noticeDropped = (channel: NotifyChannel, notice: number, code: 'ended' | 'off'): Decision =>
  change('notice.dropped', { channel, notice, code });

/** Sets what is given, and takes back what this project had set. What is so already is no news. */
export function configureNotify(
  state: State,
  channel: NotifyChannel,
  given: Partial<NotifyPolicy>,
  unset: readonly (keyof NotifyPolicy)[],
): Decision {
  const before: Readonly<Record<string, unknown>> = channelState(state, channel).policy;
  const set = Object.entries(given).filter(
    ([name, value]) => value !== undefined && JSON.stringify(value) !== JSON.stringify(before[name]),
  );
  const gone = unset.filter((name) => before[name] !== undefined);
  if (set.length + gone.length === 0) return { changes: [] };
  return change('notify.configured', { channel, set: Object.fromEntries(set), unset: gone });
}
