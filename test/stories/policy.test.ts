/** Rules of the operator: what they answer by themselves, what is asked all the same, and where it stands afterwards. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, test } from 'node:test';
import type { Finding } from '../../shared/offline.ts';
import { AcpScene, idsOf } from './acp-scene.ts';

interface Audited {
  readonly events: readonly {
    readonly type: string;
    readonly by: { readonly actor: string };
    readonly data: { readonly rule?: { readonly id: string; readonly source: string } };
  }[];
}

describe('a rule', () => {
  let scene: AcpScene;
  afterEach(() => scene.house.close());

  const write = (text: string) => {
    const folder = join(scene.house.folder, 'config', 'signalbox');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'policy.json'), text, { mode: 0o600 });
  };
  const rules = (...all: object[]) => write(JSON.stringify({ rules: all }));
  const TOUCH = { id: 'touching', answer: 'allow', agent: 'claude', tool: 'Bash', command: 'touch *' };
  const NO_RM = { id: 'no-rm', answer: 'deny', command: 'rm *' };

  test('answers what it is about, and the rest is asked; history and audit say which rule it was', async () => {
    scene = await AcpScene.open('claude');
    rules(TOUCH, NO_RM);
    await scene.add('a', 'run touch one', 'run rm -rf one', 'run touch two; touch three', 'say and on');
    const card = await scene.asked('a');
    assert.equal(card.prompt, 'Allow Bash: touch two; touch three?');
    assert.ok(existsSync(scene.file('one')), 'allowed, and not removed');
    await scene.answer('a', card, '--option', 'no');
    const text = await scene.done('a');
    assert.ok(!existsSync(scene.file('two')));
    assert.match(text, /Answered: Yes, by a rule/);
    assert.match(text, /A rule of the operator refuses this/);
    const { items, history } = await scene.detail('a');
    assert.deepEqual(
      items.map(({ answered_by, answered_by_rule, delivery }) => [
        answered_by,
        answered_by_rule?.id,
        delivery,
      ]),
      [
        ['policy', 'touching', 'delivered'],
        ['policy', 'no-rm', 'delivered'],
        ['operator', undefined, 'delivered'],
      ],
    );
    assert.ok(history.some(({ who, what }) => who === 'policy' && what.endsWith('Yes (rule touching)')));
    const { events } = await scene.house.json<Audited>('audit');
    assert.deepEqual(
      events.filter(({ data }) => data.rule).map(({ type, by, data }) => [type, by.actor, data.rule]),
      [
        ['item.answered', 'policy', { id: 'touching', source: 'file' }],
        ['item.answered', 'policy', { id: 'no-rm', source: 'file' }],
      ],
    );
  });

  test('is made by "Allow for this unit" for the same command alone, and is taken back by name', async () => {
    scene = await AcpScene.open('codex');
    await scene.add(
      'a',
      'run touch one',
      'run touch one',
      'run touch two',
      'run touch one',
      'await go',
      'run touch one',
    );
    const first = await scene.asked('a');
    assert.deepEqual(idsOf(first).slice(0, 2), ['once', 'allow-unit']);
    await scene.answer('a', first, '--option', 'allow-unit');
    const second = await scene.asked('a', first.id);
    assert.equal(second.prompt, 'Allow command: touch two?');
    await scene.answer('a', second, '--option', 'once');
    const listed = await scene.house.json<{ units: { chunk: string; id: string; commands: string[] }[] }>(
      'policy',
      'ls',
    );
    assert.deepEqual(
      listed.units.map(({ chunk, id, commands }) => [chunk, id, commands]),
      [['a', 'unit-1', ['touch one']]],
    );
    await scene.ok('policy', 'remove', 'a', 'unit-1');
    writeFileSync(scene.file('go'), '');
    const last = await scene.asked('a', second.id);
    assert.equal(last.prompt, 'Allow command: touch one?');
    await scene.answer('a', last, '--option', 'once');
    await scene.done('a');
    assert.deepEqual(
      (await scene.detail('a')).items.filter(({ answered_by }) => answered_by === 'policy').length,
      2,
    );
  });

  test('counts no more while its file is broken: it is asked, doctor and the page say so, and no daemon starts', async () => {
    scene = await AcpScene.open('claude');
    rules(TOUCH);
    assert.equal((await scene.house.json<{ answer: string }>('policy', 'check', 'touch one')).answer, 'ask');
    const check = (...args: string[]) =>
      scene.house.json<{ answer: string; plain: boolean | null }>(
        'policy',
        'check',
        '--agent',
        'claude',
        '--tool',
        'Bash',
        ...args,
      );
    assert.deepEqual((await check('touch one')).answer, 'allow');
    assert.deepEqual(
      [(await check('touch one; ls')).answer, (await check('touch one; ls')).plain],
      ['ask', false],
    );
    write('{"rules": [{"id": "a"}]}');
    assert.equal((await check('touch one')).answer, 'ask');
    await scene.add('a', 'run touch one');
    await scene.answer('a', await scene.asked('a'), '--option', 'once');
    await scene.done('a');
    const page = await (await fetch(scene.house.address)).text();
    assert.match(page, /Your rules for permissions cannot be used, so everything is asked/);
    assert.match(page, /rules\[0\]\.answer: One of allow, ask, deny/);
    const { stdout } = await scene.house.signalbox('doctor', '--json');
    const [found] = (JSON.parse(stdout) as Finding[]).filter(({ what }) => what === 'rules');
    assert.deepEqual([found?.status, /rules\[0\]\.answer/.test(found?.message ?? '')], ['bad', true]);
    await scene.ok('stop');
    const { code, stderr } = await scene.house.signalbox('start');
    assert.equal(code, 65);
    assert.match(stderr, /policy\.json cannot be taken\. rules\[0\]\.answer: One of allow, ask, deny/);
  });
});
