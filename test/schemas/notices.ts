/** What the log and `signalbox notify` say of notices. */
import { z } from 'zod';
import {
  CHANNELS,
  type ChannelFacts,
  type NoticeChange,
  type NotifyFacts,
  type NotifyPolicy,
  type Receipt,
} from '../../shared/notify-words.ts';
import { count, item, kind, moment, number, seq } from './parts.ts';

export const channel = z.enum(CHANNELS);
const status = z.int().describe('HTTP');

export const receipt: z.ZodType<Receipt> = z
  .discriminatedUnion('code', [
    z.strictObject({ code: z.literal('accepted'), status }),
    z.strictObject({ code: z.literal('ran') }),
    z.strictObject({ code: z.literal('shown') }),
    z.strictObject({ code: z.literal('refused'), status }),
    z.strictObject({ code: z.literal('redirected'), status }),
    z.strictObject({ code: z.literal('timed-out'), seconds: z.number() }),
    z.strictObject({ code: z.literal('unreachable'), error: z.string() }),
    z.strictObject({ code: z.literal('exited'), exit: z.int() }),
    z.strictObject({ code: z.literal('killed'), signal: z.string() }),
    z.strictObject({ code: z.literal('cannot-start'), error: z.string() }),
    z.strictObject({ code: z.literal('not-shown') }),
  ])
  .meta({
    id: 'Receipt',
    description: 'what became of one attempt to tell; accepted, ran, shown: it arrived',
  });

const policyFields = {
  on: z.boolean(),
  kinds: z.array(kind),
  min_impact: count,
  quiet: z.strictObject({ from: z.string(), to: z.string(), zone: z.string() }).nullable(),
  away_seconds: count,
  gather_seconds: count,
  sound: z.boolean(),
};
const policy: z.ZodType<NotifyPolicy> = z.strictObject(policyFields);
const source = z.enum(['project', 'file', 'default']);
const items = z.array(z.strictObject({ unit: count, item }));
const tried = {
  channel,
  notice: seq.nullable().describe('the event that planned it; null: a test'),
  items: count.describe('how many items the message was about'),
  attempt: number,
  receipt,
};

type Data = {
  readonly [Type in NoticeChange['type']]: z.ZodType<Extract<NoticeChange, { type: Type }>['data']>;
};
export const notices: Data = {
  'notice.planned': z.strictObject({ channel, items }),
  'notice.skipped': z.strictObject({ channel, items }),
  'notice.sent': z.strictObject(tried),
  'notice.failed': z.strictObject({ ...tried, again: moment.nullable().describe('null: it is given up') }),
  'notice.dropped': z.strictObject({ channel, notice: seq, code: z.enum(['ended', 'off']) }),
  'notify.configured': z.strictObject({
    channel,
    set: z.strictObject({
      on: z.exactOptional(policyFields.on),
      kinds: z.exactOptional(policyFields.kinds),
      min_impact: z.exactOptional(count),
      quiet: z.exactOptional(policyFields.quiet),
      away_seconds: z.exactOptional(count),
      gather_seconds: z.exactOptional(count),
      sound: z.exactOptional(z.boolean()),
    }),
    unset: z.array(z.enum(Object.keys(policyFields) as [keyof NotifyPolicy])),
  }),
};

const channelFacts: z.ZodType<ChannelFacts> = z.strictObject({
  channel,
  target: z.string().nullable().describe('where it leads, with nothing secret in it; null: nowhere'),
  policy,
  sources: z.strictObject({
    on: source,
    kinds: source,
    min_impact: source,
    quiet: source,
    away_seconds: source,
    gather_seconds: source,
    sound: source,
  }),
  last: z
    .strictObject({ at: moment, test: z.boolean(), items: count, receipt, again: moment.nullable() })
    .nullable(),
});

export const notifyFacts: z.ZodType<NotifyFacts> = z.strictObject({
  file: z.string(),
  problem: z.string().nullable().describe('why what the file says now does not count'),
  looking: z.boolean().describe('whether a page is visible, or the queue by keys is open'),
  browsers: count.describe('browsers that would show a notification now'),
  channels: z.array(channelFacts),
});
