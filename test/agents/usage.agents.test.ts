/**
 * What the real agents say that they have used, over two phases in one session, as `docs/usage.md` has it. Each phase takes
 * three calls of a scripted model; each call takes 10 tokens in and gives 5 out.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ALL, eachAgent } from './each-agent.ts';

/** Some say a cost: opencode from prices in its settings, Claude Code from prices that it knows. */
const SAYS_COST = ['claude', 'opencode'];
const CALLS = 3;

eachAgent(ALL, 'what it has used', (stage) => {
  const { agent } = stage;
  test('is counted by run, and what a session cost before is not counted again', async () => {
    await stage.open({ phases: ['ONE', 'TWO'] });
    const { real } = stage;
    await real.add('a', agent.run('echo one'), agent.run('echo two'));
    // Some ask before they print words, some do not.
    for (let card = await real.next('a'); card !== null; card = await real.next('a'))
      await real.answer('a', card, '--option', 'once');
    const { runs } = await real.detail('a');
    const used = runs.map(({ usage }) => usage);
    assert.equal(used.length, 2);
    // opencode says those of its last message alone; Claude counts a title that it has made, too.
    const calls = agent.name === 'opencode' ? 1 : CALLS;
    for (const each of used) {
      assert.ok(each && each.input_tokens >= calls * 10, JSON.stringify(used));
      assert.ok(
        each.output_tokens >= calls * 5 && each.output_tokens <= (calls + 1) * 5,
        JSON.stringify(used),
      );
    }
    const [first, second] = used.map((each) => each?.micro_usd ?? null);
    assert.equal(second, first, 'both phases do the same');
    assert.equal((first ?? 0) > 0, SAYS_COST.includes(agent.name));
  });
});
