/** Paths for people and scripts: statuses, headers, and that nobody's words are ever lost or let loose. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { DaemonFixture } from '../daemon-fixture.ts';
import { Callers } from './callers.ts';
import { type Answer, raw } from './http-client.ts';

const house = DaemonFixture.make();
const callers = new Callers(house);
// Nothing starts, and no answer goes out by itself: what a test asks for is all that happens.
before(() => house.start('--port', '0', '--max-agents', '0', '--undo-seconds', '3600'));
after(() => house.close());

let made = 0;
interface Question {
  readonly chunk: string;
  readonly item: string;
}
/** A unit with one open question. */
async function question(more: Record<string, unknown> = {}): Promise<Question> {
  const chunk = `unit-${++made}`;
  await callers.must('units.add', { units: [{ chunk, command: 'true' }] });
  return { chunk, item: await ask(chunk, more) };
}

async function ask(chunk: string, { asked_by, ...more }: Record<string, unknown> = {}): Promise<string> {
  const item = `item-${++made}`;
  await callers.must('items.ask', {
    key: item,
    chunk,
    run: null,
    asked_by,
    questions: [{ prompt: 'Which port?', ...more }],
  });
  return item;
}

const answering = ({ chunk }: Question) => `/work-units/${chunk}/answer`;
const fieldsOf = ({ item }: Question, text: string) => ({ item, version: '1', text });
const pageOf = (chunk: string) => ({ referer: `${callers.origin}/work-units/${chunk}` });

interface Line {
  readonly id: string;
  readonly state: string;
  readonly said: string;
  readonly version: number;
}
async function itemsOf(chunk: string): Promise<readonly Line[]> {
  return (await callers.read<{ items: Line[] }>('unit', { chunk })).items;
}

