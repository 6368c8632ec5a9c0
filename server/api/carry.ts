/** What carriers of runs on other machines call. Who calls is known by the secret: it is for one run alone. */
import { z } from 'zod';
import { PIECE_BYTES } from '../../shared/carry-words.ts';
import type { CarrierCall } from './carry-actions.ts';
import { type Context, carrier, t } from './procedures.ts';

const word = z.string().regex(/^[0-9a-f]{32}$/, 'A random word in hex.');
const hash = z.string().regex(/^[0-9a-f]{64}$/, 'SHA-256 in hex.');
const size = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

const claim = z.strictObject({
  carrier: word,
  machine: z.string().min(1).max(200),
  token: hash,
  answers: z.string().min(1).max(4096),
  lost_after: z.number().min(1).max(86_400),
});
const beat = z.strictObject({
  carrier: word,
  offset: size,
  bytes: z.base64().max(Math.ceil(PIECE_BYTES / 3) * 4),
  answers: hash,
});
const outcome = z.discriminatedUnion('exit', [
  z.strictObject({ exit: z.literal('exited'), code: z.number().int().min(0).max(255) }),
  z.strictObject({ exit: z.literal('vanished') }),
  z.strictObject({ exit: z.literal('fenced'), seconds: z.number().min(0).max(31_536_000) }),
  z.strictObject({ exit: z.literal('never-began'), detail: z.string().max(2000) }),
]);
const end = z.strictObject({ carrier: word, size, outcome });

/** The run of the caller's secret: no other role has one. */
const callOf = ({ by, credential }: Context): CarrierCall => ({
  by,
  unit: credential?.unit ?? -1,
  run: credential?.run ?? -1,
});

export const carry = t.router({
  claim: carrier.input(claim).mutation(({ ctx, input }) => ctx.carry.claim(callOf(ctx), input)),
  beat: carrier.input(beat).mutation(({ ctx, input }) => ctx.carry.beat(callOf(ctx), input)),
  end: carrier.input(end).mutation(({ ctx, input }) => ctx.carry.end(callOf(ctx), input)),
});
