import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, test } from 'node:test';
import type { BoardMessage, Card, Cell } from '../../shared/board.ts';
import { DaemonFixture } from '../daemon-fixture.ts';
import { REFUSED } from '../schemas/outputs.ts';
import { until } from '../until.ts';

describe('the terminal', () => {
  let house: DaemonFixture;
  afterEach(() => house.close());

  const card = async (chunk: string) => {
    await house.untilStatus(chunk, 'NEEDS_ATTENTION');
    const cards = await house.json<Card[]>('attention');
    const found = cards.find((each) => each.chunk === chunk);
    assert.ok(found, `no card of ${chunk}`);
    return found;
  };

  test('start stays in the background, says where, and is not started twice; stop ends it', async () => {
    house = DaemonFixture.make();
    const first = await house.signalbox('start', '--port', '0');
    assert.equal(first.code, 0, first.stderr);
    assert.match(first.stdout, /^http:\/\/[a-z2-7]{10}\.localhost:\d+\/\n$/);
    const second = await house.signalbox('start');
    assert.equal(second.code, 75);
    assert.match(second.stderr, new RegExp(`already runs .*pid ${house.holder()?.pid}`));
    assert.match((await house.signalbox('status')).stdout, /no units\nnothing needs you/);
    assert.equal((await house.signalbox('stop')).code, 0);
    assert.equal(house.holder(), null);
    const gone = await house.signalbox('status');
    assert.equal(gone.code, 69);
    assert.match(gone.stderr, /signalbox start/);
    assert.equal(gone.stdout, '');
  });

  test('add takes one unit or a plan, and refuses with the field that is wrong', async () => {
    house = await DaemonFixture.open();
    await house.add('one', 'true', '--title', 'The first', '--priority', '3');
    writeFileSync(
      join(house.project, 'plan.json'),
      JSON.stringify({
        units: [{ chunk: 'two', commands: { PLAN: 'true', BUILD: 'true' }, after: ['one'] }],
      }),
    );
    assert.equal((await house.signalbox('add', '--plan', 'plan.json')).code, 0);
    await house.untilStatus('two', 'DONE');
    const refused = await house.signalbox('add', 'Not A Name', '--command', 'true');
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /chunk: A chunk is a lower-case letter/);
    const cycle = await house.signalbox('add', 'a', '--command', 'true', '--after', 'a');
    assert.match(cycle.stderr, /a → a would wait for itself/);
    assert.equal((await house.signalbox('add', 'b', '--command', 'true', '--priority', 'high')).code, 1);
    assert.equal((await house.signalbox('add')).code, 64);
    const noPlan = await house.signalbox('add', '--plan', 'missing.json');
    assert.deepEqual([noPlan.code, /missing\.json cannot be read/.test(noPlan.stderr)], [64, true]);
    const cells = await house.json<Cell[]>('ls');
    assert.deepEqual(cells.map(({ chunk }) => chunk).sort(), ['one', 'two']);
  });

  test('ls and show print for people, and JSON for programs', async () => {
    house = await DaemonFixture.open();
    await house.add('early', 'true');
    await house.add('late', 'true', '--after', 'never-added');
    await house.untilStatus('early', 'DONE');
    assert.match(
      (await house.signalbox('ls')).stdout,
      /blocked +late +IMPLEMENT .* waits for never-added\ndone +early/,
    );
    assert.match((await house.signalbox('ls', '--status', 'done')).stdout, /^done +early[^\n]*\n$/);
    assert.equal((await house.signalbox('ls', '--status', 'nonsense')).code, 64);
    assert.match((await house.signalbox('show', 'late')).stdout, /waits for never-added \(unknown\)/);
    const missing = await house.signalbox('show', 'missing');
    const message = 'There is no unit called missing.';
    assert.deepEqual(missing, { code: 1, stdout: '', stderr: `signalbox: ${message}\n` });
    const forPrograms = await house.signalbox('show', 'missing', '--json');
    const error = { code: 'not-found', message, field: null };
    assert.deepEqual(forPrograms, { ...missing, stdout: `${JSON.stringify({ error })}\n` });
    assert.ok(REFUSED.safeParse(JSON.parse(forPrograms.stdout)).success);
  });

  test('ask with options prints the id that was chosen; attention shows them; answer sends one', async () => {
    house = await DaemonFixture.open();
    await house.add(
      'asker',
      `signalbox ask 'Keep it?' --option keep='Keep the old one' --option drop='Drop it' --no-text`,
    );
    const asked = await card('asker');
    assert.deepEqual(
      asked.options.map(({ id, label }) => [id, label]),
      [
        ['keep', 'Keep the old one'],
        ['drop', 'Drop it'],
      ],
    );
    assert.match((await house.signalbox('attention')).stdout, /\[keep\] Keep the old one/);
    const wrong = await house.signalbox('answer', 'asker', 'some words');
    assert.deepEqual([wrong.code, /takes no words/.test(wrong.stderr)], [1, true]);
    assert.equal((await house.signalbox('answer', 'asker', '--option', 'drop')).code, 0);
    await house.untilStatus('asker', 'DONE');
    assert.match((await house.signalbox('logs', 'asker')).stdout, /^drop$/m);
    const late = await house.signalbox('answer', 'asker', 'x', '--item', asked.id);
    assert.match(late.stderr, /Already answered by operator \(cli\): Drop it/);
  });

  test('logs -f prints what comes, over a restart of the daemon, and ends with the run', async () => {
    house = await DaemonFixture.open();
    await house.add(
      'talker',
      'echo one; until [ -e two ]; do sleep 0.05; done; echo two; until [ -e three ]; do sleep 0.05; done; printf three',
    );
    await until('the first line', async () => (await house.signalbox('logs', 'talker')).stdout === 'one\n');
    const logs = house.run('logs', 'talker', '-f');
    await until('the first line to be followed', () => logs.stdout() === 'one\n');
    writeFileSync(join(house.project, 'two'), '');
    await until('the second line', () => logs.stdout() === 'one\ntwo\n');
    await house.end('SIGKILL');
    await house.start();
    writeFileSync(join(house.project, 'three'), '');
    assert.deepEqual(await logs.finished, { code: 0, stdout: 'one\ntwo\nthree', stderr: '' });
  });

  test('watch --json prints each message on a line', async () => {
    house = await DaemonFixture.open();
    const watch = house.run('watch', '--json');
    const messages = () =>
      watch
        .stdout()
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as BoardMessage);
    await until('the beginning', () => messages()[0]?.snapshot !== null && messages().length === 1);
    await house.add('one', 'true');
    await until('the news', () =>
      messages().some(({ news }) => news?.put.some((row) => row.row === 'unit' && row.status === 'DONE')),
    );
  });

  test('an item that is withdrawn ends the ask with 3; a closed unit is done', async () => {
    house = await DaemonFixture.open();
    await house.add('asker', `signalbox ask 'Which?'; echo "code $?"`);
    const { id } = await card('asker');
    const token = (await house.signalbox('token', 'add')).stdout.trim();
    const post = (path: string, body: object) =>
      fetch(`${house.address}work-units/asker/${path}`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
      });
    assert.equal((await post('withdraw', { item: id, why: 'asked elsewhere' })).status, 200);
    await house.untilStatus('asker', 'DONE');
    assert.match(
      (await house.signalbox('logs', 'asker')).stdout,
      /withdrawn: asked elsewhere\.[\s\S]*code 3/,
    );
    assert.equal((await post('close', {})).status, 409);
  });

  test('wrong usage is 64, help is 0 and documents the exit codes', async () => {
    house = DaemonFixture.make();
    assert.equal((await house.signalbox('frobnicate')).code, 64);
    assert.equal((await house.signalbox('ask')).code, 64);
    const help = await house.signalbox('--help');
    assert.equal(help.code, 0);
    assert.match(help.stdout, /Exit codes: 0 done; 1 refused/);
  });
});
