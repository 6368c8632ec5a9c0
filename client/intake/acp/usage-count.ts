/**
 * What an agent says that it has used. Seen (`npm run test:agents`): Claude, Codex, Copilot: `usage` with the end of a
 * turn, and Claude and opencode the cost of the session in `usage_update`; opencode: `usage` of its last message alone;
 * Gemini: `_meta.quota` with the end of a turn; Qwen: `_meta.usage` beside each message, and again when a session is loaded.
 */
import { addUsage, microUsd, NO_USAGE, type Usage } from '../../../shared/usage-words.ts';
import { isObject } from '../json-rpc.ts';
import type { Params } from './peer.ts';

const MOST = 1e12;

const countIn = (counts: Params, ...names: readonly string[]): number => {
  const found = names.map((name) => counts[name]).find((value) => typeof value === 'number');
  return typeof found === 'number' && found > 0 && found <= MOST ? Math.round(found) : 0;
};

/** Each agent writes the names in its own way. */
export const tokensIn = (counts: Params): Usage => ({
  input_tokens: countIn(counts, 'inputTokens', 'input_tokens'),
  output_tokens: countIn(counts, 'outputTokens', 'output_tokens'),
  cached_tokens:
    countIn(counts, 'cachedReadTokens', 'cachedInputTokens', 'cache_read_input_tokens') +
    countIn(counts, 'cachedWriteTokens', 'cacheWriteInputTokens', 'cache_creation_input_tokens'),
  micro_usd: null,
});

/** A cost in US dollars; null: none is said, or in other money. */
export const costIn = (amount: unknown, currency: unknown = 'USD'): number | null =>
  typeof amount === 'number' && amount >= 0 && amount <= MOST / 1e6 && currency === 'USD'
    ? microUsd(amount)
    : null;

export class UsageCount {
  #turns = NO_USAGE;
  #messages = NO_USAGE;
  #cost: number | null = null;

  /** `isOld`: it belongs to what was said before this run. */
  heard({ sessionUpdate, cost, _meta: meta }: Params, isOld: boolean): void {
    const said =
      sessionUpdate === 'usage_update' && isObject(cost) ? costIn(cost.amount, cost.currency) : null;
    if (said !== null) this.#cost = Math.max(this.#cost ?? 0, said);
    if (!isOld && isObject(meta) && isObject(meta.usage))
      this.#messages = addUsage(this.#messages, tokensIn(meta.usage));
  }

  turnEnded({ usage, _meta: meta }: Params): void {
    const { quota } = isObject(meta) ? meta : {};
    const all = isObject(quota) ? quota : {};
    const counts = [usage, all.token_count].find(isObject);
    const byModel = (Array.isArray(all.model_usage) ? all.model_usage : [])
      .slice(0, 100)
      .filter(isObject)
      .map(({ token_count: each }) => (isObject(each) ? tokensIn(each) : NO_USAGE))
      .reduce<Usage>(addUsage, NO_USAGE);
    const said = counts ? tokensIn(counts) : NO_USAGE;
    // The rows by model also hold what agents below it have used.
    this.#turns = addUsage(this.#turns, totalOf(byModel) > totalOf(said) ? byModel : said);
  }

  /** The tokens of the whole run so far, and the cost of its session, which may be older: the daemon knows what earlier runs were. */
  now(): Usage {
    const tokens = totalOf(this.#turns) > 0 ? this.#turns : this.#messages;
    return { ...tokens, micro_usd: this.#cost };
  }
}

const totalOf = ({ input_tokens, output_tokens, cached_tokens }: Usage): number =>
  input_tokens + output_tokens + cached_tokens;
