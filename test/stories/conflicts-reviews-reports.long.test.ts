import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { Page } from 'puppeteer-core';
import type { Card } from '../../shared/board.ts';
import type { Detail } from '../../shared/detail.ts';
import { DaemonFixture } from '../daemon-fixture.ts';
import { until } from '../until.ts';
import { browserFor, openPage, pressFirst, shows } from './browser-pages.ts';

describe('judging, with script off and at the terminal', () => {
  let house: DaemonFixture;
  const browser = browserFor(() => house);

  const detail = (chunk: string) => house.json<Detail>('show', chunk);
  const file = (name: string) => join(house.project, name);
  /** Opens what the element stands in, and nothing else. */
  const open = (page: Page, within: string) =>
    page.$eval(within, (each) => {
      for (let at = each.closest('details'); at; at = at.parentElement?.closest('details') ?? null)
        at.open = true;
    });
  /** Presses a button of a form, and waits for the page that comes back. */
  const press = async (page: Page, button: string) => {
    await open(page, button);
    await Promise.all([page.waitForNavigation(), pressFirst(page, button)]);
  };
  const waits = 'echo x >> started; until [ -e go ]; do sleep 0.05; done';

  test('two units that declare the same files: one asks before it starts, and goes after the other', async () => {
    house = DaemonFixture.make();
    mkdirSync(file('src'));
    for (const name of ['a.ts', 'b.ts']) writeFileSync(file(`src/${name}`), '');
    await house.start('--port', '0', '--undo-seconds', '0');
    await house.add('first', waits, '--path', 'src/*.ts');
    await until('the first to begin', () => existsSync(file('started')));
    await house.add('second', 'true', '--path', 'src/a.ts');
    await house.untilStatus('second', 'NEEDS_ATTENTION');
    const page = await openPage(browser.current, `${house.address}work-units/second`, 'no script');
    await shows(page, '.card-conflict', 'second may be in the way of first');
    await shows(page, '.card-conflict .context', 'src/a.ts');
    await press(page, '.card-conflict button[value=serialize]');
    assert.match((await detail('second')).why, /comes after first/);
    assert.deepEqual(
      (await detail('first')).conflicts.map(({ chunk, verdict, decided_by }) => [chunk, verdict, decided_by]),
      [['second', 'SERIALIZE', 'operator']],
    );
    writeFileSync(file('go'), '');
    await house.untilStatus('second', 'DONE');
    assert.equal(readFileSync(file('started'), 'utf8'), 'x\n');
  });

  test('a verdict is given on the page of a unit, and by the terminal', async () => {
    house = await DaemonFixture.open('--max-agents', '0');
    for (const chunk of ['one', 'two']) await house.add(chunk, 'true');
    await house.ok(
      'conflict',
      'one',
      'two',
      '--verdict',
      'SERIALIZE',
      '--reason',
      'same module',
      '--file',
      'm.ts',
    );
    const page = await openPage(browser.current, `${house.address}work-units/two`, 'no script');
    await shows(page, '.items', 'never at work at the same time');
    await press(page, 'form[action$="/resolve"] button[value=parallelize]');
    const [conflict] = (await detail('one')).conflicts;
    assert.deepEqual([conflict?.verdict, conflict?.decided_by], ['INDEPENDENT', 'operator']);
    await house.ok('conflict', 'two', 'one', '--verdict', 'SERIALIZE', '--reason', 'still');
    assert.match((await detail('one')).conflicts[0]?.noted ?? '', /an analysis disagrees/);
    await house.ok('resolve', 'one', 'two', 'serialize');
    assert.equal((await detail('two')).conflicts[0]?.verdict, 'SERIALIZE');
    const refused = await house.signalbox('resolve', 'one', 'nobody', 'serialize');
    assert.match(refused.stderr, /no unit called nobody/);
    assert.equal((await house.signalbox('resolve', 'one', 'two', 'maybe')).code, 1);
  });

  test('snooze, wake and answer', async () => {
    house = await DaemonFixture.open('--undo-seconds', '0');
    await house.add('asker', 'signalbox ask Port? > told');
    await house.untilStatus('asker', 'NEEDS_ATTENTION');
    const page = await openPage(browser.current, house.address, 'no script');
    await press(page, 'form.snooze button');
    await shows(page, '.snoozed', 'asker');
    assert.match(await page.title(), /^project — Signalbox/);
    assert.equal((await detail('asker')).status, 'RUNNING');
    await press(page, 'form[action$="/wake"] button');
    await shows(page, '.card', 'Port?');
    await house.ok('snooze', 'asker', '--for', '2h');
    await house.ok('wake', 'asker');
    assert.equal((await house.signalbox('snooze', 'asker', '--until-done', 'asker')).code, 1);
    await house.ok('answer', 'asker', '80');
    await house.untilStatus('asker', 'DONE');
  });

  test('a review: sent back with words, then approved', async () => {
    house = await DaemonFixture.open('--undo-seconds', '0');
    await house.add('work', 'cp "$SIGNALBOX_ANSWERS" answers.json', '--review', 'IMPLEMENT');
    await house.untilStatus('work', 'NEEDS_ATTENTION');
    const page = await openPage(browser.current, house.address, 'no script');
    await press(page, '.card-review button[value=send-back]');
    await shows(page, '.notice', 'Say what is missing.');
    await page.type('.card-review textarea', 'tests are missing');
    await press(page, '.card-review button[value=send-back]');
    await until('the second run', async () => (await detail('work')).runs.length === 2);
    await house.untilStatus('work', 'NEEDS_ATTENTION');
    assert.match(readFileSync(file('answers.json'), 'utf8'), /tests are missing/);
    await page.reload();
    await press(page, '.card-review button[value=approve]');
    await house.untilStatus('work', 'DONE');
  });

  test('an external unit is reported on, and gates another orchestrator', async () => {
    house = await DaemonFixture.open('--undo-seconds', '0');
    await house.ok('add', 'outside', '--external', '--phases', 'PLAN,BUILD', '--after', 'inside');
    const early = await house.signalbox('report', 'outside', 'started');
    assert.deepEqual([early.code, /waits for inside/.test(early.stderr)], [1, true]);
    await house.add('inside', 'true');
    await house.untilStatus('outside', 'READY');
    const page = await openPage(browser.current, `${house.address}work-units/outside`, 'no script');
    await press(page, 'form[action$="/report"] button[value=started]');
    assert.equal((await detail('outside')).status, 'RUNNING');
    await page.select('form[action$="/report"] select', 'BUILD');
    await press(page, 'form[action$="/report"] button[value=progressed]');
    assert.equal((await detail('outside')).steps[0]?.state, 'finished');
    await house.ok('report', 'outside', 'failed', 'the link broke');
    const [card] = await house.json<Card[]>('attention');
    assert.deepEqual([card?.kind, card?.context[0]?.text], ['stuck', 'the link broke']);
    await house.ok('answer', 'outside', '--option', 'retry');
    await house.ok('report', 'outside', 'started');
    await house.ok('report', 'outside', 'finished');
    assert.equal((await detail('outside')).status, 'DONE');
    assert.equal((await house.signalbox('report', 'outside', 'finished')).code, 1);
  });

  test('a failed run is tried again by its exit code; a long one is brought to a person', async () => {
    house = await DaemonFixture.open('--undo-seconds', '0');
    const units = [
      {
        chunk: 'flaky',
        command: '[ "$SIGNALBOX_RUN" -gt 2 ] || exit 75',
        retry: { times: 2, delay: 0, on: [75] },
      },
      { chunk: 'slow', command: waits, time_limit: 1 },
    ];
    writeFileSync(file('plan.json'), JSON.stringify({ units }));
    await house.ok('add', '--plan', 'plan.json');
    await house.untilStatus('flaky', 'DONE');
    assert.equal((await detail('flaky')).runs.length, 3);
    await house.untilStatus('slow', 'NEEDS_ATTENTION');
    await house.ok('answer', 'slow', '--option', 'wait');
    assert.equal((await detail('slow')).status, 'RUNNING');
    writeFileSync(file('go'), '');
    await house.untilStatus('slow', 'DONE');
  });

  test('several questions at once: the asker waits for all', async () => {
    house = await DaemonFixture.open('--undo-seconds', '0');
    const questions = [
      { prompt: 'Name?' },
      { prompt: 'Port?', options: [{ id: 'a', label: '80' }], allows_text: false },
    ];
    writeFileSync(file('q.json'), JSON.stringify(questions));
    await house.add('asker', 'signalbox ask --questions q.json > told');
    await until('both', async () => (await house.json<Card[]>('attention')).length === 2);
    const cards = await house.json<Card[]>('attention');
    assert.deepEqual(cards.map(({ kind }) => kind).sort(), ['decision', 'question']);
    for (const { id, kind } of cards)
      await house.ok('answer', 'asker', '--item', id, ...(kind === 'decision' ? ['--option', 'a'] : ['Ada']));
    await house.untilStatus('asker', 'DONE');
    assert.equal(readFileSync(file('told'), 'utf8'), 'Ada\na\n');
  });

  test('settings are shown, updated for good, and refused where they make no sense', async () => {
    house = await DaemonFixture.open();
    await house.ok('config', 'update', 'max_agents=7', 'ask_above=0.5');
    await house.end('SIGKILL');
    await house.start();
    assert.deepEqual(await house.json('config', 'show'), {
      max_agents: 7,
      undo_seconds: 10,
      weight: 0.5,
      ask_above: 0.5,
      output_mib: 1024,
      keep_days: 30,
      keep_mib: 10_240,
      keep_worktrees_days: 7,
      day_budget_usd: 0,
    });
    const page = await openPage(browser.current, `${house.address}settings`, 'no script');
    const set = async (name: string, value: string) => {
      await page.$eval(`#set-${name}`, (input, text) => ((input as HTMLInputElement).value = text), value);
      await press(page, 'form[action="/config"] button');
    };
    await set('weight', '2');
    assert.equal((await house.json<{ weight: number }>('config', 'show')).weight, 2);
    await set('max_agents', 'many');
    await shows(page, '.trouble', 'max_agents:');
    assert.equal((await house.signalbox('config', 'update', 'ask_above=2')).code, 1);
    assert.equal((await house.signalbox('config', 'update', 'nonsense')).code, 64);
  });

  test('an answer is taken back, a question withdrawn, a planned retry made now', async () => {
    house = await DaemonFixture.open('--undo-seconds', '600');
    await house.add('asker', 'signalbox ask Port?; echo "code $?"');
    const plan = {
      units: [{ chunk: 'flaky', command: 'exit 75', retry: { times: 1, delay: 3600, on: [75] } }],
    };
    writeFileSync(file('plan.json'), JSON.stringify(plan));
    await house.ok('add', '--plan', 'plan.json');
    await house.untilStatus('asker', 'NEEDS_ATTENTION');
    const page = await openPage(browser.current, house.address, 'no script');
    await page.type('.card textarea', '80');
    await press(page, '.card form.answer button');
    await shows(page, '.going-out', '80');
    await press(page, 'form[action$="/undo"] button');
    await shows(page, '.card', 'Port?');
    await press(page, 'form[action$="/withdraw"] button');
    await house.untilStatus('asker', 'DONE');
    assert.match(
      (await house.signalbox('logs', 'asker')).stdout,
      /withdrawn: no longer needed\.[\s\S]*code 3/,
    );
    await house.untilStatus('flaky', 'BLOCKED');
    await page.goto(`${house.address}work-units/flaky`);
    await press(page, 'form[action$="/retry"] button');
    await until('the second run', async () => (await detail('flaky')).runs.length === 2);
  });
});