/** What door.md wants on every answer. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types lit-html signalbox-worker";

function checkHeaders({ headers }: Answer, cache: string | undefined): void {
  assert.equal(headers['content-security-policy'], POLICY);
  assert.equal(headers['x-content-type-options'], 'nosniff');
  assert.equal(headers['cross-origin-opener-policy'], 'same-origin');
  assert.equal(headers['cross-origin-resource-policy'], 'same-origin');
  assert.equal(headers['referrer-policy'], 'same-origin');
  assert.equal(headers['cache-control'], cache);
  assert.equal(headers['set-cookie'], undefined);
  assert.equal(headers['x-powered-by'], undefined);
}

const PAGE = 'private, no-cache';
const DATA = 'no-store';

/** Complete, in one document, without a script or a style in it. */
function checkPage({ headers, body }: Answer): void {
  assert.equal(headers['content-type'], 'text/html; charset=utf-8');
  assert.match(body, /^<!doctype html><html lang="en">/);
  assert.ok(body.endsWith('</body></html>'));
  assert.match(body, /<title>[^<]+<\/title>/);
  assert.match(body, /<main/);
  assert.doesNotMatch(body, /<style|<[a-z][^<>]*\s(style|on[a-z]+)=/);
  const scripts = body.match(/<script[^>]*>/g) ?? [];
  for (const script of scripts) assert.match(script, /type="application\/json"|src="\/assets\//);
}

test('GET / is a complete page with its question, form included', async () => {
  const asked = await question({ prompt: 'Is the dashboard whole?' });
  const answer = await callers.anyone({ path: '/' });
  assert.equal(answer.status, 200);
  checkPage(answer);
  checkHeaders(answer, PAGE);
  assert.match(answer.body, /Is the dashboard whole\?/);
  assert.ok(answer.body.includes(`action="${answering(asked)}"`));
  assert.ok(answer.body.includes(`name="item" value="${asked.item}"`));
});

test('GET of a unit is a complete page about it', async () => {
  const asked = await question();
  const answer = await callers.anyone({ path: `/work-units/${asked.chunk}` });
  assert.equal(answer.status, 200);
  checkPage(answer);
  checkHeaders(answer, PAGE);
  assert.ok(answer.body.includes(asked.chunk) && answer.body.includes('Which port?'));
});

test('HEAD answers as GET does, without the page', async () => {
  for (const path of ['/', '/nothing-here']) {
    const [head, get] = [await callers.anyone({ method: 'HEAD', path }), await callers.anyone({ path })];
    assert.equal(head.status, get.status);
    assert.equal(head.body, '');
    checkHeaders(head, PAGE);
  }
});

test('there is a page for what is not there', async () => {
  const nowhere = ['/nothing', '/work-units/unknown', '/work-units/UPPER', '/work-units/%ff'];
  const odd = [
    '/work-units/%',
    '/work-units/__proto__',
    '/work-units/a%2f..%2fb',
    '/assets/',
    '/favicon.ico',
  ];
  const files = ['/assets/manifest.json', '/assets/../token', '/assets/..%2f..%2ftoken', '/assets/__proto__'];
  for (const path of [...nowhere, ...odd, ...files]) {
    const answer = await callers.anyone({ path });
    assert.equal(answer.status, 404, path);
    checkPage(answer);
    checkHeaders(answer, PAGE);
  }
});

test('a method that a path does not know is refused, with the same headers', async () => {
  for (const path of ['/', '/work-units/unit-1', '/work-units/unit-1/answer']) {
    const headers = { origin: callers.origin, 'content-type': 'application/json' };
    const answer = await callers.anyone({ method: 'PUT', path, headers, body: '{}' });
    assert.ok([404, 405].includes(answer.status), `${path}: ${answer.status}`);
    checkHeaders(answer, answer.headers['cache-control']);
  }
});

test('what the gate refuses is a page too, and carries the same headers', async () => {
  const refused = [
    { path: '/', headers: { host: 'evil.example' }, status: 421 },
    { path: '/', headers: { 'sec-fetch-site': 'cross-site' }, status: 403 },
    { path: '//', headers: {}, status: 400 },
  ];
  for (const { status, ...asking } of refused) {
    const answer = await callers.anyone(asking);
    assert.equal(answer.status, status);
    checkPage(answer);
    checkHeaders(answer, PAGE);
  }
});

test('a script that shows a token is refused in JSON, a person who comes to its addresses is led home', async () => {
  const refused = await callers.anyone({ path: '/', headers: { authorization: 'Bearer x' } });
  assert.equal(refused.status, 401);
  const { code, status } = JSON.parse(refused.body) as { code: string; status: number };
  assert.deepEqual([code, status], ['unknown-token', 401]);
  checkHeaders(refused, DATA);
  for (const path of ['/attention', '/conflicts', '/status', '/history', '/work-units', '/work-units/']) {
    const led = await callers.anyone({
      path: `${path}?kind=review&x=//evil.example`,
      headers: { accept: 'text/html' },
    });
    assert.deepEqual([led.status, led.headers.location], [302, '/?kind=review'], path);
    const told = await callers.anyone({ path, headers: { accept: 'application/json' } });
    assert.equal(told.status, 200, path);
    checkHeaders(told, DATA);
  }
});

test('assets are cached for ever, as their names carry their hash', async () => {
  const { body } = await callers.anyone({ path: '/' });
  const paths = [...body.matchAll(/"(\/assets\/[^"]+)"/g)].map(([, path]) => path ?? '');
  assert.equal(paths.length, 2);
  for (const path of paths) {
    const answer = await callers.anyone({ path });
    assert.equal(answer.status, 200);
    checkHeaders(answer, 'public, max-age=31536000, immutable');
    assert.match(answer.headers['content-type'] ?? '', /^text\/(javascript|css); charset=utf-8$/);
  }
});

test('what procedures answer is never cached, and carries the same headers', async () => {
  for (const path of ['/trpc/status', '/trpc/unknown', '/trpc/unit?input=%7B%22chunk%22%3A%22none%22%7D']) {
    const answer = await callers.anyone({ path });
    checkHeaders(answer, DATA);
    assert.match(answer.headers['content-type'] ?? '', /^application\/json/);
  }
});

test('an answer by form goes back to the page that it came from', async () => {
  const backs = [
    ['/', '/'],
    ['/?status=running', '/?status=running'],
    ['/?status=running,needs_attention', '/?status=running,needs_attention'],
    ['/?status=running&next=//evil.example', '/?status=running'],
    ['/?q=a%20%26b&page=2', '/?q=a%20%26b&page=2'],
    ['/?status=nope', '/'],
    ['/work-units/unit-1', '/work-units/unit-1'],
    ['/work-units/unit-1?x=1#y', '/work-units/unit-1'],
    ['/nothing', '/'],
  ] as const;
  for (const [from, back] of backs) {
    const asked = await question();
    const answer = await callers.form(answering(asked), fieldsOf(asked, 'x'), {
      referer: callers.origin + from,
    });
    assert.equal(answer.status, 303, answer.body);
    assert.equal(answer.headers.location, back);
    checkHeaders(answer, answer.headers['cache-control']);
    assert.equal((await itemsOf(asked.chunk))[0]?.state, 'going-out');
  }
});

test('a hostile Referer leads nowhere else', async () => {
  const { port } = callers;
  const hostile = [
    'http://evil.example/',
    'http://evil.example/work-units/unit-1',
    `http://127.0.0.1:${port}.evil.example/work-units/unit-1`,
    `http://127.0.0.1:${port}@evil.example/`,
    `http://127.0.0.1:${port}//evil.example/`,
    `http://127.0.0.1:${port}/\\evil.example/`,
    `http://127.0.0.1:${port}/work-units//evil.example`,
    `http://127.0.0.1:${port}/?status=//evil.example`,
    `https://127.0.0.1:${port}/work-units/unit-1`,
    '//evil.example/',
    'javascript:alert(1)',
    `http://127.0.0.1:${port}/%0d%0aX-Smuggled:%201`,
  ];
  for (const referer of hostile) {
    const asked = await question();
    const answer = await callers.form(answering(asked), fieldsOf(asked, 'x'), { referer });
    assert.equal(answer.status, 303, answer.body);
    assert.equal(answer.headers.location, '/', referer);
    assert.equal(answer.headers['x-smuggled'], undefined);
    assert.doesNotMatch(answer.body, /evil/);
  }
});

test('a form sent twice is one answer', async () => {
  const asked = await question();
  const first = await callers.form(answering(asked), fieldsOf(asked, 'once'));
  const seq = await callers.seq();
  const second = await callers.form(answering(asked), fieldsOf(asked, 'once'));
  assert.deepEqual([first.status, second.status], [303, 303]);
  assert.equal(await callers.seq(), seq);
});

test('a form sent five times at the same time is one answer', async () => {
  const asked = await question();
  const all = await Promise.all(
    Array.from({ length: 5 }, () => callers.form(answering(asked), fieldsOf(asked, 'once'))),
  );
  assert.deepEqual(
    all.map(({ status }) => status),
    [303, 303, 303, 303, 303],
  );
  const [item] = await itemsOf(asked.chunk);
  assert.deepEqual([item?.state, item?.said], ['going-out', 'once']);
});

test('of two different answers one wins, and the other hears who won and keeps its words', async () => {
  const asked = await question();
  await callers.form(answering(asked), fieldsOf(asked, 'the first'));
  const late = await callers.form(answering(asked), fieldsOf(asked, 'my late words'));
  assert.equal(late.status, 409);
  checkPage(late);
  checkHeaders(late, PAGE);
  assert.match(late.body, /Already answered by operator \(form\): the first/);
  assert.match(late.body, /<textarea[^>]*>\n?my late words<\/textarea>/);
  assert.equal((await itemsOf(asked.chunk))[0]?.said, 'the first');
});

test('the same on the page of the unit', async () => {
  const asked = await question();
  await callers.form(answering(asked), fieldsOf(asked, 'the first'), pageOf(asked.chunk));
  const late = await callers.form(answering(asked), fieldsOf(asked, 'my late words'), pageOf(asked.chunk));
  assert.equal(late.status, 409);
  checkPage(late);
  assert.ok(late.body.includes('<work-unit data-part="head">'));
  assert.match(late.body, /my late words<\/textarea>/);
});

test('an answer to an older version of the question is refused, words kept in the card', async () => {
  const asked = await question();
  await callers.must('items.ask', {
    key: asked.item,
    chunk: asked.chunk,
    run: null,
    questions: [{ prompt: 'Changed?' }],
  });
  const late = await callers.form(answering(asked), fieldsOf(asked, 'for the old one'));
  assert.equal(late.status, 409);
  assert.match(late.body, /Changed\?/);
  assert.match(
    late.body,
    new RegExp(`id="text-${asked.item}"[^>]*>(<!--[^>]*-->)*\\s*for the old one</textarea>`),
  );
  assert.equal((await itemsOf(asked.chunk))[0]?.state, 'open');
});

test('an answer to a withdrawn question is refused with the reason, words kept', async () => {
  const asked = await question();
  await callers.must('items.withdraw', { ...asked, why: 'found it myself' });
  const late = await callers.form(answering(asked), fieldsOf(asked, 'too late'));
  assert.equal(late.status, 409);
  assert.match(late.body, /withdrawn: found it myself/);
  assert.match(late.body, /too late<\/textarea>/);
});

test('an answer to an item that this unit never had keeps its words, too', async () => {
  const asked = await question();
  const lost = await callers.form(answering(asked), { item: 'gone', version: '1', text: 'do not lose me' });
  assert.ok([404, 409].includes(lost.status));
  checkPage(lost);
  assert.match(lost.body, /do not lose me<\/textarea>/);
});

test('an answer to a unit that is gone keeps its words, too', async () => {
  const lost = await callers.form('/work-units/gone/answer', { item: 'x', version: '1', text: 'nor me' });
  assert.ok([404, 409].includes(lost.status));
  checkPage(lost);
  assert.match(lost.body, /nor me<\/textarea>/);
});

test('a mistake in an answer stands beside the field, words kept', async () => {
  const asked = await question({
    options: [
      { id: 'a', label: 'A' },
      { id: 'b', label: 'B' },
    ],
  });
  const answer = await callers.form(answering(asked), { ...fieldsOf(asked, 'my words'), option: 'c' });
  assert.equal(answer.status, 422);
  checkPage(answer);
  checkHeaders(answer, PAGE);
  const form = formOf(answer.body, asked);
  assert.match(
    form,
    /role="status">(<!--[^>]*-->|<p[^>]*>)*&quot;c&quot; is not offered\. Choose from: a, b\./,
  );
  assert.match(form, /my words<\/textarea>/);
});

test('an empty answer is refused beside the field that is empty', async () => {
  const asked = await question();
  const answer = await callers.form(answering(asked), fieldsOf(asked, ''));
  assert.equal(answer.status, 422);
  const form = formOf(answer.body, asked);
  assert.match(form, /Write an answer first\./);
  assert.match(form, new RegExp(`aria-describedby="notice-${asked.item}"[^>]* aria-invalid`));
});

test('an answer that is too long is refused whole, and kept whole', async () => {
  const asked = await question();
  const words = 'ü'.repeat(40_000);
  const answer = await callers.form(answering(asked), fieldsOf(asked, words));
  assert.equal(answer.status, 422);
  assert.match(answer.body, /An answer has at most 64 KiB/);
  assert.ok(answer.body.includes(`${words}</textarea>`));
});

test('ticked boxes stay ticked', async () => {
  const options = ['a', 'b', 'c'].map((id) => ({ id, label: id.toUpperCase() }));
  const asked = await question({ options, multiple: true });
  const fields = `item=${asked.item}&version=2&option=a&option=c&text=more`;
  const answer = await callers.form(answering(asked), fields);
  assert.equal(answer.status, 409);
  const boxes = formOf(answer.body, asked).match(/<input [^>]*name="option"[^>]*>/g) ?? [];
  assert.deepEqual(
    boxes.map((box) => box.includes('checked')),
    [true, false, true],
  );
});

test('several options may be sent, every other field once', async () => {
  const options = ['a', 'b'].map((id) => ({ id, label: id.toUpperCase() }));
  const asked = await question({ options, multiple: true });
  const twice = await callers.form(answering(asked), `item=${asked.item}&version=1&text=x&text=y`);
  assert.equal(twice.status, 422);
  assert.match(twice.body, /&quot;text&quot; was sent twice/);
  const both = await callers.form(answering(asked), `item=${asked.item}&version=1&option=a&option=b`);
  assert.equal(both.status, 303);
  assert.equal((await itemsOf(asked.chunk))[0]?.said, 'A, B');
});

test('64 fields are read, 65 are not', async () => {
  const asked = await question({ multiple: true, options: [{ id: 'a', label: 'A' }] });
  const seq = await callers.seq();
  const most = `item=${asked.item}&version=1${'&option=a'.repeat(62)}`;
  const many = await callers.form(answering(asked), `${most}&option=a`);
  assert.equal(many.status, 422);
  assert.match(many.body, /at most 64 fields/);
  assert.equal(await callers.seq(), seq);
  const enough = await callers.form(answering(asked), most);
  assert.doesNotMatch(enough.body, /at most 64 fields/);
});

test('a field that nobody knows is refused, whatever its name', async () => {
  for (const name of ['x', 'constructor', 'toString', 'hasOwnProperty', 'text[]', 'text.a', '__proto__']) {
    const asked = await question();
    const answer = await callers.form(answering(asked), { ...fieldsOf(asked, 'kept words'), [name]: '1' });
    assert.equal(answer.status, 422, `${name}: ${answer.status}`);
    assert.match(answer.body, /kept words<\/textarea>/);
    assert.equal((await itemsOf(asked.chunk))[0]?.state, 'open', name);
  }
});

test('the same in JSON', async () => {
  for (const name of ['x', 'constructor', '__proto__']) {
    const asked = await question();
    const json = `{"item":"${asked.item}","version":1,"text":"x","${name}":{"isAdmin":true}}`;
    const headers = { authorization: `Bearer ${callers.token}`, 'content-type': 'application/json' };
    const answer = await callers.anyone({ method: 'POST', path: answering(asked), headers, body: json });
    // The reader of JSON refuses `__proto__` by itself.
    assert.ok([400, 422].includes(answer.status), `${name}: ${answer.status} ${answer.body}`);
    assert.equal((await itemsOf(asked.chunk))[0]?.state, 'open', name);
  }
  assert.equal(({} as Record<string, unknown>).isAdmin, undefined);
});

test('the path says which unit is meant, whatever the fields say', async () => {
  const [asked, other] = [await question(), await question()];
  const answer = await callers.form(answering(asked), { ...fieldsOf(asked, 'x'), chunk: other.chunk });
  assert.ok([303, 422].includes(answer.status));
  assert.equal((await itemsOf(other.chunk))[0]?.state, 'open');
});

test('a version that is no number is a mistake, and a missing one a question', async () => {
  const asked = await question();
  for (const version of ['', 'one', '1.5', '-1', '1e400', '0'])
    assert.equal(
      (await callers.form(answering(asked), { ...fieldsOf(asked, 'x'), version })).status,
      422,
      version,
    );
  const { item } = asked;
  assert.equal((await callers.form(answering(asked), { item, text: 'x' })).status, 409);
  assert.equal((await itemsOf(asked.chunk))[0]?.state, 'open');
});

test('an action that a unit does not know is not found, whatever its name', async () => {
  for (const action of [
    'explode',
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    'Answer',
    'add',
  ]) {
    const answer = await callers.form(`/work-units/unit-1/${action}`, {});
    assert.equal(answer.status, 404, action);
    checkPage(answer);
  }
});

test('an answer going out can be taken back by form, once', async () => {
  const asked = await question();
  const { item } = asked;
  await callers.form(answering(asked), fieldsOf(asked, 'hasty'));
  const undo = { item, version: '1' };
  assert.equal((await callers.form(`/work-units/${asked.chunk}/undo`, undo)).status, 303);
  const [line] = await itemsOf(asked.chunk);
  assert.deepEqual([line?.state, line?.version], ['open', 2]);
  assert.equal((await callers.form(answering(asked), fieldsOf(asked, 'hasty'))).status, 409);
});

test('a unit is closed by form, with the reason', async () => {
  const asked = await question();
  const closed = await callers.form(`/work-units/${asked.chunk}/close`, { reason: 'not needed' });
  assert.equal(closed.status, 303);
  const unit = await callers.read<{ status: string; why: string }>('unit', { chunk: asked.chunk });
  assert.equal(unit.status, 'DONE');
  assert.match(unit.why, /not needed/);
});

test('a body in broken UTF-8 or broken escapes is read as far as it can be, and harms nothing', async () => {
  const asked = await question();
  const answer = await callers.form(answering(asked), `item=${asked.item}&version=1&text=%ff%zz%`);
  assert.equal(answer.status, 303);
  assert.equal((await itemsOf(asked.chunk))[0]?.said, '\ufffd%zz%');
});

// JSON callers

test('JSON in, JSON out, with the same statuses', async () => {
  const asked = await question();
  const path = answering(asked);
  const { item } = asked;
  const cases = [
    { path, input: { item, version: 1 }, status: 422, message: 'Write an answer first.' },
    { path, input: { item, version: 7, text: 'x' }, status: 409, message: /has changed since you saw it/ },
    { path, input: { text: 'x' }, status: 409, message: /Say which item/ },
    { path, input: { item, version: 1, text: 1 }, status: 422, message: /^text: / },
    { path, input: [], status: 409, message: /Say which item/ },
    { path: '/work-units/unknown/close', input: {}, status: 404, message: /no unit called unknown/ },
    { path: '/work-units/unit-1/explode', input: {}, status: 404, message: /no action "explode"/ },
    { path: '/nothing', input: {}, status: 404, message: /nothing at this address/ },
  ];
  for (const { path, input, status, message } of cases) {
    const answer = await callers.script(path, input);
    assert.equal(answer.status, status, answer.body);
    checkHeaders(answer, DATA);
    assert.match(answer.headers['content-type'] ?? '', /^application\/problem\+json/);
    const problem = JSON.parse(answer.body) as { status: number; detail: string };
    assert.equal(problem.status, status);
    if (typeof message === 'string') assert.equal(problem.detail, message);
    else assert.match(problem.detail, message);
  }
  const done = await callers.script(path, { item, version: 1, text: 'yes' });
  assert.equal(done.status, 200);
  checkHeaders(done, DATA);
  assert.deepEqual((JSON.parse(done.body) as { result: unknown }).result, { item });
});

test('an answer that lost tells a script how the item is now', async () => {
  const asked = await question();
  await callers.script(answering(asked), { item: asked.item, version: 1, text: 'first' });
  const late = await callers.script(answering(asked), { item: asked.item, version: 1, text: 'second' });
  assert.equal(late.status, 409);
  const { items } = JSON.parse(late.body) as { items: { id: string; answer: { text: string } }[] };
  assert.deepEqual(
    items.map(({ id, answer }) => [id, answer.text]),
    [[asked.item, 'first']],
  );
});

test('JSON that cannot be read is the fault of the caller', async () => {
  for (const body of ['{', '', 'nonsense', '{"a":1}}', '"text"']) {
    const headers = { authorization: `Bearer ${callers.token}`, 'content-type': 'application/json' };
    const answer = await callers.anyone({ method: 'POST', path: '/work-units/unit-1/answer', headers, body });
    assert.ok(answer.status >= 400 && answer.status < 500, `${JSON.stringify(body)}: ${answer.status}`);
    assert.match(answer.headers['content-type'] ?? '', /^application\/problem\+json/);
    assert.doesNotMatch(answer.body, /node_modules|\bat .*\.js|SyntaxError/);
  }
});

test('what the gate refuses a script is JSON, as every other refusal to it', async () => {
  const json = { 'content-type': 'application/json' };
  const refused = [
    { headers: { ...json, authorization: 'Bearer wrong' }, body: '{}', status: 401 },
    { headers: json, body: '{}', status: 403 },
    {
      headers: { ...json, authorization: `Bearer ${callers.token}` },
      body: ' '.repeat(1_048_577),
      status: 413,
    },
  ];
  for (const { status, ...asking } of refused) {
    const answer = await callers.anyone({ method: 'POST', path: '/work-units/unit-1/close', ...asking });
    assert.equal(answer.status, status);
    assert.match(answer.headers['content-type'] ?? '', /^application\/problem\+json/, String(status));
  }
});

// What is read at all

test('other types are not read', async () => {
  for (const type of ['text/plain', 'multipart/form-data; boundary=x', 'application/xml', '']) {
    const answer = await callers.form('/work-units/unit-1/close', '--x', { 'content-type': type });
    assert.equal(answer.status, 415, type);
    checkHeaders(answer, PAGE);
  }
});

test('a form that declares more than 256 KiB is refused before it is read', async () => {
  const asked = await question();
  const body = `item=${asked.item}&version=1&text=${'x'.repeat(262_145)}`;
  const answer = await callers.form(answering(asked), body);
  assert.equal(answer.status, 413);
  checkHeaders(answer, PAGE);
});

/** In chunks, so that no length is declared. The last chunk never comes. */
function chunked(path: string, type: string, size: number): string {
  const head = [
    `POST ${path} HTTP/1.1`,
    `Host: 127.0.0.1:${callers.port}`,
    `Authorization: Bearer ${callers.token}`,
    `Content-Type: ${type}`,
    'Transfer-Encoding: chunked',
    'Connection: close',
  ];
  const part = `${(4096).toString(16)}\r\n${'x'.repeat(4096)}\r\n`;
  return `${head.join('\r\n')}\r\n\r\n${part.repeat(Math.ceil(size / 4096))}`;
}

for (const [what, path, type, size] of [
  ['a form', '/work-units/unit-1/close', 'application/x-www-form-urlencoded', 262_144],
  ['JSON for a page', '/work-units/unit-1/close', 'application/json', 1_048_576],
  ['JSON for a procedure', '/trpc/units.close', 'application/json', 1_048_576],
] as const)
  test(`${what} of undeclared length is read up to the limit and no further`, async () => {
    const where = { host: '127.0.0.1', port: callers.port };
    const { status, text } = await raw(where, chunked(path, type, size + 4096));
    assert.equal(status, 413, text.slice(0, 300));
    assert.match(text, /Content-Security-Policy: default-src 'none'/i);
  });

test('a compressed body counts by what it unpacks to', async () => {
  const headers = {
    authorization: `Bearer ${callers.token}`,
    'content-type': 'application/json',
    'content-encoding': 'gzip',
  };
  const body = gzipSync(JSON.stringify({ reason: 'x'.repeat(20_000_000) }));
  for (const path of ['/work-units/unit-1/close', '/trpc/units.close']) {
    const answer = await callers.anyone({ method: 'POST', path, headers, body });
    assert.ok(answer.status >= 400 && answer.status < 500, `${path}: ${answer.status}`);
  }
});

test('after all this the daemon has logged nothing that went wrong by itself', () => {
  const own = house.daemonOutput.split('\n').filter((line) => /^\d{4}-.*:/.test(line));
  assert.deepEqual(own, []);
});

// Words from outside

const HOSTILE = '</textarea></script><script>alert(1)</script><img src=x onerror=alert(1)>"\'&amp;<!--';

test('HTML in what the operator wrote is text when it comes back', async () => {
  const asked = await question();
  for (const version of ['1', '2']) {
    if (version === '2') await callers.form(answering(asked), fieldsOf(asked, 'first'));
    const answer = await callers.form(answering(asked), { item: asked.item, version: '2', text: HOSTILE });
    assert.equal(answer.status, 409);
    checkPage(answer);
    assert.doesNotMatch(answer.body, /<img|<script>alert/);
    assert.ok(answer.body.includes('&lt;/textarea&gt;&lt;/script&gt;&lt;script&gt;alert(1)'));
  }
});

test('words with a line break in front come back with it', async () => {
  const asked = await question();
  const answer = await callers.form(answering(asked), { item: asked.item, version: '7', text: '\n\nx' });
  const [, kept] = new RegExp(`id="text-${asked.item}"[^>]*>([\\s\\S]*?)</textarea>`).exec(answer.body) ?? [];
  // A browser drops the first line break of a text area.
  assert.equal(kept?.replace(/<!--[\s\S]*?-->/g, '').replace(/^\n/, ''), '\n\nx');
});

test('HTML in any field, option, action or address is text, or is not there', async () => {
  const asked = await question({ multiple: true, options: [{ id: 'a', label: 'A' }] });
  const { chunk, item } = asked;
  const enc = encodeURIComponent(HOSTILE);
  const sent = [
    await callers.form(answering(asked), { item: HOSTILE, version: '1', text: 'x' }),
    await callers.form(answering(asked), { item, version: HOSTILE, text: 'x' }),
    await callers.form(answering(asked), { item, version: '1', option: HOSTILE }),
    await callers.form(answering(asked), { item, version: '1', [HOSTILE]: 'x' }),
    await callers.form(answering(asked), `${enc}=1&${enc}=2`),
    await callers.form(`/work-units/${chunk}/${enc}`, {}),
    await callers.form(`/work-units/${enc}/answer`, {}),
    await callers.anyone({ path: `/work-units/${enc}` }),
    await callers.anyone({ path: `/${enc}` }),
    await callers.anyone({ path: `/?status=${enc}` }),
  ];
  for (const answer of sent) {
    checkPage(answer);
    assert.doesNotMatch(answer.body, /<img|<script>alert|<\/textarea><\/script>/);
  }
});

test('a question cannot close the data that its page carries, nor become markup', async () => {
  const context = [{ label: HOSTILE, text: HOSTILE }];
  const options = [{ id: 'a', label: HOSTILE, description: HOSTILE }];
  const asked = await question({ prompt: HOSTILE, asked_by: HOSTILE, context, options });
  for (const path of ['/', `/work-units/${asked.chunk}`]) {
    const answer = await callers.anyone({ path });
    checkPage(answer);
    assert.doesNotMatch(answer.body, /<img|<script>alert/);
    const data = dataIn(answer.body);
    const card = data.snapshot.rows.find(({ id }) => id === asked.item);
    assert.equal(card?.prompt, HOSTILE);
  }
});

test('U+2028, NUL and half a surrogate pair in a question do not break the data of the page', async () => {
  const prompt = 'a\u2028b\u2029c\u0000d\ud800e';
  const asked = await question({ prompt });
  const { body, status } = await callers.anyone({ path: '/' });
  assert.equal(status, 200);
  assert.ok(dataIn(body).snapshot.rows.some(({ id }) => id === asked.item));
});

interface Data {
  readonly snapshot: { readonly rows: readonly { readonly id?: string; readonly prompt?: string }[] };
}
/** As a browser finds it: up to the first end tag of a script. */
function dataIn(html: string): Data {
  const [, json = ''] =
    /<script type="application\/json" id="page-data" data-base="">([\s\S]*?)<\/script/.exec(html) ?? [];
  return JSON.parse(json) as Data;
}

function formOf(html: string, { item }: Question): string {
  const from = html.indexOf(`name="answer-${item}"`);
  assert.ok(from > 0, 'the form is on the page');
  return html.slice(from, html.indexOf('</form>', from));
}

test('the token stands in no page and no answer', async () => {
  const { token } = callers;
  for (const path of ['/', '/work-units/unit-1', '/nothing', '/trpc/status', '/trpc/board.now'])
    assert.ok(!(await callers.anyone({ path })).body.includes(token), path);
  assert.ok(!house.daemonOutput.includes(token));
  assert.ok(!readFileSync(join(house.paths.folder, 'daemon.json'), 'utf8').includes(token));
});
