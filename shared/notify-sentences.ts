/** Sentences about notices, made from codes and fields. */
import type { NoticeChange, NotifyPolicy, QuietHours, Receipt } from './notify-words.ts';

type DataOf<Type extends NoticeChange['type']> = Extract<NoticeChange, { type: Type }>['data'];

export function receiptWords(receipt: Receipt): string {
  switch (receipt.code) {
    case 'accepted':
      return `arrived: HTTP ${receipt.status}`;
    case 'ran':
      return 'arrived: exit code 0';
    case 'shown':
      return 'arrived: a browser has shown it';
    case 'refused':
      return `did not arrive: HTTP ${receipt.status}`;
    case 'redirected':
      return `did not arrive: HTTP ${receipt.status} leads elsewhere, and is not followed`;
    case 'timed-out':
      return `no answer within ${receipt.seconds} s`;
    case 'unreachable':
      return `did not arrive: ${receipt.error}`;
    case 'exited':
      return `did not arrive: exit code ${receipt.exit}`;
    case 'killed':
      return `did not arrive: ended by ${receipt.signal}`;
    case 'cannot-start':
      return `did not start: ${receipt.error}`;
    case 'not-shown':
      return 'not shown: no open page of this project shows notifications';
  }
}

export const quietText = (quiet: QuietHours | null): string =>
  quiet ? `${quiet.from}-${quiet.to} ${quiet.zone}` : 'off';

/** A field of a policy as text, as `signalbox notify set` takes it. */
export function policyText(policy: NotifyPolicy, name: keyof NotifyPolicy): string {
  switch (name) {
    case 'on':
    case 'sound':
      return policy[name] ? 'on' : 'off';
    case 'kinds':
      return policy.kinds.join(',');
    case 'quiet':
      return quietText(policy.quiet);
    default:
      return String(policy[name]);
  }
}

const count = (items: number): string => (items === 1 ? '1 item' : `${items} items`);
const about = ({ notice, items }: DataOf<'notice.sent'>): string =>
  notice === null ? 'a test' : `of ${count(items)}`;

// What the history says of each type of event. Functions of their own: the page's script holds those that it uses.
export const plannedWords = ({ channel, items }: DataOf<'notice.planned'>): string =>
  `tells of ${count(items.length)} by ${channel}`;
export const skippedWords = ({ channel, items }: DataOf<'notice.skipped'>): string =>
  `does not tell of ${count(items.length)} by ${channel}: somebody is looking`;
export const sentWords = (data: DataOf<'notice.sent'>): string =>
  `told ${about(data)} by ${data.channel}: ${receiptWords(data.receipt)}`;
export const failedWords = (data: DataOf<'notice.failed'>): string =>
  `${sentWords(data)}; ${data.again === null ? 'given up' : `tries again at ${data.again.slice(11, 19)} UTC`}`;
export const droppedWords = ({ channel, code }: DataOf<'notice.dropped'>): string =>
  `tells nothing by ${channel}: ${code === 'ended' ? 'nothing of it is open any more' : 'it is off'}`;
export const configuredWords = ({ channel, set, unset }: DataOf<'notify.configured'>): string =>
  `set for notifications by ${channel}: ${[...Object.keys(set), ...unset].join(', ')}`;
