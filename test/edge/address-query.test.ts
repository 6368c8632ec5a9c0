/** What stands in an address is led nowhere else, and never half understood. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { DaemonFixture } from '../daemon-fixture.ts';
import { Callers } from './callers.ts';

const house = DaemonFixture.make();
const callers = new Callers(house);
before(async () => {
  await house.start('--port', '0', '--max-agents', '0');
  await callers.must('units.add', { units: [{ chunk: 'one', external: true }] });
  await callers.must('units.report', { chunk: 'one', what: 'started' });
});
after(() => house.close());

const HTML = { accept: 'text/html' };
const bearer = () => ({ authorization: `Bearer ${callers.token}` });

describe('where the page after signing in leads', () => {
  const hostile = [
    '/%5Cevil.example/',
    '%2F%2Fevil.example/',
    '/%2Fevil.example/',
    '/%09/evil.example/',
    '/%0A/evil.example/',
    '/%00/evil.example/',
    '/%255Cevil.example/',
    '%5C%5Cevil.example/',
    'http://evil.example/',
    'http:evil.example/',
    'javascript:alert(1)',
    '/%5B::1%5D@evil.example/',
    '/&to=//evil.example/',
  ];
  for (const to of hostile)
    test(to, async () => {
      const { status, headers, body } = await callers.anyone({ path: `/sign-in?to=${to}`, headers: HTML });
      assert.equal(status, 400);
      assert.equal(headers.location, undefined);
      assert.doesNotMatch(body, /http-equiv|evil/);
      assert.match(body, /\bto (takes the path of a page here|was given twice)/);
    });

  test('a page of ours', async () => {
    const { status, body } = await callers.anyone({ path: '/sign-in?to=%2Fwork-units%2Fone%3Fa%3Db' });
    assert.equal(status, 200);
    assert.match(body, /http-equiv="refresh" content="0;url=\/work-units\/one\?a=b"/);
  });

  test('a sign-in link is made for a page of ours alone', async () => {
    for (const to of ['/\\evil.example', '//evil.example', '/%5Cevil.example', 'http://evil.example/'])
      assert.equal((await callers.terminal('access.link', { to })).status, 422, to);
  });

  test('a page that refuses links to no address that was only asked for', async () => {
    const plain = DaemonFixture.make({}, { guarded: true });
    try {
      await plain.start('--port', '0', '--host-name', '127.0.0.1');
      const guarded = new Callers(plain);
      for (const path of ['/%5Cevil.example/', '/work-units/%2F%2Fevil.example', '/;//evil.example/']) {
        const { status, body } = await guarded.anyone({ path });
        assert.equal(status, 401);
        assert.doesNotMatch(body, /evil/, path);
      }
      assert.match(
        (await guarded.anyone({ path: '/work-units/one?x=1' })).body,
        /href="\/work-units\/one\?x=1"/,
      );
    } finally {
      await plain.close();
    }
  });
});

/** What is wrong, and what the refusal must say would be right. */
const WRONG: readonly (readonly [path: string, field: string, right: RegExp])[] = [
  ...['/', '/board', '/attention', '/work-units'].flatMap((path) => [
    [`${path}?status=INVALID`, 'status', /running, needs_attention, ready, blocked, done/] as const,
    [`${path}?status=running,nope`, 'status', /running, needs_attention, ready, blocked, done/] as const,
    [`${path}?status=running,`, 'status', /running, needs_attention, ready, blocked, done/] as const,
    [`${path}?status=running&status=done`, 'status', /once/] as const,
    [`${path}?kind=x`, 'kind', /question, decision, review, stuck, conflict/] as const,
    [`${path}?q=${'x'.repeat(201)}`, 'q', /at most 200 characters/] as const,
    [`${path}?page=0`, 'page', /whole number from 1/] as const,
    [`${path}?page=two`, 'page', /whole number from 1/] as const,
    [`${path}?page=1e3`, 'page', /whole number from 1/] as const,
  ]),
  ['/work-units/one/runs/1?from=x', 'from', /whole number/],
  ['/work-units/one/runs/1?before=-1', 'before', /whole number/],
  ['/work-units/one/runs/1?from=1&from=2', 'from', /twice/],
  [`/work-units/one/runs/1?find=${'x'.repeat(201)}`, 'find', /at most 200/],
];

