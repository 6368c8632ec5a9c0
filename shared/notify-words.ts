/** How the operator is told of new items while the page is out of sight. */
import type { NO_UNIT } from './events.ts';
import type { ItemKind } from './item-words.ts';
import type { Moment } from './words.ts';

/** desktop: browsers that show notifications; webhook: a POST; command: a program of the operator. */
export const CHANNELS = ['desktop', 'webhook', 'command'] as const;
export type NotifyChannel = (typeof CHANNELS)[number];

/** Of which items a channel tells, and when. */
export interface NotifyPolicy {
  readonly on: boolean;
  readonly kinds: readonly ItemKind[];
  /** Only items whose answer sets at least so many units free. */
  readonly min_impact: number;
  /** Nothing is sent then; what is still open afterwards is. Null: there are none. */
  readonly quiet: QuietHours | null;
  /** Items that come while somebody looks, or looked so many seconds ago, are not told. 0: always told. */
  readonly away_seconds: number;
  /** What comes within so many seconds is one message. */
  readonly gather_seconds: number;
  /** Whether the message may make a sound. */
  readonly sound: boolean;
}

/** By the clock of a time zone, `22:00` to `07:00`; past midnight where `from` is later than `to`. */
export interface QuietHours {
  readonly from: string;
  readonly to: string;
  /** IANA name: `Europe/Berlin`. */
  readonly zone: string;
}

/** What became of one attempt to tell. */
export type Receipt =
  | { readonly code: 'accepted'; readonly status: number }
  | { readonly code: 'ran' }
  | { readonly code: 'shown' }
  | { readonly code: 'refused'; readonly status: number }
  | { readonly code: 'redirected'; readonly status: number }
  | { readonly code: 'timed-out'; readonly seconds: number }
  /** `error`: the system's own code, ECONNREFUSED. */
  | { readonly code: 'unreachable'; readonly error: string }
  | { readonly code: 'exited'; readonly exit: number }
  | { readonly code: 'killed'; readonly signal: string }
  | { readonly code: 'cannot-start'; readonly error: string }
  /** No browser that shows notifications has a page open, or none said that it showed it. */
  | { readonly code: 'not-shown' };
export type ReceiptCode = Receipt['code'];

export const ARRIVED: readonly ReceiptCode[] = ['accepted', 'ran', 'shown'];

/** An item that a notice is about. */
export interface Told {
  readonly unit: number;
  readonly item: string;
}

/** What the log says of notices. A notice is named by the number of the event that planned it; null: a test. */
export type NoticeChange =
  | Noticed<'notice.planned', { readonly channel: NotifyChannel; readonly items: readonly Told[] }>
  /** Somebody was looking when these came: they are not told. */
  | Noticed<'notice.skipped', { readonly channel: NotifyChannel; readonly items: readonly Told[] }>
  | Noticed<'notice.sent', Tried>
  /** `again`: when it is tried again; null: it is given up. */
  | Noticed<'notice.failed', Tried & { readonly again: Moment | null }>
  /** ended: none of its items is open any more; off: the channel has been switched off or taken away. */
  | Noticed<
      'notice.dropped',
      { readonly channel: NotifyChannel; readonly notice: number; readonly code: 'ended' | 'off' }
    >
  /** `unset`: what is as the operator's file says again, or by default. */
  | Noticed<
      'notify.configured',
      {
        readonly channel: NotifyChannel;
        readonly set: Partial<NotifyPolicy>;
        readonly unset: readonly (keyof NotifyPolicy)[];
      }
    >;

interface Noticed<Type extends string, Data> {
  readonly type: Type;
  readonly unit: typeof NO_UNIT;
  readonly data: Data;
}

export interface Tried {
  readonly channel: NotifyChannel;
  readonly notice: number | null;
  /** How many items the message was about. */
  readonly items: number;
  readonly attempt: number;
  readonly receipt: Receipt;
}

/** What is kept of a channel. */
export interface ChannelState {
  /** What this project has set, over the operator's file and the defaults. */
  readonly policy: Partial<NotifyPolicy>;
  /** The latest notice that was planned, and the latest that was sent, given up or dropped. 0: none. */
  readonly planned: number;
  readonly ended: number;
  readonly last: LastTried | null;
}

/** The latest attempt. */
export interface LastTried {
  readonly at: Moment;
  readonly test: boolean;
  readonly items: number;
  readonly receipt: Receipt;
  readonly again: Moment | null;
}

/** A channel as it is in force. */
export interface ChannelFacts {
  readonly channel: NotifyChannel;
  /** Where it leads, with nothing secret in it: the origin of an address, the name of a program; null: nowhere. */
  readonly target: string | null;
  readonly policy: NotifyPolicy;
  /** Who says so, for each field of the policy. */
  readonly sources: { readonly [Name in keyof NotifyPolicy]: FieldSource };
  readonly last: LastTried | null;
}
export type FieldSource = 'project' | 'file' | 'default';

/** What `signalbox notify` shows. */
export interface NotifyFacts {
  readonly file: string;
  /** Why what the file says now does not count; null: it does. */
  readonly problem: string | null;
  /** Whether a page is visible, or the queue by keys is open. */
  readonly looking: boolean;
  /** Browsers that would show a notification now. */
  readonly browsers: number;
  readonly channels: readonly ChannelFacts[];
}

/** A notification as a browser shows it. */
export interface DesktopNotice {
  readonly id: string;
  readonly title: string;
  readonly text: string;
  /** A path of ours. */
  readonly path: string;
  readonly sound: boolean;
}

/** A channel of which nothing has been said or set. */
export const NO_NOTICES: ChannelState = { policy: {}, planned: 0, ended: 0, last: null };
