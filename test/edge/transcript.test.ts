/** What a run printed: offsets are bytes, characters are never torn, and it goes on as the file grows. */
import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { lastLines } from '../../server/output/tail.ts';
import { followTranscript, readTail, type Stretch } from '../../server/output/transcript.ts';

const folder = mkdtempSync(join(tmpdir(), 'sbx-transcript-'));
after(() => rmSync(folder, { recursive: true, force: true }));

let made = 0;
function fileOf(content: string | Buffer): string {
  const path = join(folder, `output-${++made}`);
  writeFileSync(path, content);
  return path;
}

const ended = () => false;
const never = new AbortController().signal;

async function all(path: string, offset = 0, isLive = ended): Promise<Stretch[]> {
  const stretches: Stretch[] = [];
  for await (const stretch of followTranscript(path, offset, isLive, never)) stretches.push(stretch);
  return stretches;
}
const textOf = (stretches: readonly Stretch[]) => stretches.map(({ text }) => text).join('');

/** Each begins where the one before it ended; the last one, and only that, says so. */
function checkChain(stretches: readonly Stretch[], from: number, to: number): void {
  let at = from;
  for (const [nth, stretch] of stretches.entries()) {
    assert.equal(stretch.from, at);
    assert.equal(stretch.ended, nth === stretches.length - 1);
    at = stretch.to;
  }
  assert.equal(at, to);
}

test('an ended run is read to its end', async () => {
  const path = fileOf('hello\n');
  assert.deepEqual(await all(path), [{ from: 0, to: 6, text: 'hello\n', ended: true }]);
});

test('offsets count bytes, not characters', async () => {
  const path = fileOf('äöü🚦\n');
  assert.deepEqual(await all(path), [{ from: 0, to: 11, text: 'äöü🚦\n', ended: true }]);
  assert.deepEqual(await all(path, 4), [{ from: 4, to: 11, text: 'ü🚦\n', ended: true }]);
});

test('from the end, from beyond it, and of a file that is not there: an end, and nothing else', async () => {
  const path = fileOf('hello');
  for (const [each, offset] of [
    [path, 5],
    [path, 500],
    [join(folder, 'none'), 0],
  ] as const) {
    const [stretch, ...more] = await all(each, offset);
    assert.deepEqual([stretch?.text, stretch?.ended, more.length], ['', true, 0]);
  }
});

for (const shift of [0, 1, 2, 3])
  test(`a character that two stretches share is not torn (${shift} bytes in)`, async () => {
    const text = `${'x'.repeat(shift)}${'🚦é'.repeat(40_000)}`;
    const stretches = await all(fileOf(text));
    assert.ok(stretches.length > 2);
    checkChain(stretches, 0, Buffer.byteLength(text));
    assert.equal(textOf(stretches), text);
  });

test('a file of exactly one stretch ends, too', async () => {
  for (const size of [65_535, 65_536, 65_537, 131_072]) {
    const stretches = await all(fileOf('x'.repeat(size)));
    checkChain(stretches, 0, size);
    assert.equal(textOf(stretches).length, size);
  }
});

test('broken UTF-8 shows as U+FFFD, and its bytes are counted', async () => {
  const broken = [[0xff], [0xc3], [0xe2, 0x82], [0xf0, 0x9f, 0x9a], [0x80], [0xc0, 0xaf], [0xed, 0xa0, 0x80]];
  for (const bytes of broken) {
    const content = Buffer.concat([Buffer.from('a'), Buffer.from(bytes), Buffer.from('\nb')]);
    const stretches = await all(fileOf(content));
    checkChain(stretches, 0, content.length);
    assert.match(textOf(stretches), /^a\ufffd+\nb$/);
  }
});

test('half a character at the end of an ended run is a broken one', async () => {
  const content = Buffer.from('a🚦').subarray(0, 3);
  assert.deepEqual(await all(fileOf(content)), [{ from: 0, to: 3, text: 'a\ufffd', ended: true }]);
});

test('any bytes at all come out whole, from any offset', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), fc.nat(200), async (bytes, offset) => {
      const content = Buffer.from(bytes);
      const path = fileOf(content);
      const stretches = await all(path, offset);
      assert.equal(textOf(stretches), content.subarray(offset).toString('utf8'));
    }),
    { numRuns: 50 },
  );
});

