/** What agents print: sequences, broken characters, long lines, bytes that are none; as text, on pages, in streams. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { WebSocket } from 'ws';
import { lastLines } from '../../server/output/tail.ts';
import { followTranscript, readFrom, readTail, type Stretch } from '../../server/output/transcript.ts';
import { markup } from '../../server/web/document.ts';
import { printedView } from '../../server/web/run-page.ts';
import { plain } from '../../shared/terminal-text.ts';
import { until } from '../until.ts';
import { COUNT, newRandom } from './how-many.ts';
import { oddOutput } from './odd-output.ts';
import { oddText, percentEncoded } from './odd-values.ts';
import { SignedIn } from './signed-in.ts';
import { Watched } from './watched-daemon.ts';

/** One in so many is also kept in a file and read back; so many are printed by a run, several at a time. */
const TO_FILE = 10;
const RUNS = Math.min(120, Math.ceil(COUNT / 500));
const IN_ONE_RUN = 60;

const watched = new Watched();
const random = newRandom();
const folder = mkdtempSync(join(tmpdir(), 'sbx-fuzz-'));
before(() => watched.start('--max-agents', '4'));
after(async () => {
  await watched.close();
  rmSync(folder, { recursive: true, force: true });
});

/** What may not be on a page: it would move the cursor of whoever copies it, or nothing at all. */
const CONTROL = /[\0-\x08\x0b-\x1f\x7f-\x9f]/;

/** Says where, not all of it. */
function assertNone(what: RegExp, text: string, where: string): void {
  const at = text.search(what);
  assert.equal(at, -1, `${where}: ${JSON.stringify(text.slice(Math.max(0, at - 30), at + 30))}`);
}

function checkPlain(text: string): string {
  const shown = plain(text);
  assertNone(CONTROL, shown, 'plain');
  assert.ok(shown.length <= text.length);
  assert.equal(plain(shown), shown, 'plain text is plain text');
  assert.equal(shown, Buffer.from(shown).toString(), 'half a character is left');
  return shown;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
  '&amp;': '&',
};

