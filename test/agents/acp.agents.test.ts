/**
 * The real agents that speak the Agent Client Protocol, led by `signalbox acp` against scripted models: what they ask
 * comes in, what is answered goes back to the call that waits. Needs the npm registry, once for each.
 */
import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { after, afterEach, before, describe, test } from 'node:test';
import type { ModelServer } from '../../client/scripted-models/model-server.ts';
import { scripted } from '../../client/scripted-models/script.ts';
import { killQuietly } from '../daemon-fixture.ts';
import { until } from '../until.ts';
import { REAL_AGENTS, type RealAgent } from './acp-agents.ts';
import { AcpReal } from './acp-real.ts';
import { installed } from './installed.ts';

const LONG_MS = 60_000;
const COLOR = {
  question: 'Which color?',
  options: [
    { label: 'Red', description: 'as before' },
    { label: 'Blue', description: 'calmer' },
  ],
};
const shown = ({ context }: { context: readonly { label: string; text: string }[] }) =>
  Object.fromEntries(context.map(({ label, text }) => [label, text]));

for (const agent of REAL_AGENTS) {
  const found = installed(agent.package, agent.version, agent.program);
  const skip = 'missing' in found ? `skipped: ${found.missing}` : false;
  if (skip) console.error(`${agent.package} ${agent.version} is not tried: ${skip}`);
  describe(`${agent.package} ${agent.version}`, { skip }, () =>
    tryAgent(agent, 'bin' in found ? found.bin : ''),
  );
}

function tryAgent(agent: RealAgent, bin: string) {
  let model: ModelServer;
  let real: AcpReal;
  before(async () => {
    model = await agent.model();
  });
  after(() => model?.close());
  afterEach(() => real.house.close());
  /** It keeps no session of which the first turn has not ended. */
  const isGemini = agent.name === 'gemini';
  const open = async () => {
    real = await AcpReal.open(agent, bin, model.url);
  };

  test('permission: asked with the command, allowed once, and done', async () => {
    await open();
    await real.add('a', agent.run('touch allowed'));
    const card = await real.asked('a');
    assert.equal(shown(card).Command, 'touch allowed');
    assert.equal(card.options[0]?.id, 'once');
    assert.ok(!existsSync(real.file('allowed')));
    await real.answer('a', card, '--option', 'once');
    const text = await real.done('a');
    assert.ok(existsSync(real.file('allowed')));
    assert.match(text, /^Agent:\n {2}heard: /m);
    assert.equal((await real.detail('a')).items[0]?.delivered_to, 1);
  });

  test('refused with words: not done, and the model reads them', async () => {
    await open();
    await real.add('a', agent.run('touch refused'));
    await real.answer('a', await real.asked('a'), '--option', 'no', 'rather-write-nothing');
    await real.done('a');
    assert.ok(!existsSync(real.file('refused')));
    assert.ok(model.requests.some((body) => body.includes('rather-write-nothing')));
    assert.equal((await real.detail('a')).items.length, 1);
  });

  test('the daemon killed while it asks, and answered by the next one', async () => {
    await open();
    await real.add('a', agent.run('touch later'));
    const card = await real.asked('a');
    await real.house.end('SIGKILL');
    await real.house.start();
    await real.answer('a', await real.asked('a'), '--option', 'once');
    await real.done('a');
    assert.ok(existsSync(real.file('later')));
    const { runs, items } = await real.detail('a');
    assert.deepEqual([runs.length, items.map(({ id }) => id)], [1, [card.id]]);
  });

  test('the agent killed while it asks: the answer starts the next run, in the same session', async () => {
    await open();
    await real.add('a', agent.run('touch asked'));
    const card = await real.asked('a');
    for (const pid of real.programs(agent.program)) killQuietly(pid);
    await until('the run to end', async () => (await real.detail('a')).runs[0]?.ended_at !== null, LONG_MS);
    assert.equal((await real.asked('a')).id, card.id);
    // The scripted model does what the newest words say: the whole prompt holds them, a session that goes on does not.
    const words = isGemini ? [] : [`as follows\n${scripted(agent.run('touch asked'))}`];
    await real.answer('a', card, '--option', 'once', ...words);
    const text = await real.done('a');
    assert.ok(existsSync(real.file('asked')), text);
    assert.match(text, isGemini ? /has the new session/ : /goes on with session/);
  });

  test('it asks in words by our own tool', async () => {
    await open();
    await real.add('a', { use: agent.askHuman, with: { question: 'Which port?' } });
    const card = await real.asked('a');
    assert.deepEqual([card.kind, card.prompt], ['question', 'Which port?']);
    await real.answer('a', card, '8080');
    assert.match(await real.done('a'), /heard: .*8080/s);
  });

  test('a form is an item for each question, and the answers go back', {
    skip: agent.ask === null,
  }, async () => {
    await open();
    await real.add('a', agent.ask?.([COLOR]) ?? {});
    const card = await real.asked('a');
    assert.deepEqual([card.kind, card.prompt], ['question', 'Which color?']);
    assert.deepEqual(
      card.options.slice(0, 2).map(({ label, description }) => [label, description]),
      [
        ['Red', 'as before'],
        ['Blue', 'calmer'],
      ],
    );
    await real.answer('a', card, '--option', '2', 'a dark one');
    const text = await real.done('a');
    assert.match(text, /heard: .*Blue.*a dark one/s);
  });

  test('told something while it works, it hears it in the same run', async () => {
    await open();
    await real.add('a', agent.run('until [ -e go ]; do sleep 0.1; done; touch gone'));
    await real.answer('a', await real.asked('a'), '--option', 'once');
    await until('the command', async () => /Answered/.test(await real.logs('a')), LONG_MS);
    await real.ok('interrupt', 'a', 'mind-the-port');
    await until(
      'the words',
      () => model.requests.some((body) => body.includes('mind-the-port')),
      LONG_MS,
    ).finally(() => writeFileSync(real.file('go'), ''));
    // A scripted model whose command was cancelled calls it again.
    const again = await real.next('a');
    if (again) await real.answer('a', again, '--option', 'once');
    await real.done('a');
    assert.equal((await real.detail('a')).runs.length, 1);
  });
}
