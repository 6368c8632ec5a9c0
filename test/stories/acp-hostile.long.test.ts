/** A hostile agent as a process: what it sends by its protocol is text on the page, bounded, and nothing falls. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { afterEach, describe, test } from 'node:test';
import { until } from '../until.ts';
import { AcpScene, shown } from './acp-scene.ts';

const EVIL =
  '<script>alert(9)</script><img src=x onerror=alert(9)>"\'`$(9)\u001b[2J\u001b]0;owned\u0007\u202e';

describe('a hostile agent that speaks the Agent Client Protocol', () => {
  let scene: AcpScene;
  afterEach(() => scene.house.close());

  const request = (id: string, toolCall: object, options: readonly object[]) =>
    `raw ${JSON.stringify({ jsonrpc: '2.0', id, method: 'session/request_permission', params: { sessionId: 's', toolCall, options } })}`;
  const yes = { optionId: 'y', name: EVIL, kind: 'allow_once' };

  test('markup and terminal escapes are text, on the page and in what the unit shows', async () => {
    scene = await AcpScene.open('claude');
    const toolCall = {
      toolCallId: EVIL,
      title: EVIL,
      kind: 'edit',
      rawInput: { [EVIL]: EVIL, file_path: EVIL },
      content: [{ type: 'diff', path: EVIL, oldText: EVIL, newText: `${EVIL}\n${EVIL}` }],
    };
    await scene.add('a', `say ${EVIL}`, request('r', toolCall, [yes]), 'await never');
    const card = await scene.asked('a');
    assert.match(shown(card).Diff ?? '', /<script>alert\(9\)<\/script>/, 'the operator sees what it is');
    const { address } = scene.house;
    for (const path of ['', 'work-units/a', 'work-units/a/runs/1']) {
      const response = await fetch(`${address}${path}`, { headers: { accept: 'text/html' } });
      const html = await response.text();
      assert.ok(!/<script>alert|<img src=x/.test(html), path);
      if (path === '') assert.match(html, /&lt;script&gt;alert\(9\)/);
    }
    const { stdout } = await scene.house.signalbox('attention');
    assert.doesNotMatch(stdout, /^Answered:/m);
    await scene.ok('kill', 'a');
  });

  test('floods, broken lines and ids used again: the run lives on, and its neighbour too', async () => {
    scene = await AcpScene.open('claude');
    const allow = { optionId: 'y', name: 'Yes', kind: 'allow_once' };
    const lines = Array.from({ length: 80 }, (_, nth) =>
      request(`r${nth % 60}`, { toolCallId: `c${nth}`, rawInput: { command: `touch ${nth}` } }, [allow]),
    );
    await scene.add('a', 'raw {"jsonrpc":', 'raw []', ...lines, 'await go', 'say still here');
    await scene.cards('a', 50);
    const big = 'x'.repeat(200);
    await scene.add('big', `edit f old ${big}`, 'say done');
    const other = await scene.asked('big');
    await scene.answer('big', other, '--option', 'once');
    assert.match(await scene.done('big'), /done/);
    writeFileSync(scene.file('go'), '');
    await until('the end of the run', async () => (await scene.detail('a')).live === null);
    assert.match(await scene.logs('a'), /still here/);
    assert.equal(await scene.house.statusOf('a'), 'NEEDS_ATTENTION', 'what it asked is not answered');
    const { items } = await scene.detail('a');
    assert.equal(items.length, 50);
  });
});
