/** What work has cost, as agents report it. All counts are whole and only grow; money is in millionths of a US dollar. */
export interface Usage {
  readonly input_tokens: number;
  readonly output_tokens: number;
  /** Read from or written to a cache, where the agent counts them apart. */
  readonly cached_tokens: number;
  /** null: the agent says no cost. */
  readonly micro_usd: number | null;
}

/** Of a run: the whole, and what of it was reported on which day (UTC). */
export interface RunUsage extends Usage {
  readonly days: Readonly<Record<string, Usage>>;
}

export const NO_USAGE: Usage = { input_tokens: 0, output_tokens: 0, cached_tokens: 0, micro_usd: null };

const each = (one: Usage, other: Usage, how: (a: number, b: number) => number): Usage => ({
  input_tokens: how(one.input_tokens, other.input_tokens),
  output_tokens: how(one.output_tokens, other.output_tokens),
  cached_tokens: how(one.cached_tokens, other.cached_tokens),
  micro_usd:
    one.micro_usd === null && other.micro_usd === null ? null : how(one.micro_usd ?? 0, other.micro_usd ?? 0),
});

export const addUsage = (one: Usage, other: Usage): Usage => each(one, other, (a, b) => a + b);
/** What has come since: never less than nothing. */
export const usageSince = (now: Usage, before: Usage): Usage =>
  each(now, before, (a, b) => Math.max(0, a - b));
export const mostUsage = (one: Usage, other: Usage): Usage => each(one, other, Math.max);

const MICRO = 1_000_000;
export const microUsd = (usd: number): number => Math.round(usd * MICRO);

/** `$0.42`, up to the next cent: no cost is said to be none. */
export const moneyWords = (micro_usd: number): string => `$${(Math.ceil(micro_usd / 1e4) / 100).toFixed(2)}`;

/** `1.2k`, `3.4M` */
export function countWords(count: number): string {
  if (count < 1000) return String(count);
  return count < 999_950 ? `${(count / 1000).toFixed(1)}k` : `${(count / 1e6).toFixed(1)}M`;
}

/** `$0.42`, or where no cost is known `12.3k tokens`. */
export const usageWords = ({ input_tokens, output_tokens, cached_tokens, micro_usd }: Usage): string =>
  micro_usd === null
    ? `${countWords(input_tokens + output_tokens + cached_tokens)} tokens`
    : moneyWords(micro_usd);

/** `$0.42, 12.3k tokens in, 1.2k out, 80.0k from a cache` */
export function usageDetailWords({ input_tokens, output_tokens, cached_tokens, micro_usd }: Usage): string {
  const cached = cached_tokens === 0 ? '' : `, ${countWords(cached_tokens)} cached`;
  const tokens = `${countWords(input_tokens)} tokens in, ${countWords(output_tokens)} out${cached}`;
  return micro_usd === null ? tokens : `${moneyWords(micro_usd)}, ${tokens}`;
}
