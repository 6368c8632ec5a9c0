/** What each agent says that it has used, in its own way, as one count. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { UsageCount } from '../../client/intake/acp/usage-count.ts';
import { ClaudeStream } from '../../client/intake/claude-stream.ts';

type Update = readonly [string, Readonly<Record<string, unknown>>];
interface Like {
  usageUpdates(used: object, usd: number): readonly Update[];
  usageResult(used: object): Readonly<Record<string, unknown>>;
}

const LIKES = join(import.meta.dirname, '..', '..', '..', 'test', 'stand-ins', 'acp-likes.mjs');
const { LIKE } = (await import(pathToFileURL(LIKES).href)) as { LIKE: Readonly<Record<string, Like>> };

function counted(name: string, isOld = false) {
  const like = LIKE[name];
  assert.ok(like);
  const count = new UsageCount();
  let usd = 0;
  const turn = (input: number, output: number, cost: number, old = false) => {
    usd += cost;
    for (const [sessionUpdate, more] of like.usageUpdates({ input, output }, usd))
      count.heard({ sessionUpdate, ...more }, old);
    if (!old) count.turnEnded({ stopReason: 'end_turn', ...like.usageResult({ input, output }) });
  };
  if (isOld) turn(1000, 1000, 2, true);
  turn(100, 20, 0.25);
  turn(10, 2, 0.5);
  const { input_tokens, output_tokens, cached_tokens, micro_usd } = count.now();
  return [input_tokens, output_tokens, cached_tokens, micro_usd];
}

describe('what an agent has used', () => {
  test('is the sum of its turns, or of its messages, and the cost of its session', () => {
    assert.deepEqual(counted('claude'), [110, 22, 14, 750_000]);
    assert.deepEqual(counted('codex'), [110, 22, 14, null]);
    assert.deepEqual(counted('opencode'), [110, 22, 14, 750_000]);
    assert.deepEqual(counted('gemini'), [110, 22, 0, null]);
    assert.deepEqual(counted('qwen'), [110, 22, 14, null]);
    assert.deepEqual(counted('copilot'), [110, 22, 14, null]);
  });

  test('holds no tokens that a loaded session repeats, and all that it has cost', () => {
    assert.deepEqual(counted('opencode', true), [110, 22, 14, 2_750_000]);
    assert.deepEqual(counted('qwen', true), [110, 22, 14, null]);
  });

  test('counts agents below it by the rows of models, where they are more', () => {
    const count = new UsageCount();
    const rows = [
      { token_count: { inputTokens: 5 } },
      { token_count: { inputTokens: 6 } },
      null,
      { token_count: 7 },
    ];
    count.turnEnded({ usage: { inputTokens: 5 }, _meta: { quota: { model_usage: rows } } });
    assert.equal(count.now().input_tokens, 11);
  });

  test('is nothing where what is said makes no sense', () => {
    const count = new UsageCount();
    for (const cost of [
      { amount: -1 },
      { amount: '5' },
      { amount: 5, currency: 'EUR' },
      { amount: Infinity },
      7,
      null,
    ])
      count.heard({ sessionUpdate: 'usage_update', cost }, false);
    for (const usage of [
      { inputTokens: -5 },
      { inputTokens: '5' },
      { inputTokens: 1e300 },
      { inputTokens: Number.NaN },
      7,
      [],
    ])
      count.turnEnded({ usage, _meta: { quota: { token_count: 'x', model_usage: 'y' } } });
    count.heard({ sessionUpdate: 'agent_message_chunk', _meta: { usage: 7 } }, false);
    assert.deepEqual(count.now(), { input_tokens: 0, output_tokens: 0, cached_tokens: 0, micro_usd: null });
  });

  test('of `claude -p` stands in its last message', () => {
    const usage = {
      input_tokens: 10,
      output_tokens: 5,
      cache_read_input_tokens: 3,
      cache_creation_input_tokens: 1,
    };
    const heard = new ClaudeStream().hear(JSON.stringify({ type: 'result', usage, total_cost_usd: 0.0123 }));
    assert.deepEqual(heard.usage, {
      input_tokens: 10,
      output_tokens: 5,
      cached_tokens: 4,
      micro_usd: 12_300,
    });
  });
});
