/** A mode and a model for one unit: carried to its agent, looked at there, and no way past the operator. */
import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';
import { AcpScene } from './acp-scene.ts';

describe('a unit chooses', () => {
  let scene: AcpScene;
  afterEach(() => scene.house.close());
  const add = (chunk: string, agent: string, ...flags: string[]) =>
    scene.house.signalbox('add', chunk, '--agent', agent, '--goal', 'do: say hello', ...flags);

  test('a mode and a model that its agent offers; what it does not offer makes it stuck, with what there is', async () => {
    scene = await AcpScene.open('claude', { mode: 'default', model: 'default' });
    assert.equal((await add('a', 'claude', '--mode', 'plan', '--model', 'opus')).code, 0);
    const text = await scene.done('a');
    assert.match(text, /in mode plan/);
    assert.match(scene.raw(), /"configId":"model","value":"opus"/);
    await add('b', 'claude');
    assert.match(await scene.done('b'), /in mode default/);
    await add('c', 'claude', '--mode', 'nonsense');
    const mode = await scene.asked('c');
    assert.equal(mode.kind, 'stuck');
    assert.match(
      JSON.stringify(mode.context),
      /There is no mode nonsense\. It has the modes default, acceptEdits, plan/,
    );
    await add('d', 'claude', '--model', 'nonsense');
    assert.match(
      JSON.stringify((await scene.asked('d')).context),
      /There is no model nonsense\. It has default, opus/,
    );
  });

  test('no mode in which nobody is asked, unless signalbox.json names it', async () => {
    scene = await AcpScene.open('claude', { modes: ['acceptEdits'] });
    for (const mode of ['bypassPermissions', 'auto', 'yolo', 'dontAsk', 'agent-full-access']) {
      const { code, stderr } = await add('a', 'claude', '--mode', mode);
      assert.equal(code, 1);
      assert.match(stderr, new RegExp(`in mode ${mode} nobody is asked.*It names acceptEdits`));
    }
    assert.equal((await add('a', 'claude', '--mode', 'acceptEdits')).code, 0);
    assert.match(await scene.done('a'), /in mode acceptEdits/);
  });

  test('neither for a command', async () => {
    scene = await AcpScene.open('claude');
    const { code, stderr } = await scene.house.signalbox('add', 'a', '--command', 'true', '--mode', 'plan');
    assert.equal(code, 1);
    assert.match(stderr, /Only an agent has modes and models/);
  });
});
