/** Names are exact, and what a start says is its own; both with many commands. */
import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { DaemonFixture } from '../daemon-fixture.ts';

let house: DaemonFixture;
afterEach(() => house.close());

test('ten starts at once: one has started it, the others say that it runs, and nobody says what another said', async () => {
  house = DaemonFixture.make();
  const starts = Array.from({ length: 10 }, () => house.run('start', '--port', '0', '--no-auth'));
  const ended = await Promise.all(starts.map(({ finished }) => finished));
  const [won, ...others] = ended.sort((a, b) => (a.code ?? 99) - (b.code ?? 99));
  assert.equal(won?.code, 0, won?.stderr);
  assert.equal(won?.stdout, `${house.address}\n`);
  assert.match(
    won?.stderr ?? '',
    new RegExp(`^signalbox: started for [^\n]* \\(pid ${house.holder()?.pid}\\)\\.\n$`),
  );
  for (const { code, stdout, stderr } of others) {
    assert.deepEqual([code, stdout], [75, '']);
    assert.match(stderr, /^signalbox: Signalbox already runs for [^\n]*\n$/);
  }
});

test('a name that is not exactly that of an option, a unit, an item, a role, an agent, a limit or a word is refused everywhere', async () => {
  house = await DaemonFixture.open('--max-agents', '0');
  await house.signalbox('add', 'one', '--external');
  await house.signalbox('add', 'two', '--external');
  await house.signalbox(
    'ask',
    'Which?',
    '--chunk',
    'one',
    '--option',
    'left=Left',
    '--key',
    'item-one',
    '--timeout',
    '0',
  );
  const { seq } = await house.json<{ seq: number }>('status');
  const loose = [
    ['answer', 'one', '--option', 'Left'],
    ['answer', 'one', '--option', 'lef'],
    ['answer', 'one', '--option', '1'],
    ['answer', 'One', '--option', 'left'],
    ['answer', 'one', '--item', 'item', '--option', 'left'],
    ['answer', 'one', '--item', 'ITEM-ONE', '--option', 'left'],
    ['snooze', 'one', '--item', 'item-on', '--for', '1h'],
    ['withdraw', 'on'],
    ['hold', 'ONE'],
    ['hold', 'one '],
    ['show', 'on'],
    ['logs', 'On'],
    ['wait', 'on', '--timeout', '0'],
    ['close', 'one*'],
    ['rm', './one'],
    ['link', 'one', 'TWO'],
    ['resolve', 'one', 'tw', 'serialize'],
    ['resolve', 'one', 'two', 'serial'],
    ['report', 'one', 'start'],
    ['report', 'one', 'Started'],
    ['conflict', 'one', 'two', '--verdict', 'serialize', '--reason', 'x'],
    ['token', 'add', '--role', 'Operator'],
    ['token', 'add', '--role', 'agent', '--chunk', 'On'],
    ['token', 'revoke', '3f'],
    ['add', 'three', '--agent', 'Shell'],
    ['add', 'three', '--command', 'true', '--review', 'implement'],
    ['limits', 'set', 'Batch', '10'],
    ['bulk', 'Hold', '--find', 'one'],
    ['ask', 'Which?', '--chunk', 'On', '--timeout', '0'],
  ];
  for (const words of loose) {
    const { code, stdout, stderr } = await house.signalbox(...words);
    assert.ok([1, 64, 65, 69].includes(code ?? 0), `${words.join(' ')}: ${code} ${stdout}${stderr}`);
    assert.notEqual(stderr, '', words.join(' '));
  }
  assert.equal((await house.json<{ seq: number }>('status')).seq, seq);
});