test('it follows a file that grows, half characters included, until the run has ended', async () => {
  const path = join(folder, 'growing');
  const steps = [Buffer.from('one\n'), Buffer.from('🚦').subarray(0, 2), Buffer.from('🚦').subarray(2)];
  let live = true;
  const seen: Stretch[] = [];
  let step = 0;
  writeFileSync(path, '');
  const grow = () => {
    const next = steps[step++];
    if (next) appendFileSync(path, next);
    else live = false;
  };
  grow();
  // Each look at whether the run lives is one look at the file: the file grows between two.
  const isLive = () => {
    if (looks++ > 0) grow();
    return live;
  };
  let looks = 0;
  for await (const stretch of followTranscript(path, 0, isLive, never)) seen.push(stretch);
  checkChain(seen, 0, 8);
  assert.equal(textOf(seen), 'one\n🚦');
  assert.ok(seen.every(({ text }) => !text.includes('\ufffd')));
});

test('what was printed between the last look and the end of the run is not lost', async () => {
  const path = fileOf('before ');
  let live = true;
  const seen = followTranscript(path, 0, () => live, never);
  assert.equal((await seen.next()).value?.text, 'before ');
  appendFileSync(path, 'after');
  live = false;
  const last = (await seen.next()).value;
  assert.deepEqual([last?.text, last?.ended], ['after', true]);
});

test('a reader who goes away ends the following', async () => {
  const gone = new AbortController();
  const seen = followTranscript(fileOf('x'), 0, () => true, gone.signal);
  await seen.next();
  const next = seen.next();
  gone.abort();
  assert.deepEqual(await next, { value: undefined, done: true });
});

test('a file that appears later is found', async () => {
  const path = join(folder, 'later');
  let looks = 0;
  const isLive = () => {
    if (++looks === 2) writeFileSync(path, 'here');
    return looks < 4;
  };
  assert.equal(textOf(await all(path, 0, isLive)), 'here');
});

// The tail

/** `from` and `to` are the very bytes of the text. */
function checkTail(content: Buffer, { from, to, text }: Stretch): void {
  assert.equal(content.subarray(from, to).toString('utf8'), text);
}

test('the tail begins at the beginning of a line, and says which bytes it has', async () => {
  const content = Buffer.from('first line\nsecond line\nthird line\n');
  const tail = await readTail(fileOf(content), 15, false);
  assert.deepEqual([tail.from, tail.to, tail.text], [23, 34, 'third line\n']);
  checkTail(content, tail);
});

test('the tail of a short file is all of it; of a long line, its end', async () => {
  const short = await readTail(fileOf('short'), 100, false);
  assert.deepEqual([short.from, short.to, short.text], [0, 5, 'short']);
  const long = await readTail(fileOf('x'.repeat(1000)), 100, false);
  assert.deepEqual([long.from, long.to, long.text.length], [900, 1000, 100]);
  assert.equal((await readTail(join(folder, 'none'), 100, false)).text, '');
});

test('a tail that begins within a character still counts bytes', async () => {
  const content = Buffer.from(`${'🚦'.repeat(10)}\nsecond line\n`);
  for (const bytes of [13, 14, 15, 16, 17, 18, 19, 20])
    checkTail(content, await readTail(fileOf(content), bytes, false));
});

test('a tail with broken UTF-8 in front still counts bytes', async () => {
  const content = Buffer.concat([Buffer.alloc(20, 0xff), Buffer.from('\nsecond line\n')]);
  checkTail(content, await readTail(fileOf(content), 20, false));
});

test('a tail leaves out half a character at the end, which is still being printed', async () => {
  const content = Buffer.from('line\n🚦').subarray(0, 7);
  const tail = await readTail(fileOf(content), 100, false);
  assert.deepEqual([tail.text, tail.to], ['line\n', 5]);
});

test('the last lines are plain text, without empty ones, at most as many as asked for', () => {
  const path = fileOf('one\n\n\x1b[31mtwo\x1b[0m\n10%\r100%\n   \nfour\n');
  assert.equal(lastLines(path, 3), 'two\n100%\nfour');
  assert.equal(lastLines(path, 100), 'one\ntwo\n100%\nfour');
  assert.equal(lastLines(fileOf(''), 3), '');
  assert.equal(lastLines(join(folder, 'none'), 3), '');
});

test('of a gigabyte only the end would be read: the last lines have at most 4 KiB', () => {
  const path = fileOf(`${'x'.repeat(100_000)}\nend`);
  const text = lastLines(path, 10);
  assert.ok(Buffer.byteLength(text) <= 4096 && text.endsWith('\nend'));
});
