/** What work costs, as agents report it, and budgets that ask before they are passed. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { afterEach, describe, test } from 'node:test';
import type { Card, Cell } from '../../shared/board.ts';
import type { Usage } from '../../shared/usage-words.ts';
import { until } from '../until.ts';
import { AcpScene, idsOf } from './acp-scene.ts';

interface Listed {
  readonly rows: readonly { readonly name: string; readonly usage: Usage }[];
  readonly total: Usage;
  readonly today: { readonly micro_usd: number };
}

describe('cost', () => {
  let scene: AcpScene;
  afterEach(() => scene.house.close());
  const goal = (...lines: string[]) => lines.map((line) => `do: ${line}`).join('\n');
  const add = (chunk: string, lines: string[], ...flags: string[]) =>
    scene.ok('add', chunk, '--agent', 'claude', '--goal', goal(...lines), ...flags);

  test('stands by run, unit, agent and day, and is still there after a restart', async () => {
    scene = await AcpScene.open('claude');
    await add('a', ['use 1000 200 0.25']);
    await add('b', ['use 10 2 0.5']);
    for (const chunk of ['a', 'b']) await scene.done(chunk);
    const used = { input_tokens: 1000, output_tokens: 200, cached_tokens: 7, micro_usd: 250_000 };
    const { usage, runs } = await scene.detail('a');
    assert.deepEqual([usage, runs[0]?.usage], [used, used]);
    const cells = await scene.house.json<Cell[]>('ls');
    assert.deepEqual(cells.find(({ chunk }) => chunk === 'a')?.usage, used);
    await scene.ok('stop');
    await scene.house.start();
    const by = (what: string) => scene.house.json<Listed>('usage', '--by', what);
    assert.deepEqual(
      (await by('unit')).rows.map(({ name, usage: { micro_usd } }) => [name, micro_usd]),
      [
        ['b', 500_000],
        ['a', 250_000],
      ],
    );
    assert.deepEqual(
      (await by('agent')).rows.map(({ name }) => name),
      ['claude'],
    );
    const days = await by('day');
    assert.equal(
      days.rows.reduce((sum, row) => sum + (row.usage.micro_usd ?? 0), 0),
      750_000,
    );
    assert.equal(days.total.input_tokens, 1010);
    assert.match(await scene.ok('usage'), /^in all +\$0\.75, 1\.0k tokens in, 202 out, 14 cached$/m);
    assert.match(await scene.ok('ls'), /\$0\.25/);
    assert.match(await scene.ok('show', 'a'), /used \$0\.25, 1\.0k tokens in/);
  });

  test('of a unit: when its budget is spent the next phase asks first; more lets it go on, and stop holds it', async () => {
    scene = await AcpScene.open('claude', { phases: ['PLAN', 'DO', 'TEST'] });
    await add('a', ['use 10 5 0.6', 'say worked'], '--budget-usd', '0.5');
    const card = await scene.asked('a');
    assert.equal(card.prompt, 'a has cost $0.60, of $0.50 that you wanted to spend. Go on?');
    assert.deepEqual(
      [card.kind, card.code, card.phase, idsOf(card)],
      ['stuck', 'budget', 'DO', ['more', 'hold']],
    );
    assert.equal(card.options[0]?.label, 'Go on with $0.50 more');
    await scene.ok('stop');
    await scene.house.start();
    assert.equal((await scene.asked('a')).id, card.id, 'it is asked once, over a restart');
    assert.equal((await scene.detail('a')).runs.length, 1);
    await scene.answer('a', card, '--option', 'more');
    const second = await scene.asked('a', card.id);
    assert.equal(second.prompt, 'a has cost $1.20, of $1.10 that you wanted to spend. Go on?');
    await scene.answer('a', second, '--option', 'hold');
    await until('it to be held', async () => (await scene.detail('a')).held !== null);
    assert.deepEqual((await scene.detail('a')).held, { code: 'budget', text: '' });
    await scene.ok('release', 'a');
    const third = await scene.asked('a', second.id);
    await scene.answer('a', third, '--option', 'more');
    await scene.done('a');
  });

  for (const [agent, when] of [
    ['opencode', 'at its load'],
    ['claude', 'at the end of its next turn'],
  ] as const)
    test(`of a session that is gone on with counts once, where ${agent} says the whole ${when}`, async () => {
      scene = await AcpScene.open(agent, { phases: ['PLAN', 'DO'] });
      await scene.ok('add', 'a', '--agent', agent, '--goal', goal('use 10 5 0.5'));
      await scene.done('a');
      const { usage, runs } = await scene.detail('a');
      assert.deepEqual(
        [usage?.micro_usd, runs.map((run) => run.usage?.micro_usd)],
        [1_000_000, [500_000, 500_000]],
      );
    });

  test('of a unit: the next turn of a run at work asks first, and the session waits for the answer', async () => {
    scene = await AcpScene.open('opencode');
    const lines = ['use 10 5 0.6', 'run touch one', 'run touch two'];
    await scene.ok('add', 'a', '--agent', 'opencode', '--goal', goal(...lines), '--budget-usd', '0.5');
    await scene.answer('a', await scene.asked('a'), '--option', 'no');
    const budget =
      (await scene.cards('a', 1)).find(({ code }) => code === 'budget') ?? (await scene.asked('a'));
    assert.equal(budget.code, 'budget');
    assert.equal((await scene.detail('a')).live, 1);
    await scene.answer('a', budget, '--option', 'more');
    const next = await scene.asked('a', budget.id);
    assert.equal(next.prompt, 'Allow execute: touch two?'.replace('execute', 'command'));
    await scene.answer('a', next, '--option', 'once');
    await scene.done('a');
    assert.ok(existsSync(scene.file('two')));
    assert.equal((await scene.detail('a')).runs.length, 1);
  });

  test('of a day: one question for all units of agents, and commands go on', async () => {
    scene = await AcpScene.open('claude');
    await scene.ok('config', 'update', 'day_budget_usd=0.5', 'max_agents=1');
    await add('a', ['use 10 5 0.6']);
    await scene.done('a');
    for (const chunk of ['b', 'c']) await add(chunk, ['use 1 1 0.1']);
    const card = await scene.asked('b');
    assert.deepEqual([card.code, card.options[0]?.label], ['day-budget', 'Let b go on today']);
    const whyOf = async (chunk: string) =>
      (await scene.house.json<Cell[]>('ls')).find((cell) => cell.chunk === chunk)?.why;
    const waits = 'the budget of the day is spent: waits for your answer about b';
    assert.equal(await whyOf('c'), waits);
    assert.ok((await (await fetch(scene.house.address)).text()).includes(waits), 'the page says it');
    await scene.house.add('d', 'true');
    await scene.house.untilStatus('d', 'DONE');
    const open = await scene.house.json<Card[]>('attention');
    assert.deepEqual(
      open.map(({ chunk }) => chunk),
      ['b'],
    );
    await scene.answer('b', card, '--option', 'more');
    await scene.done('b');
    assert.equal((await scene.asked('c')).code, 'day-budget');
    for (const chunk of ['e', 'f']) await add(chunk, ['use 1 1 0.1']);
    const about = (chunk: string) => waits.replace('about b', `about ${chunk}`);
    for (const chunk of ['e', 'f']) assert.equal(await whyOf(chunk), about('c'));
    await scene.answer('c', await scene.asked('c'), '--option', 'hold');
    await scene.asked('e');
    assert.equal(await whyOf('f'), about('e'), 'what is asked of another changes why it waits');
    await scene.ok('stop');
    await scene.house.start();
    assert.equal(await whyOf('f'), about('e'));
    await scene.ok('config', 'update', 'day_budget_usd=0');
    await scene.done('f');
  });
});
