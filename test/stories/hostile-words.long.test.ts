/** Words from agents and bytes from runs, as they reach the operator's terminal, and as they reach a pipe. */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { DaemonFixture, PROGRAM } from '../daemon-fixture.ts';
import { hasTerminals, PseudoTerminal } from '../pseudo-terminal.ts';

const CONTROLS = /[\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u;
/** Reads as `rm -rf /` where it is turned around. */
const TURNED = 'ok \u202e/ fr- mr\u202c \u2066x\u2069 \u200f\u061c';

describe('words that turn letters around', { skip: !hasTerminals }, () => {
  const house = DaemonFixture.make();
  before(async () => {
    await house.start('--port', '0');
    writeFileSync(join(house.project, 'print.sh'), `printf '%s\\n' "${TURNED}"; exit 3\n`);
    await house.signalbox('add', 'asks', '--external', '--title', TURNED, '--goal', TURNED);
    const context = `${TURNED}=${TURNED}`;
    await house.signalbox(
      'ask',
      TURNED,
      '--chunk',
      'asks',
      '--option',
      `a=${TURNED}`,
      '--context',
      context,
      '--timeout',
      '0',
    );
    await house.add('fails', 'sh print.sh', '--title', TURNED);
    await house.untilStatus('fails', 'NEEDS_ATTENTION');
    await house.signalbox('add', 'held', '--external');
    await house.signalbox('hold', 'held', TURNED);
  });
  after(() => house.close());

  const commands: readonly (readonly string[])[] = [
    ['attention'],
    ['attention', '--json'],
    ['ls'],
    ['ls', '--json'],
    ['show', 'asks'],
    ['show', 'fails'],
    ['logs', 'fails'],
    ['logs', 'fails', '--json'],
    ['history'],
    ['history', '--json'],
    ['audit'],
    ['wait', 'asks', '--until', 'needs-attention'],
    ['hold', `no-${TURNED}`],
    ['ls', `--${TURNED}`],
    ['answer', 'asks', '--option', TURNED],
    ['answer', 'asks', '--option', 'a'],
  ];
  for (const words of commands)
    test(`signalbox ${words.join(' ').replace(TURNED, '…')} shows them as they are`, async () => {
      const terminal = new PseudoTerminal(house, ...words);
      await terminal.finished;
      await terminal.close();
      assert.doesNotMatch(terminal.text, CONTROLS);
      assert.match(terminal.text, /ok.*(<U\+202E>|\\u202e)|asks needs attention|A chunk is|\d{4}-\d\d/);
    });

  test('the queue by keys shows them as they are', async () => {
    const terminal = new PseudoTerminal(house, 'attention', '--interactive');
    try {
      await terminal.shows('q: quit');
      assert.match(terminal.text, /ok <U\+202E>\/ fr- mr<U\+202C>/);
      assert.doesNotMatch(terminal.text, CONTROLS);
    } finally {
      await terminal.close();
    }
  });

  test('a pipe gets an answer as it was given', async () => {
    await house.signalbox('add', 'piped', '--external');
    const asking = house.run('ask', 'Which?', '--chunk', 'piped');
    await house.untilStatus('piped', 'NEEDS_ATTENTION');
    await house.signalbox('answer', 'piped', TURNED);
    assert.equal((await asking.finished).stdout, `${TURNED}\n`);
  });
});

describe('what a run printed', () => {
  const house = DaemonFixture.make();
  /** Every byte, broken UTF-8 across the edges of blocks, and no line break at the end. */
  const bytes = Buffer.concat([
    Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)),
    Buffer.from('\ufefförtlich \x1b[31mrot\r\n'),
    Buffer.from(`${'🚦'.repeat(50_000)}x`),
    Buffer.from([0xf0, 0x9f, 0x9a]),
    Buffer.alloc(70_000, 0xff),
    Buffer.from([0xc3]),
  ]);
  before(async () => {
    await house.start('--port', '0');
    writeFileSync(join(house.project, 'bytes'), bytes);
    await house.add('one', 'cat bytes');
    await house.untilStatus('one', 'DONE');
  });
  after(() => house.close());
  const options = () => ({ cwd: house.project, env: house.env, maxBuffer: 10_000_000 });

  test('goes to a pipe byte by byte', () => {
    for (const more of [[], ['--follow'], ['--run', '1']]) {
      const printed = execFileSync(process.execPath, [PROGRAM, 'logs', 'one', ...more], options());
      assert.equal(Buffer.compare(printed, bytes), 0, more.join(' '));
    }
  });

  test('goes to a file byte by byte', () => {
    execFileSync('/bin/sh', ['-c', '"$0" "$1" logs one > copy', process.execPath, PROGRAM], options());
    assert.equal(Buffer.compare(readFileSync(join(house.project, 'copy')), bytes), 0);
  });

  test('goes to a pipe byte by byte while it is printed', async () => {
    const half = bytes.length >> 1;
    await house.add(
      'slow',
      `head -c ${half} bytes; [ "$(signalbox ask Go?)" = yes ]; tail -c +${half + 1} bytes`,
    );
    const child = spawn(process.execPath, [PROGRAM, 'logs', 'slow', '-f'], options());
    const parts: Buffer[] = [];
    child.stdout.on('data', (part: Buffer) => parts.push(part));
    const ended = once(child, 'close');
    try {
      await house.untilStatus('slow', 'NEEDS_ATTENTION');
      await house.signalbox('answer', 'slow', 'yes');
      await ended;
    } finally {
      child.kill('SIGKILL');
    }
    const printed = Buffer.concat(parts);
    const said = printed.indexOf('signalbox: asked');
    const without = Buffer.concat([
      printed.subarray(0, said),
      printed.subarray(printed.indexOf('\n', said) + 1),
    ]);
    assert.equal(Buffer.compare(without, bytes), 0);
  });
});
