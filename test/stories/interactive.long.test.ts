import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { DaemonFixture } from '../daemon-fixture.ts';
import { hasTerminals, PseudoTerminal } from '../pseudo-terminal.ts';
import { until } from '../until.ts';

/** Processes of the interactive command in this house. */
const sittings = (house: DaemonFixture): string[] =>
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
  const house = DaemonFixture.make();
  const { code, stderr } = await house.signalbox('attention', '--interactive');
  assert.deepEqual([code, /needs a terminal/.test(stderr)], [64, true]);
  await house.close();
});

describe('the queue by keys', { skip: !hasTerminals }, () => {
  let house: DaemonFixture;
  let terminal: PseudoTerminal;
  beforeEach(async () => {
    house = await DaemonFixture.open('--undo-seconds', '2');
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
  /** A card takes no key before it was in sight for half a second. */
  const presses = async (keys: string) => {
    const seen = Date.now();
    await until('the card to take keys', () => Date.now() > seen + 600);
    terminal.type(keys);
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
    await presses('9');
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
      await presses(key);
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
    await presses('a');
    await terminal.shows('> ');
    terminal.type('80');
    await terminal.shows('80');
    terminal.type('\x1b');
    await terminal.shows('not sent.');
    terminal.type('\x1b[200~q\rn\x1b[201~a');
    await terminal.shows('> ');
    terminal.type('\x1b[200~one\rtwo\x1b[201~!');
    await terminal.shows('!');
    await presses('\r');
    await terminal.shows('answered: Which port?');
    await terminal.shows('Nothing needs you.');
    assert.equal(await printedBy('port'), 'one\ntwo!\n');
    await asking('later', `'And now?'`);
    await terminal.shows('And now?');
    await quits();
  });

  test('a key meant for a card that somebody else has just answered answers no other', async () => {
    await asking('first', `'Keep it?' --option keep=Keep --option drop=Drop`);
    await asking('second', `'Delete it?' --option yes=Yes --option no=No`);
    sit();
    await terminal.shows(LEGEND);
    await house.signalbox('answer', 'first', '--option', 'keep');
    await terminal.shows(LEGEND);
    terminal.type('1');
    await terminal.shows('not taken: this card has only just come');
    assert.equal(await house.statusOf('second'), 'NEEDS_ATTENTION');
    await presses('1');
    await terminal.shows('answered: Delete it?');
    await quits();
    assert.equal(await printedBy('second'), 'yes\n');
  });

  test('z takes an answer back, and the card and its words are there again', async () => {
    await asking('port', `'Which port?'`);
    await asking('host', `'Which host?'`);
    await house.signalbox('config', 'update', 'undo_seconds=600');
    sit();
    await terminal.shows(LEGEND);
    await presses('a');
    await terminal.shows('> ');
    terminal.type('8080');
    await terminal.shows('8080');
    await presses('\r');
    await terminal.shows('answered: Which port?');
    await terminal.shows('Which host?');
    terminal.type('z');
    await terminal.shows('taken back; a edits your text again');
    await terminal.shows('Which port?');
    await terminal.shows(LEGEND);
    assert.equal(await house.statusOf('port'), 'NEEDS_ATTENTION');
    await house.signalbox('config', 'update', 'undo_seconds=1');
    await presses('a');
    await terminal.shows('> ');
    await terminal.shows('8080');
    terminal.type('x');
    await terminal.shows('x');
    await presses('\r');
    await terminal.shows('answered: Which port?');
    await quits();
    assert.equal(await printedBy('port'), '8080x\n');
  });

  test('lines that a terminal does not mark as pasted are one answer, and no keys', async () => {
    await asking('port', `'Which port?' --option one=1 --option two=2`);
    sit();
    await terminal.shows(LEGEND);
    await presses('yes 1\r2\r');
    await terminal.shows('several characters at once');
    assert.equal(await house.statusOf('port'), 'NEEDS_ATTENTION');
    terminal.type('a');
    await terminal.shows('> ');
    terminal.type('one\rtwo\r1');
    await terminal.shows('two');
    await presses('\r');
    await terminal.shows('answered: Which port?');
    await quits();
    assert.equal(await printedBy('port'), 'one\ntwo\n1\n');
  });

  test('what is half typed stays while its card stands, and is shown when somebody else answers', async () => {
    await asking('port', `'Which port?'`);
    await asking('host', `'Which host?'`);
    sit();
    await terminal.shows(LEGEND);
    await presses('a');
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
    // Whoever types on has not seen it yet.
    terminal.type('q');
    await presses('q');
    assert.equal(await terminal.finished, 0);
    assert.ok(terminal.isRestored, terminal.text);
  });

  test('a refusal is shown and the words are kept for another try', async () => {
    await house.add('built', 'true', '--review', 'IMPLEMENT');
    await house.untilStatus('built', 'NEEDS_ATTENTION');
    sit();
    assert.match(await terminal.shows(LEGEND), /1: approve {2}2: send-back/);
    await presses('a');
    await terminal.shows('> ');
    terminal.type('tests are missing');
    await terminal.shows('missing');
    await presses('\r');
    await terminal.shows('Approve it, or send it back.');
    await terminal.shows('your text is kept');
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
    await presses('s');
    assert.match(await terminal.shows('Which three?'), /two is snoozed for an hour/);
    await quits();
  });

  test('what an agent wrote moves no terminal, and a signal leaves it as it was', async () => {
    await asking('rogue', `"$(printf 'a\\033]0;title\\007b\\033[2Jc')"`);
    sit();
    await terminal.shows('abc');
    await terminal.shows(LEGEND);
    assert.ok(!terminal.text.includes('\x1b]') && !terminal.text.includes('\x1b[2J'));
    await presses('a');
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
      await presses('a');
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
      if (keys !== '') await presses(keys);
      if (keys !== '') await terminal.shows('> ');
      terminal.type('\x03');
      assert.equal(await terminal.finished, 0);
      assert.ok(terminal.isRestored, terminal.text);
    }
  });
});

const isProgram = (pid: string): boolean =>
  readFileSync(`/proc/${pid}/cmdline`, 'latin1').startsWith(process.execPath);
