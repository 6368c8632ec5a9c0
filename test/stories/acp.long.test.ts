/** The same in depth: plans, forms, ends, words in between, and whoever dies while a request waits. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { afterEach, describe, test } from 'node:test';
import { killQuietly } from '../daemon-fixture.ts';
import { until } from '../until.ts';
import { AcpScene, idsOf, type Like, shown } from './acp-scene.ts';

describe('an agent that speaks the Agent Client Protocol, further', () => {
  let scene: AcpScene;
  afterEach(() => scene.house.close());

  test('words alone refuse; one that hears them only after its turn is told then', async () => {
    scene = await AcpScene.open('opencode');
    await scene.add('a', 'run touch one');
    await scene.answer('a', await scene.asked('a'), 'use two instead');
    const text = await scene.done('a');
    assert.match(text, /heard: The operator refused: command: touch one\. They say: use two instead/);
    assert.ok(!existsSync(scene.file('one')));
  });

  test('a plan is shown without the ways that leave the operator out; sent back, then approved', async () => {
    scene = await AcpScene.open('claude');
    await scene.add('a', 'plan one, two', 'plan one, two, three');
    const first = await scene.asked('a');
    assert.deepEqual([first.prompt, shown(first).Plan], ['Carry out this plan?', 'one, two']);
    assert.deepEqual(
      first.options.map(({ label }) => label),
      ['Yes, manually approve edits', 'No, keep planning'],
    );
    await scene.answer('a', first, 'and three');
    const second = await scene.asked('a', first.id);
    assert.equal(shown(second).Plan, 'one, two, three');
    await scene.answer('a', second, '--option', 'once');
    const text = await scene.done('a');
    assert.match(text, /says: and three/);
    assert.match(text, /carrying out: one, two, three/);
  });

  test('a form is an item for each question; options and words go back', async () => {
    scene = await AcpScene.open('codex');
    await scene.add('a', 'ask Which color?|Red|Blue ;; Which port?|80|81');
    const [color, port] = await scene.cards('a', 2);
    assert.ok(color && port);
    assert.deepEqual([color.kind, color.prompt, port.prompt], ['question', 'Which color?', 'Which port?']);
    await scene.answer('a', color, '--option', '2', 'a dark one');
    await scene.answer('a', port, 'any above 1024');
    const answers =
      '{"action":"accept","content":{"q0":"Blue","q0_note":"a dark one","q1":"None of the above","q1_note":"any above 1024"}}';
    assert.ok((await scene.done('a')).includes(`answers: ${answers}`));
  });

  test('ends badly where the model stopped, the agent ended, or nobody has logged in: never as done', async () => {
    scene = await AcpScene.open('claude');
    await scene.add('refused', 'say hm', 'stop refusal');
    await scene.add('long', 'stop max_turn_requests');
    await scene.add('gone', 'exit 0');
    await scene.add('odd', 'stop whatever');
    await scene.add('error', 'fail the model is overloaded');
    const said = {
      refused: /ended with "refusal": the model refused to go on/,
      long: /its limit of requests/,
      gone: /The agent has ended/,
      odd: /nobody knows what that means/,
      error: /the model is overloaded/,
    };
    for (const [chunk, words] of Object.entries(said)) {
      const card = await scene.asked(chunk);
      assert.equal(card.kind, 'stuck', chunk);
      assert.match(shown(card)['Last lines'] ?? '', words);
    }
  });

  test('a missing login says how to log in', async () => {
    scene = await AcpScene.open('gemini', {}, { STAND_IN_LOGIN: 'missing' });
    await scene.add('a', 'say never');
    const card = await scene.asked('a');
    assert.match(
      shown(card)['Last lines'] ?? '',
      /not logged in \(Authentication required\)\. Log in first: gemini/,
    );
    assert.match(card.prompt, /78/);
  });

  test('it is told while it works: by steering where it can', async () => {
    scene = await AcpScene.open('claude');
    await scene.add('a', 'await go');
    await until('the turn', () => /session\/prompt/.test(scene.raw()));
    await scene.ok('interrupt', 'a', 'mind the port');
    await until('the words', async () =>
      /steered: The operator says: mind the port/.test(await scene.logs('a')),
    );
    writeFileSync(scene.file('go'), '');
    await scene.done('a');
  });

  test('and else by ending the turn and prompting', async () => {
    scene = await AcpScene.open('opencode');
    await scene.add('a', 'await never');
    await until('the turn', () => /session\/prompt/.test(scene.raw()));
    await scene.ok('interrupt', 'a', 'mind the port');
    assert.match(await scene.done('a'), /heard: The operator says: mind the port/);
    assert.match(scene.raw(), /session\/cancel/);
  });

  test('a request that the agent takes back leaves the queue', async () => {
    scene = await AcpScene.open('claude');
    await scene.add('a', 'cancelled touch one');
    await scene.asked('a');
    writeFileSync(scene.file('cancel'), '');
    assert.match(await scene.done('a'), /cancelled: -32800/);
    const [item] = (await scene.detail('a')).items;
    assert.equal(item?.withdrawn_why, 'the agent no longer asks');
  });

  test('a mode in which nobody is asked is set back', async () => {
    scene = await AcpScene.open('claude', { model: 'opus' });
    await scene.add('a', 'mode plan', 'mode bypassPermissions', 'say on');
    const text = await scene.done('a');
    assert.match(text, /Mode: bypassPermissions\nIt is set back to mode default\./);
    assert.match(scene.raw(), /"configId":"model","value":"opus"/);
    assert.equal(text.match(/set back/g)?.length, 1);
  });

  test('it asks in words by our own tool, which nobody has to allow', async () => {
    scene = await AcpScene.open('claude');
    await scene.add('a', 'human Which port?');
    const card = await scene.asked('a');
    assert.deepEqual([card.kind, card.prompt], ['question', 'Which port?']);
    await scene.answer('a', card, '8080');
    assert.match(await scene.done('a'), /human: The operator answers: 8080/);
    const { SIGNALBOX_CREDENTIAL: none } = process.env;
    assert.equal(none, undefined);
    assert.match(scene.raw(), /"name":"SIGNALBOX_CREDENTIAL","value":"\[secret\]"/);
  });

  test('a change to a file shows as lines', async () => {
    scene = await AcpScene.open('opencode');
    await scene.add('a', 'edit notes.txt old new');
    const card = await scene.asked('a');
    assert.match(shown(card).File ?? '', /\/notes\.txt$/);
    assert.equal(shown(card).Diff, '-old\n+new');
    assert.match(shown(card).File ?? '', /notes\.txt/);
    await scene.answer('a', card, '--option', 'once');
    await scene.done('a');
    assert.equal(readFileSync(scene.file('notes.txt'), 'utf8'), 'new');
  });

  const LIKES: readonly Like[] = ['claude', 'codex', 'gemini', 'opencode', 'qwen', 'copilot'];
  for (const like of LIKES) {
    test(`${like}: the daemon killed while it asks, and answered by the next one: the same run goes on`, async () => {
      scene = await AcpScene.open(like);
      await scene.add('a', 'run touch one', 'run touch two');
      const card = await scene.asked('a');
      assert.equal(idsOf(card)[0], 'once', 'once comes first');
      assert.equal(shown(card).Command, 'touch one');
      await scene.house.end('SIGKILL');
      await scene.house.start();
      assert.equal((await scene.asked('a')).id, card.id);
      await scene.answer('a', card, '--option', 'once');
      await scene.answer('a', await scene.asked('a', card.id), '--option', 'once');
      const text = await scene.done('a');
      assert.ok(existsSync(scene.file('one')) && existsSync(scene.file('two')));
      const { runs, items } = await scene.detail('a');
      assert.deepEqual([runs.length, items.length], [1, 2]);
      assert.match(
        text,
        like === 'opencode' ? /session [0-9a-f-]+\./ : /in mode (default|workspace-write|\S+#agent)\./,
      );
    });

    test(`${like}: killed while it asks: the answer starts the next run, which goes on with the session`, async () => {
      scene = await AcpScene.open(like);
      await scene.add('a', 'say begun', 'run touch one', 'say ended');
      const card = await scene.asked('a');
      for (const pid of scene.processes(/acp-agent\.mjs/)) killQuietly(pid);
      await until('the run to end', async () => (await scene.detail('a')).runs[0]?.ended_at !== null);
      assert.equal(await scene.house.statusOf('a'), 'NEEDS_ATTENTION');
      assert.equal((await scene.asked('a')).id, card.id);
      await scene.answer('a', card, '--option', 'once');
      const text = await scene.done('a');
      assert.ok(existsSync(scene.file('one')));
      assert.match(text, /goes on with session/);
      assert.match(
        text,
        /heard: You asked: Allow .*touch one\? \/ The operator answered: .* \/ {2}\/ Go on with DO/,
      );
      assert.doesNotMatch(text, /begun|long ago/, 'what was said before is not said again');
      const { runs, items } = await scene.detail('a');
      assert.deepEqual([runs.length, items.length, items[0]?.delivered_to], [2, 1, 2]);
    });
  }

  test('the driver killed: the agent goes with it, and so does what it left behind', async () => {
    scene = await AcpScene.open('gemini');
    await scene.add('a', 'run touch one');
    await scene.asked('a');
    for (const pid of scene.processes(/signalbox\.js acp/)) killQuietly(pid);
    await until('all of them to end', () => scene.processes(/acp-agent\.mjs/).length === 0);
    assert.equal(await scene.house.statusOf('a'), 'NEEDS_ATTENTION');
  });

  test('a kill ends the whole group, one that ignores signals too', async () => {
    scene = await AcpScene.open('gemini');
    await scene.add('a', 'await never');
    await until('the turn', () => /session\/prompt/.test(scene.raw()));
    const began = performance.now();
    await scene.ok('kill', 'a');
    await until('all of them to end', () => scene.processes(/acp-agent\.mjs|signalbox\.js acp/).length === 0);
    assert.ok(performance.now() - began < 8000, 'within the time that TERM is given');
    await scene.house.untilStatus('a', 'BLOCKED');
  });

  test('questions of Qwen come with their options, and go back by their number', async () => {
    scene = await AcpScene.open('qwen');
    await scene.add('a', 'ask Which color?|Red|Blue ;; Why?|A|B');
    const [color, why] = await scene.cards('a', 2);
    assert.ok(color && why);
    await scene.answer('a', color, '--option', '2');
    await scene.answer('a', why, 'because');
    assert.match(
      await scene.done('a'),
      /answers: \{"outcome":"once","answers":\{"0":"Blue","1":"because"\}\}/,
    );
  });

  test('a question that is withdrawn on the card is declined, and a permission refused', async () => {
    scene = await AcpScene.open('claude');
    await scene.add('a', 'ask Which color?|Red|Blue', 'run touch one');
    const form = await scene.asked('a');
    assert.deepEqual([form.prompt, shown(form).About], ['Which color?', 'Header']);
    await scene.ok('withdraw', 'a', '--item', form.id);
    const permission = await scene.asked('a', form.id);
    await scene.ok('withdraw', 'a', '--item', permission.id);
    const text = await scene.done('a');
    assert.match(text, /answers: \{"action":"decline"\}/);
    assert.match(text, /I may not: touch one/);
    assert.ok(!existsSync(scene.file('one')));
  });

  test('one that cannot load its session begins anew, with the whole prompt and the answer', async () => {
    scene = await AcpScene.open('claude');
    await scene.add('a', 'run touch one');
    const card = await scene.asked('a');
    const sessions = `${scene.house.env.HOME}/acp-sessions`;
    for (const pid of scene.processes(/acp-agent\.mjs/)) killQuietly(pid);
    await until('the run to end', async () => (await scene.detail('a')).runs[0]?.ended_at !== null);
    rmSync(sessions, { recursive: true });
    await scene.answer('a', card, '--option', 'once');
    const text = await scene.done('a');
    assert.match(text, /has the new session/);
    assert.match(text, /You asked: Allow Bash: touch one\?\n {2}The operator answered: Yes/);
    assert.ok(existsSync(scene.file('one')));
    assert.equal((await scene.detail('a')).items.length, 1, 'the same question is not asked twice');
  });
});
