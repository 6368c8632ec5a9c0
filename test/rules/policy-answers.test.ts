/** How a rule answers in the commit that asks, and what "Allow for this unit" leaves behind. */

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { askAll, type Question } from '../../server/domain/commands/asks.ts';
import { type Rules, removeRule } from '../../server/domain/commands/policy.ts';
import type { PolicyRequest } from '../../server/domain/policy.ts';
import { termsOf } from '../../shared/daemon-questions.ts';
import type { PolicyRule } from '../../shared/policy-words.ts';
import { AGENT, StoreFixture, spec } from '../core/store-fixture.ts';

const place = { root: '/unit', home: '/home' };
const request = (command: string): PolicyRequest => ({
  agent: 'claude',
  tool: 'Bash',
  kind: 'execute',
  command,
  words: command.split(' ').map((text) => ({ text, paths: [] })),
  paths: [],
  mentioned: [],
  opaque: false,
  place,
  own: [],
});
const rule = (answer: PolicyRule['answer'], command: string): PolicyRule => ({
  id: `${answer}-it`,
  answer,
  agents: [],
  tools: ['Bash'],
  commands: [command],
  paths: [],
  exact: false,
});
const option = (id: string) => ({ id, label: id, description: '' });
const question = (command: string, more: object = {}): Question => ({
  prompt: `Allow Bash: ${command}?`,
  context: [{ label: 'Command', text: command }],
  options: ['once', 'always', 'no'].map(option),
  multiple: false,
  allows_text: true,
  kind: 'decision',
  permission: {
    ...{ agent: '', tool: 'Bash', kind: 'execute', command, paths: [], folder: '', opaque: false },
    ...{ allow: 'once', deny: 'no' },
    ...more,
  },
});

describe('what is asked by an agent, with rules', () => {
  let house: StoreFixture;
  beforeEach(async () => {
    house = new StoreFixture();
    await house.add(spec('a'));
    await house.start('a');
  });
  afterEach(() => house.leave());

  const ask = (key: string, command: string, rules: readonly PolicyRule[], more: object = {}, run = 1) =>
    house.commit((state, at) => {
      const all: Rules = { policy: { rules, problem: null }, requests: [request(command)], at };
      return askAll(state, { key, chunk: 'a', run, asked_by: 'agent' }, [question(command, more)], all);
    }, AGENT);
  const item = (key: string) => {
    const found = house.work('a').items.find(({ id }) => id === key);
    assert.ok(found);
    return found;
  };

  test('a rule answers in the same commit, as policy and with its name; nothing waits for a receiver', async () => {
    const before = house.store.state.seq;
    await ask('k1', 'npm test', [rule('allow', 'npm test')]);
    const types = [...house.db.events(before)].map(({ type, by }) => [type, by.actor]);
    assert.deepEqual(types, [
      ['item.asked', 'agent'],
      ['item.answered', 'policy'],
      ['item.released', 'policy'],
      ['item.delivered', 'policy'],
    ]);
    const { answer, delivery } = item('k1');
    assert.deepEqual(answer?.options, ['once']);
    assert.deepEqual([answer?.by, answer?.rule], ['policy', { id: 'allow-it', source: 'file' }]);
    assert.equal(delivery?.to, 1);
    await ask('k2', 'rm x', [rule('deny', 'rm *')]);
    assert.deepEqual(item('k2').answer?.options, ['no']);
    assert.equal(house.status('a'), 'RUNNING');
  });

  test('sent again it is the same item, whatever the rules say by then', async () => {
    await ask('k1', 'npm test', [rule('allow', 'npm test')]);
    const { seq } = house.store.state;
    await ask('k1', 'npm test', []);
    await ask('k1', 'npm test', [rule('deny', 'npm *')]);
    assert.equal(house.store.state.seq, seq);
  });

  test('no option that means this one call, a rule that asks, or none: a person is asked', async () => {
    await ask('k1', 'npm test', [rule('allow', 'npm test')], { allow: null });
    await ask('k2', 'rm x', [rule('deny', 'rm *')], { deny: null });
    await ask('k3', 'npm publish', [rule('ask', 'npm *'), rule('allow', 'npm *')]);
    await ask('k4', 'npm login', []);
    for (const key of ['k1', 'k2', 'k3', 'k4']) assert.equal(item(key).answer, null, key);
    const offers = (key: string) => termsOf(item(key)).offered.includes('allow-unit');
    assert.deepEqual(['k1', 'k2', 'k3', 'k4'].map(offers), [false, false, false, true]);
  });

  test('"Allow for this unit" counts once it is out, only there, and until it is removed', async () => {
    await ask('k1', 'npm test', []);
    await house.answer('a', 'k1', { options: ['allow-unit'], wait: 4 });
    assert.equal(house.work('a').unit.rules, undefined);
    await house.undo('a', 'k1');
    assert.equal(house.work('a').unit.rules, undefined);
    await house.answer('a', 'k1', { options: ['allow-unit'], version: 2 });
    assert.deepEqual(
      house.work('a').unit.rules?.map(({ id, commands, exact }) => [id, commands, exact]),
      [['unit-1', ['npm test'], true]],
    );
    await house.confirm('a', 'k1', 1);
    await ask('k2', 'npm test', []);
    assert.deepEqual(item('k2').answer?.rule, { id: 'unit-1', source: 'unit' });
    await ask('k3', 'npm test x', []);
    assert.equal(item('k3').answer, null);
    await ask('k4', 'npm test', [rule('deny', 'npm *')]);
    assert.deepEqual(item('k4').answer?.options, ['no']);
    await house.commit((state) => removeRule(state, { chunk: 'a', rule: 'unit-1' }));
    await ask('k5', 'npm test', []);
    assert.equal(item('k5').answer, null);
    house.reopen();
    assert.deepEqual(house.work('a').unit.rules, []);
  });
});
