/** What commands print: very much, in one line, or what is no text. It is kept byte for byte and can be read. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { runFiles } from '../../server/system/run-files.ts';
import { DaemonFixture } from '../daemon-fixture.ts';
import { until } from '../until.ts';
import { runOf } from './run-events.ts';
import { Units } from './units.ts';

const MUCH = 500_000_000;
const LONG = 100_000_000;
/** How long the daemon may take to answer while a run floods it, on a machine that has more to do. */
const PATIENCE_MS = 3000;
const ASKED = 4;
const READING_MS = 120_000;

const house = DaemonFixture.make();
const units = new Units(house);
before(() => house.start('--port', '0'));
after(() => house.close());

function outputOf(chunk: string): string {
  const { unit, number } = runOf(house, chunk);
  return runFiles(house.paths.runs, unit, number).output;
}

const sizeOf = (chunk: string): number => statSync(outputOf(chunk)).size;

/** A command line as the operator types it in the project. */
async function line(text: string): Promise<string> {
  const env = { ...house.env, PATH: `${house.paths.bin}:${process.env.PATH}` };
  const options = { cwd: house.project, env, timeout: READING_MS };
  return (await promisify(execFile)('/bin/sh', ['-c', text], options)).stdout;
}

/** Asks for the status a few times while something goes on; says how long the daemon took to answer. */
async function statusWhile(goesOn: () => boolean): Promise<number[]> {
  const took: number[] = [];
  while (took.length < ASKED && goesOn()) {
    const { code, stdout } = await house.signalbox('status');
    assert.deepEqual([code, stdout.includes(house.address)], [0, true]);
    const asked = performance.now();
    await units.counts();
    took.push(Math.round(performance.now() - asked));
  }
  return took;
}

test('500 MB, fast: the daemon answers meanwhile, and every byte is there', async (t) => {
  await units.add('flood', `yes 'a line of output that goes on for a while' | head -c ${MUCH}`);
  await until('it to be under way', () => sizeOf('flood') > 0);
  const printing = await statusWhile(() => sizeOf('flood') < MUCH);
  const { runs } = await units.becomes('flood', 'DONE');
  assert.deepEqual(
    runs.map(({ outcome }) => outcome),
    [{ exit: 'exited', code: 0 }],
  );
  assert.equal(sizeOf('flood'), MUCH);

  let isRead = false;
  const count = line('signalbox logs flood | wc -c').finally(() => {
    isRead = true;
  });
  const reading = await statusWhile(() => !isRead);
  assert.equal((await count).trim(), String(MUCH));
  rmSync(outputOf('flood'));
  t.diagnostic(`status took ${printing} ms while it was printed, ${reading} ms while it was read`);
  assert.ok(printing.length > 0 && reading.length > 0, 'nobody asked in time');
  assert.ok(Math.max(...printing, ...reading) < PATIENCE_MS);
});

test('100 MB in one line that never ends: the page shows its end, a terminal all of it', async () => {
  await units.add('line', `head -c ${LONG} /dev/zero | tr '\\0' x; exit 3`);
  await units.becomes('line', 'NEEDS_ATTENTION');
  assert.equal(sizeOf('line'), LONG);
  const [card] = await units.cards('line');
  assert.match(card?.context[0]?.text ?? '', /^x{1000,10000}$/);
  const page = await units.page('line');
  assert.ok(page.length < 1_000_000, `${page.length} characters`);
  assert.match(page, new RegExp(` to ${LONG.toLocaleString('en')} of ${LONG.toLocaleString('en')}\\.`));
  assert.equal((await line(`signalbox logs line | tr -d '\\n' | wc -c`)).trim(), String(LONG));
  rmSync(outputOf('line'));
});

/** Each byte there is; then characters cut off, too long, half a pair, or none at all; then good ones. */
const BYTES = Buffer.concat([
  Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)),
  Buffer.from([
    0x0a, 0xc3, 0x28, 0xe2, 0x82, 0x2e, 0xf0, 0x9f, 0x9a, 0x2e, 0xc0, 0x80, 0xed, 0xa0, 0x80, 0xff,
  ]),
  Buffer.from('\nünï €uro 🚦\n'),
]);
const HALF_A_CHARACTER = Buffer.from([0xf0, 0x9f, 0x9a]);
const REPLACED = '\uFFFD';

/** Runs a command that prints this; says what a terminal gets. */
async function printed(chunk: string, content: Buffer): Promise<string> {
  writeFileSync(join(house.project, chunk), content);
  await units.add(chunk, `cat ${chunk}`);
  await units.becomes(chunk, 'DONE');
  assert.ok(readFileSync(outputOf(chunk)).equals(content), 'other bytes were kept');
  await line(`signalbox logs ${chunk} > ${chunk}-read`);
  return readFileSync(join(house.project, `${chunk}-read`), 'utf8');
}

async function transcriptOf(chunk: string): Promise<string> {
  const page = await units.page(chunk);
  return /<pre class="screen[^>]*>([^<]*)<\/pre><\/run-transcript>/.exec(page)?.[1] ?? '';
}

test('what is no text shows as U+FFFD where it is none, at a terminal and on the page', async () => {
  assert.equal(await printed('bytes', BYTES), BYTES.toString('utf8'));
  const shown = await transcriptOf('bytes');
  assert.ok(shown.includes(`yz{|}~${REPLACED}`));
  assert.ok(shown.endsWith(`${REPLACED}\nünï €uro 🚦\n`));
  assert.doesNotMatch(shown, /[^\P{Cc}\n\t]/u, 'a control character is on the page');
});

test('half a character at the very end shows as U+FFFD, at a terminal and on the page', async () => {
  const content = Buffer.concat([Buffer.from('end: '), HALF_A_CHARACTER]);
  assert.equal(await printed('half', content), `end: ${REPLACED}`);
  assert.equal(await transcriptOf('half'), `end: ${REPLACED}`);
});

test('no character is broken at a terminal, wherever the daemon cuts what it reads', async () => {
  const text = `.${'🚦€ü'.repeat(40_000)}`;
  const read = await printed('text', Buffer.from(text));
  assert.ok(read === text, `${read.split(REPLACED).length - 1} characters were broken`);
});

test('the end of a long line begins with a whole character, on the page', async () => {
  for (const shift of ['', '.', '..', '...']) {
    const chunk = `shifted-${shift.length}`;
    await printed(chunk, Buffer.from('🚦'.repeat(40_000) + shift));
    const shown = await transcriptOf(chunk);
    assert.ok(
      shown.length > 10_000 && !shown.includes(REPLACED),
      `a broken character: ${[...shown].slice(0, 4).join('')}`,
    );
  }
});
