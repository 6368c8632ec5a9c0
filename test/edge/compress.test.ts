/** What travels as gzip, what does not, and the board that the page's script asks for by HTTP. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Snapshot } from '../../shared/board.ts';
import { DaemonFixture } from '../daemon-fixture.ts';
import { Callers } from './callers.ts';

const UNITS = 300;
const house = DaemonFixture.make();
const callers = new Callers(house);
before(async () => {
  await house.start('--port', '0', '--max-agents', '0');
  const units = Array.from({ length: UNITS }, (_, n) => ({ chunk: `u${n}`, external: true }));
  await callers.must('units.add', { units });
});
after(() => house.close());

const get = (path: string, headers: Record<string, string> = {}) =>
  callers.anyone({
    path,
    headers: { accept: path === '/board' ? 'application/json' : 'text/html', ...headers },
  });

/** Unpacks by itself; the headers are those of what was sent. */
async function fetched(path: string, headers: Record<string, string> = {}) {
  const answer = await fetch(`${callers.origin}${path}`, { headers: { accept: 'text/html', ...headers } });
  return { answer, text: await answer.text() };
}

const undated = (html: string) => html.replace(/As of [^·]*/, '');

test('pages, boards, styles and scripts are sent as gzip to who reads that, and say so', async () => {
  const page = await get('/');
  const [script = '', style = ''] = ['js', 'css'].map(
    (end) => new RegExp(`/assets/[\\w-]+\\.${end}`).exec(page.body)?.[0],
  );
  for (const path of ['/', '/?page=2', '/board', script, style]) {
    const plain = await get(path);
    const { answer, text } = await fetched(path);
    assert.equal(answer.headers.get('content-encoding'), 'gzip', path);
    assert.match(answer.headers.get('vary') ?? '', /accept-encoding/i);
    assert.equal(undated(text), undated(plain.body), path);
    assert.equal(answer.headers.get('content-type'), plain.headers['content-type']);
    assert.ok(Number(answer.headers.get('content-length')) < plain.body.length / 2, path);
    assert.deepEqual([plain.headers['content-encoding'], plain.headers.vary], [undefined, 'Accept-Encoding']);
    const refused = await get(path, { 'accept-encoding': 'gzip;q=0' });
    assert.equal(refused.headers['content-encoding'], undefined, path);
  }
});

test('what fits into a packet anyway is left as it is', async () => {
  const { answer, text } = await fetched('/attention', { accept: 'application/json' });
  assert.deepEqual(JSON.parse(text).items, []);
  assert.equal(answer.headers.get('content-encoding'), null);
});

test('the board of a query is what the procedure says, and not to be kept', async () => {
  const queries = [
    ['', {}],
    ['?status=ready&q=u29', { status: ['READY'], q: 'u29' }],
    ['?page=2', { page: 2 }],
  ] as const;
  for (const [search, query] of queries) {
    const { answer, text } = await fetched(`/board${search}`, { accept: '*/*' });
    assert.equal(answer.headers.get('cache-control'), 'no-store');
    assert.match(answer.headers.get('content-type') ?? '', /^application\/json/);
    assert.deepEqual(JSON.parse(text), await callers.read<Snapshot>('board.now', query), search);
  }
});

test('after a change, page and board are those of now', async () => {
  await get('/');
  const questions = [{ prompt: 'Which port now?' }];
  await callers.must('items.ask', { key: 'ask', chunk: 'u5', run: null, questions });
  for (const path of ['/', '/board']) assert.match((await get(path)).body, /Which port now/, path);
});

test('another web page learns nothing of it', async () => {
  const { status, body } = await get('/board', {
    'sec-fetch-site': 'cross-site',
    'sec-fetch-mode': 'no-cors',
  });
  assert.equal(status, 403);
  assert.doesNotMatch(body, /u29/);
});