describe('a field of an address that cannot be meant is refused by its name', () => {
  for (const [path, field, right] of WRONG)
    test(`a person: ${path.slice(0, 60)}`, async () => {
      const { status, headers, body } = await callers.anyone({ path, headers: HTML });
      assert.equal(status, 400);
      assert.equal(headers['content-type'], 'text/html; charset=utf-8');
      assert.match(body, new RegExp(`<p>${field} `));
      assert.match(body, right);
      assert.match(body, /href="\/"/);
    });

  const json = [
    ...WRONG.filter(([path]) => /^\/(attention|work-units|board)\?/.test(path)),
    ['/history?after=x', 'after', /whole number/],
    ['/history?limit=-1', 'limit', /whole number/],
    ['/history?limit=1&limit=2', 'limit', /twice/],
    ['/history?limit=1001', 'limit', /At most 1000/],
    ['/history?chunk=A+B', 'chunk', /chunk/],
  ] as const;
  for (const [path, field, right] of json)
    test(`a script: ${path.slice(0, 60)}`, async () => {
      const { status, body } = await callers.anyone({ path, headers: bearer() });
      assert.equal(status, 422);
      const problem = JSON.parse(body) as { field: string; detail: string };
      assert.equal(problem.field, field);
      assert.match(problem.detail, right);
    });

  test('a switch that says neither yes nor no removes nothing', async () => {
    for (const query of ['unlink=yes', 'kill=1', 'kill=true&kill=false']) {
      const headers = { ...bearer(), 'content-type': 'application/json' };
      const { status } = await callers.anyone({
        method: 'DELETE',
        path: `/work-units/one?${query}`,
        headers,
      });
      assert.equal(status, 422, query);
    }
    assert.equal((await callers.read<{ chunk: string }>('unit', { chunk: 'one' })).chunk, 'one');
  });

  test('a filter in a form that cannot be meant holds nobody', async () => {
    const seq = await callers.seq();
    for (const filter of ['status=INVALID&q=one', 'kind=nope&q=one']) {
      const { status, body } = await callers.form('/bulk', `${filter}&what=hold`);
      assert.equal(status, 422);
      assert.match(body, /(status|kind) takes/);
    }
    assert.equal(await callers.seq(), seq);
  });

  test('at the terminal the flag is named, and nothing is done', async () => {
    const seq = await callers.seq();
    const wrong = [
      [['ls', '--status', 'INVALID'], /--status takes running, /],
      [['ls', '--status', ''], /--status takes something/],
      [['ls', '--kind', 'x'], /--kind takes question, /],
      [['ls', '--page', '0'], /--page takes a whole number from 1/],
      [['attention', '--find', 'x'.repeat(201)], /--find takes at most 200 characters/],
      [['bulk', 'hold', '--find', ''], /--find takes something/],
      [['bulk', 'hold', '--status', 'ready,nope'], /--status takes/],
    ] as const;
    for (const [words, right] of wrong) {
      const { code, stderr } = await house.signalbox(...words);
      assert.equal(code, 64, words.join(' '));
      assert.match(stderr, right);
    }
    assert.equal(await callers.seq(), seq);
  });
});

test('what an address may leave empty, or write in capitals, is understood', async () => {
  for (const path of ['/?status=&kind=&q=&page=', '/?status=RUNNING,Done', '/?kind=REVIEW', '/?unknown=x']) {
    assert.equal((await callers.anyone({ path, headers: HTML })).status, 200, path);
  }
  const { body } = await callers.anyone({ path: '/work-units?status=RUNNING', headers: bearer() });
  const { units } = JSON.parse(body) as { units: { chunk: string }[] };
  assert.deepEqual(
    units.map(({ chunk }) => chunk),
    ['one'],
  );
});
