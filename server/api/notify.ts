/** How the operator is told of new items: the channels, their policies, and tests of them. */
import { z } from 'zod';
import { CHANNELS, type NotifyPolicy } from '../../shared/notify-words.ts';
import { nothing } from './inputs.ts';
import { policyFields, watching } from './notify-fields.ts';
import { operator, t } from './procedures.ts';

const channel = z.enum(CHANNELS, `One of ${CHANNELS.join(', ')}.`);
const FIELDS = Object.keys(policyFields) as [keyof NotifyPolicy];
const configure = z
  .strictObject({
    channel,
    ...policyFields,
    /** Fields that are as the operator's file says again, or by default. */
    unset: z
      .array(z.enum(FIELDS, `One of ${FIELDS.join(', ')}.`))
      .max(FIELDS.length)
      .default([]),
  })
  .refine(
    ({ channel: _, unset, ...set }) =>
      unset.length > 0 || Object.values(set).some((each) => each !== undefined),
    {
      path: ['on'],
      message: `Say what to set: ${FIELDS.join(', ')}.`,
    },
  );

export const notify = t.router({
  show: operator.input(nothing).query(({ ctx }) => ctx.notify.facts()),
  configure: operator.input(configure).mutation(async ({ ctx, input: { channel, unset, ...set } }) => {
    const { seq } = await ctx.notify.configure(ctx.by, channel, { set, unset });
    return { seq };
  }),
  test: operator.input(z.strictObject({ channel })).mutation(async ({ ctx, input }) => ({
    channel: input.channel,
    receipt: await ctx.notify.test(ctx.by, input.channel),
  })),
  watch: operator
    .input(watching)
    .subscription(({ ctx, input, signal }) =>
      ctx.notify.watch(input, signal ?? new AbortController().signal),
    ),
  /** A browser has shown a notification. */
  shown: operator.input(z.strictObject({ id: z.string().max(200) })).mutation(({ ctx, input }) => {
    ctx.notify.shown(input.id);
    return { shown: true };
  }),
});
