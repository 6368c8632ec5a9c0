import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { House } from '../house.ts';
import { hasTerminals, PseudoTerminal } from '../pseudo-terminal.ts';
import { until } from '../until.ts';

/** Processes of the interactive command in this house. */
const sittings = (house: House): string[] =>
  readdirSync('/proc').filter((pid) => {
    try {
      const isOurs = readFileSync(`/proc/${pid}/environ`, 'latin1').includes(`=${house.folder}/state`);
      return isOurs && readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes('--interactive');
    } catch {
      return false;
    }
  });

const LEGEND = 'q: quit';

test('where there is no terminal, attention --interactive says so', async () => {
  const house = House.make();
  const { code, stderr } = await house.signalbox('attention', '--interactive');
  assert.deepEqual([code, /needs a terminal/.test(stderr)], [64, true]);
  await house.close();
});

describe('the queue by keys', { skip: !hasTerminals }, () => {
  let house: House;
  let terminal: PseudoTerminal;
  beforeEach(async () => {
    house = await House.open();
  });
  afterEach(async () => {
    await terminal.close();
    try {
      await until('the interactive command to end', () => sittings(house).length === 0);
    } finally {
      await house.close();
    }
  });

  const asking = async (chunk: string, ask: string) => {
    await house.add(chunk, `signalbox ask ${ask} 2>/dev/null`);
    await house.untilStatus(chunk, 'NEEDS_ATTENTION');
  };
  const sit = () => {
    terminal = new PseudoTerminal(house, 'attention', '--interactive');
  };
  const quits = async () => {
    terminal.type('q');
    assert.equal(await terminal.finished, 0);
    assert.ok(terminal.isRestored, terminal.text);
  };
  const printedBy = async (chunk: string) => {
    await house.untilStatus(chunk, 'DONE');
    return (await house.signalbox('logs', chunk)).stdout;
  };

  test('a number answers with an option, and the card behind it comes', async () => {
    await asking('first', `'Keep it?' --option keep=Keep --option drop=Drop`);
    await asking('second', `'And this?'`);
    sit();
    assert.match(await terminal.shows(LEGEND), /1 of 2[\s\S]*Keep it\?[\s\S]*\[drop\] Drop[\s\S]*2: drop/);
    terminal.type('9');
    await terminal.shows('there is no option 9');
    terminal.type('2');
    assert.match(await terminal.shows(LEGEND), /answered: Keep it\?[\s\S]*1 of 1[\s\S]*And this\?/);
    assert.doesNotMatch(terminal.text, /no longer waits/);
    assert.equal(await printedBy('first'), 'drop\n');
    terminal.type('z');
    await terminal.shows('Already sent');
    await quits();
  });

  test('where several may be chosen, numbers choose and Enter sends', async () => {
    await asking('many', `'Which?' --option a=A --option b=B --option c=C --multiple`);
    sit();
    await terminal.shows(LEGEND);
    for (const [key, chosen] of [
      ['1', 'chosen: a.'],
      ['2', 'chosen: a, b.'],
      ['1', 'chosen: b.'],
      ['3', 'chosen: b, c.'],
    ] as const) {
      terminal.type(key);
      await terminal.shows(chosen);
    }
    terminal.type('\r');
    await terminal.shows('Nothing needs you.');
    assert.equal(await printedBy('many'), 'b\nc\n');
    await quits();
  });

  test('words: Enter sends them, Esc does not; what is pasted is one answer', async () => {
    await asking('port', `'Which port?'`);
    sit();
    await terminal.shows(LEGEND);
    terminal.type('a');
    await terminal.shows('> ');
    terminal.type('80');
    await terminal.shows('80');
    terminal.type('\x1b');
    await terminal.shows('not sent.');
    terminal.type('\x1b[200~q\rn\x1b[201~a');
    await terminal.shows('> ');
    terminal.type('\x1b[200~one\rtwo\x1b[201~!');
    await terminal.shows('!');
    terminal.type('\r');
    await terminal.shows('answered: Which port?');
    await terminal.shows('Nothing needs you.');
    assert.equal(await printedBy('port'), 'one\ntwo!\n');
    await asking('later', `'And now?'`);
    await terminal.shows('And now?');
    await quits();
  });

  test('what is half typed stays while its card stands, and is shown when somebody else answers', async () => {
    await asking('port', `'Which port?'`);
    await asking('host', `'Which host?'`);
    sit();
    await terminal.shows(LEGEND);
    terminal.type('a');
    await terminal.shows('> ');
    terminal.type('half a wo');
    await terminal.shows('half a wo');
    await house.signalbox('answer', 'host', 'localhost');
    await house.end('SIGKILL');
    await terminal.shows('connection lost');
    await terminal.shows('> ');
    await terminal.shows('half a wo');
    await house.start();
    await terminal.shows('connected again');
    await terminal.shows('half a wo');
    await house.signalbox('answer', 'port', '8080');
    assert.match(
      await terminal.shows('Nothing needs you.'),
      /port no longer waits: Which port\?[\s\S]*not sent, what you typed:\s+half a wo/,
    );
    await quits();
  });

  test('a refusal is shown and the words are kept for another try', async () => {
    await house.add('built', 'true', '--review', 'IMPLEMENT');
    await house.untilStatus('built', 'NEEDS_ATTENTION');
    sit();
    assert.match(await terminal.shows(LEGEND), /1: approve {2}2: send-back/);
    terminal.type('a');
    await terminal.shows('> ');
    terminal.type('tests are missing\r');
    await terminal.shows('Approve it, or send it back.');
    await terminal.shows('your words are kept');
    terminal.type('2');
    await terminal.shows('answered:');
    const { items } = await house.json<{ items: readonly { said: string }[] }>('show', 'built');
    assert.match(items[0]?.said ?? '', /: tests are missing$/);
    await quits();
  });

  test('n and p go around the queue; s puts a card aside for an hour', async () => {
    for (const chunk of ['one', 'two', 'three']) await asking(chunk, `'Which ${chunk}?'`);
    sit();
    await terminal.shows('Which one?');
    await terminal.shows(LEGEND);
    for (const [key, chunk] of [
      ['n', 'two'],
      ['n', 'three'],
      ['n', 'one'],
      ['p', 'three'],
      ['p', 'two'],
    ] as const) {
      terminal.type(key);
      await terminal.shows(`Which ${chunk}?`);
      await terminal.shows(LEGEND);
    }
    terminal.type('s');
    assert.match(await terminal.shows('Which three?'), /two is snoozed for an hour/);
    await quits();
  });

  test('what an agent wrote moves no terminal, and a signal leaves it as it was', async () => {
    await asking('rogue', `"$(printf 'a\\033]0;title\\007b\\033[2Jc')"`);
    sit();
    await terminal.shows('abc');
    await terminal.shows(LEGEND);
    assert.ok(!terminal.text.includes('\x1b]') && !terminal.text.includes('\x1b[2J'));
    terminal.type('a');
    await terminal.shows('> ');
    for (const pid of sittings(house)) if (isProgram(pid)) process.kill(Number(pid), 'SIGTERM');
    assert.equal(await terminal.finished, 143);
    assert.ok(terminal.isRestored, terminal.text);
    assert.ok(terminal.text.includes('\x1b[?2004l'));
  });

  test('when the window is closed it ends, also while the daemon is away', async () => {
    await asking('port', `'Which port?'`);
    for (const isAway of [false, true]) {
      sit();
      await terminal.shows(LEGEND);
      terminal.type('a');
      await terminal.shows('> ');
      if (isAway) await house.end('SIGKILL');
      if (isAway) await terminal.shows('connection lost');
      await terminal.close();
      await until('the interactive command to end', () => sittings(house).length === 0);
    }
  });

  test('Ctrl-C quits, also in the middle of a word', async () => {
    await asking('port', `'Which port?'`);
    for (const keys of ['', 'a']) {
      sit();
      await terminal.shows(LEGEND);
      terminal.type(keys);
      if (keys !== '') await terminal.shows('> ');
      terminal.type('\x03');
      assert.equal(await terminal.finished, 0);
      assert.ok(terminal.isRestored, terminal.text);
    }
  });
});

const isProgram = (pid: string): boolean =>
  readFileSync(`/proc/${pid}/cmdline`, 'latin1').startsWith(process.execPath);
