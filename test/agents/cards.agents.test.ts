/** What the cards of the real agents show that are led by the Agent Client Protocol. Needs the npm registry, once for each. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import type { Card } from '../../shared/board.ts';
import { REAL_AGENTS } from './acp-agents.ts';
import { eachAgent } from './each-agent.ts';

const COLOR = {
  question: 'Which color?',
  options: [
    { label: 'Red', description: 'as before' },
    { label: 'Blue', description: 'calmer' },
  ],
};
const shown = ({ context }: Card) => Object.fromEntries(context.map(({ label, text }) => [label, text]));

eachAgent(REAL_AGENTS, 'its cards', (stage) => {
  const { agent } = stage;

  test('a command: all of it, once first; and a transcript', async () => {
    await stage.open();
    const { real } = stage;
    await real.add('a', agent.run('touch allowed'));
    const card = await real.asked('a');
    assert.equal(shown(card).Command, 'touch allowed');
    assert.deepEqual([card.kind, card.options[0]?.id, card.allows_text], ['decision', 'once', true]);
    assert.ok(!existsSync(real.file('allowed')));
    await real.answer('a', card, '--option', 'once');
    const text = await real.done('a');
    assert.ok(existsSync(real.file('allowed')));
    assert.match(text, /^Agent:\n {2}.*heard: /ms);
    assert.equal((await real.detail('a')).items[0]?.delivered_to, 1);
  });

  test('a change: the file and what would be other', async () => {
    // Codex does in the workspace what its sandbox allows.
    await stage.open(agent.name === 'codex' ? { mode: 'read-only' } : {});
    const { real } = stage;
    const path = real.file('port');
    writeFileSync(path, 'port = 1\n');
    await real.add('a', ...agent.change(path, 'port = 1', 'port = 2'));
    const card = await real.asked('a');
    const { Diff, File } = shown(card);
    assert.deepEqual([Diff, File], ['-port = 1\n+port = 2', path]);
    await real.answer('a', card, '--option', 'once');
    await real.done('a');
    assert.equal(readFileSync(path, 'utf8'), 'port = 2\n');
  });

  test('a form: its options, and what they mean', { skip: agent.ask === null && 'it has none' }, async () => {
    await stage.open();
    const { real } = stage;
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
    assert.match(await real.done('a'), /heard: .*Blue.*a dark one/s);
  });
});
