/** Agents that speak the Agent Client Protocol, as the operator meets them: asked, answered, told, ended. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { afterEach, describe, test } from 'node:test';
import { AcpScene, idsOf, shown } from './acp-scene.ts';

describe('an agent that speaks the Agent Client Protocol', () => {
  let scene: AcpScene;
  afterEach(() => scene.house.close());

  test('asks with the whole command, and each answer goes to the call that waits', async () => {
    scene = await AcpScene.open('claude');
    await scene.add('a', 'run touch one', 'run touch two');
    const first = await scene.asked('a');
    assert.deepEqual([first.kind, first.prompt], ['decision', 'Allow Bash: touch one?']);
    assert.deepEqual(idsOf(first), ['once', 'allow-unit', 'always', 'no']);
    const { Command, Folder, Input } = shown(first);
    assert.deepEqual([Command, Folder], ['touch one', scene.house.project]);
    assert.match(Input ?? '', /Just looks/);
    assert.ok(!existsSync(scene.file('one')));
    await scene.answer('a', first, '--option', 'once');
    const second = await scene.asked('a', first.id);
    assert.ok(existsSync(scene.file('one')));
    await scene.answer('a', second, '--option', 'always');
    const text = await scene.done('a');
    assert.ok(existsSync(scene.file('two')));
    assert.match(text, /in mode default/);
    assert.match(text, /^Tool: Bash: touch one\nAsked: Allow Bash: touch one\?\nAnswered: Yes$/m);
    assert.deepEqual(
      (await scene.detail('a')).items.map(({ delivered_to }) => delivered_to),
      [1, 1],
    );
    assert.match(scene.raw(), /"optionId":"allow-with-updates"\}\}\}/);
    assert.doesNotMatch(scene.raw(), /"auto"\}\}\}$/);
  });

  test('a refusal with words: it hears both, and goes on', async () => {
    scene = await AcpScene.open('claude');
    await scene.add('a', 'run touch one', 'say and on');
    await scene.answer('a', await scene.asked('a'), '--option', 'no', 'not in this folder');
    const text = await scene.done('a');
    assert.ok(!existsSync(scene.file('one')));
    assert.match(text, /I may not: touch one\n {2}and on/);
    assert.match(text, /heard: The operator refused "Bash: touch one" and says: not in this folder/);
    const [words, refusal] = ['refused \\"Bash', '"optionId":"reject"}}'].map((part) =>
      scene.raw().indexOf(part),
    );
    assert.ok(
      words !== undefined && refusal !== undefined && words > 0 && words < refusal,
      'the words come first',
    );
  });

  test('where a refusal ends the turn, that is not the end of the phase', async () => {
    scene = await AcpScene.open('codex');
    await scene.add('a', 'run touch one', 'run touch two');
    const first = await scene.asked('a');
    assert.equal(first.prompt, 'Allow command: touch one?');
    await scene.answer('a', first, '--option', 'no');
    const second = await scene.asked('a', first.id);
    assert.equal(second.prompt, 'Allow command: touch two?');
    await scene.answer('a', second, '--option', 'once');
    assert.match(
      await scene.done('a'),
      /heard: The operator refused: command: touch one\. \/ Go on without it/,
    );
    assert.match(scene.raw(), /"stopReason":"cancelled"/);
    assert.ok(existsSync(scene.file('two')) && !existsSync(scene.file('one')));
  });
});