/** Between the tags stands the text, and no other tag than the mark of what was found. */
function checkMarkup(drawn: string, shown: string): void {
  const [, inside = ''] = /<pre [^>]*>([\s\S]*?)<\/pre><\/run-transcript>$/.exec(drawn) ?? [];
  const bare = inside.replace('<mark>', '').replace('</mark>', '');
  assertNone(/[<>"]|&(?!(?:lt|gt|quot|#39|amp);)/, bare, 'markup');
  assert.equal(
    bare.replace(/&#?\w+;/g, (entity) => ENTITIES[entity]!),
    shown,
  );
}

function checkOnPage(text: string, shown: string): void {
  const at = random.below(shown.length + 1);
  const find = random.oneIn(2)
    ? shown.slice(at, at + random.below(9))
    : random.pick(['lt', 'amp', ';', '&', '<', oddText(random, 20)]);
  const printed = {
    run: 1,
    from: 0,
    to: Buffer.byteLength(text),
    size: Buffer.byteLength(text),
    text,
    isTalk: false,
    isLive: false,
  };
  checkMarkup(markup(printedView('one', printed, find)), shown);
}

const never = new AbortController().signal;

/** Read from anywhere, the bytes are those of the file, and no character is torn that was whole. */
async function checkFile(path: string, bytes: Buffer): Promise<void> {
  writeFileSync(path, bytes);
  const offset = random.below(bytes.length + 3);
  let [at, text] = [offset, ''];
  for await (const stretch of followTranscript(path, offset, () => false, never)) {
    assert.equal(stretch.from, at);
    at = stretch.to;
    text += stretch.text;
  }
  assert.equal(text, bytes.subarray(offset).toString());
  assert.equal(at, Math.max(offset, bytes.length));
  const isPart = ({ from, to, text }: Stretch) => {
    assert.ok(from >= 0 && to >= from && to <= Math.max(bytes.length, from));
    assert.equal(bytes.subarray(from, to).toString(), text);
  };
  isPart(await readTail(path, random.between(1, 300), random.oneIn(2)));
  isPart(await readFrom(path, random.below(bytes.length + 1), random.between(1, 300)));
  const lines = lastLines(path, random.between(1, 12));
  assertNone(CONTROL, lines, 'the last lines');
  assert.ok(lines.split('\n').length <= 12 && lines.length <= 4096);
}

async function checkOne(bytes: Buffer, nth: number): Promise<void> {
  const text = bytes.toString();
  checkOnPage(text, checkPlain(text));
  if (nth % TO_FILE === 0) await checkFile(join(folder, 'output'), bytes);
}

/** Says when a line came that no page should show. */
async function watchPulses(): Promise<() => void> {
  const socket = new WebSocket(`ws://127.0.0.1:${watched.port}/trpc`, {
    headers: { authorization: `Bearer ${watched.token}` },
  });
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  socket.on('message', (data: Buffer) => {
    if (data.toString() === 'PING') return socket.send('PONG');
    const { result } = JSON.parse(data.toString()) as { result?: { data?: Record<string, string> } };
    for (const line of Object.values(result?.data ?? {}))
      if (CONTROL.test(line) || line.length > 200) watched.wrong(`a pulse: ${JSON.stringify(line)}`);
  });
  for (const path of ['board.pulses', 'board.follow'])
    socket.send(JSON.stringify({ id: path, method: 'subscription', params: { path, input: {} } }));
  return () => socket.terminate();
}

async function checkRun(page: SignedIn, nth: number): Promise<void> {
  const chunk = `run-${nth}`;
  const bytes = Buffer.concat(Array.from({ length: IN_ONE_RUN }, () => oddOutput(random)));
  const file = join(folder, chunk);
  writeFileSync(file, bytes);
  const command = `cat '${file}'; exit ${nth % 2 === 0 ? 0 : 3}`;
  await watched.callers.must('units.add', { units: [{ chunk, command }] });
  await until(`${chunk} to end`, async () => {
    const { runs } = await watched.callers.read<{ runs: { ended_at: string | null }[] }>('unit', { chunk });
    return runs.some(({ ended_at }) => ended_at !== null);
  });
  // Whoever looks for a control character has typed it.
  const find = percentEncoded(oddText(random, 20).replace(new RegExp(CONTROL, 'g'), ''));
  const paths = ['', '/runs/1', `/runs/1?from=${random.below(bytes.length)}`, `/runs/1?find=${find}`];
  for (const path of paths) {
    const { status, body } = await page.ask('GET', `/work-units/${chunk}${path}`);
    watched.answered(status, () => `${chunk}${path}`);
    const [, printed] = /<pre class="screen[^>]*>([\s\S]*)<\/pre><\/run-transcript>/.exec(body) ?? [];
    assert.ok(printed !== undefined, `no transcript at ${path}`);
    assertNone(/[<>"]/, printed.replace('<mark>', '').replace('</mark>', ''), path);
    assertNone(CONTROL, body, path);
  }
  const { body } = await page.ask('GET', `/work-units/${chunk}/runs/1/output`);
  assert.ok(body === bytes.toString(), 'the download is not what was printed');
}

test('what agents print', async (t) => {
  const page = await SignedIn.at(watched.callers);
  const stop = await watchPulses();
  try {
    for (let nth = 0; nth < RUNS; nth += 4) {
      await Promise.all([0, 1, 2, 3].map((more) => checkRun(page, nth + more)));
      watched.tried(Math.min(watched.left, 4 * IN_ONE_RUN));
    }
    for (let nth = 0; watched.left > 0; nth++) {
      const bytes = oddOutput(random);
      try {
        await checkOne(bytes, nth);
      } catch (error) {
        watched.wrong(`${bytes.toString('base64')}: ${error}`);
      }
      watched.tried(1);
    }
    await watched.verdict(t);
  } finally {
    stop();
    page.close();
  }
});
