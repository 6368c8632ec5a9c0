/** What was found by throwing anything at a daemon, each once, by name. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { format } from 'node:util';
import { BoardFeed } from '../../server/board/board-feed.ts';
import { addUnits } from '../../server/domain/commands/units.ts';
import { consoleLog } from '../../server/system/log.ts';
import { markup } from '../../server/web/document.ts';
import { printedView } from '../../server/web/run-page.ts';
import { StoreFixture as Facts, OPERATOR, spec } from '../core/store-fixture.ts';
import { DaemonFixture } from '../daemon-fixture.ts';
import { Callers } from '../edge/callers.ts';
import { raw } from '../edge/http-client.ts';
import { until } from '../until.ts';
import { SignedIn } from './signed-in.ts';

describe('thrown at a daemon', () => {
  const house = DaemonFixture.make({}, { guarded: true });
  const callers = new Callers(house);
  before(() => house.start('--port', '0', '--max-agents', '0'));
  after(() => house.close());

  const bearer = () => ({ authorization: `Bearer ${callers.token}` });
  /** One line for each thing that was not foreseen; the others begin otherwise. */
  const unforeseen = () => house.daemonOutput.split('\n').filter((line) => /^\d{4}-\d\d-\d\dT/.test(line));
  let known = 0;
  beforeEach(() => {
    known = unforeseen().length;
  });
  const isQuiet = async () => {
    await callers.seq();
    assert.deepEqual(unforeseen().slice(known), []);
  };

  test('a body that says it is packed, and is not, or is: 415', async () => {
    for (const encoding of ['gzip', 'deflate', 'br', 'GZIP', 'gzip, gzip'])
      for (const path of ['/work-units', '/config']) {
        const headers = { ...bearer(), 'content-type': 'application/json', 'content-encoding': encoding };
        const { status } = await callers.anyone({ method: 'POST', path, headers, body: '{"x":1}' });
        assert.equal(status, 415, encoding);
      }
    const headers = { ...bearer(), 'content-type': 'application/json', 'content-encoding': 'identity' };
    const { status } = await callers.anyone({ method: 'POST', path: '/config', headers, body: '{"x":1}' });
    assert.equal(status, 422);
    await isQuiet();
  });

  test('a method that nobody speaks, to a procedure: 405', async () => {
    const line = `Host: 127.0.0.1:${callers.port}\r\nAuthorization: Bearer ${callers.token}\r\nContent-Type: application/json\r\n`;
    for (const method of ['TRACE', 'PUT', 'PURGE', 'DELETE']) {
      const request = `${method} /trpc/status HTTP/1.1\r\n${line}Connection: close\r\n\r\n`;
      const { status } = await raw({ host: '127.0.0.1', port: callers.port }, request);
      assert.equal(status, 405, method);
    }
    await isQuiet();
  });

  test('a body that stops being HTTP halfway is no news', async () => {
    const head = `GET /embed.js HTTP/1.1\r\nHost: 127.0.0.1:${callers.port}\r\n`;
    for (const rest of ['Transfer-Encoding: gzip\r\n\r\n', 'Transfer-Encoding: chunked\r\n\r\nzz\r\n'])
      await raw({ host: '127.0.0.1', port: callers.port }, head + rest);
    await isQuiet();
  });

  test('more guesses at a token than are slowed at a time are told to come later', async () => {
    const headers = { authorization: `Bearer ${'A'.repeat(43)}` };
    const guesses = Array.from({ length: 25 }, () => callers.anyone({ path: '/status', headers }));
    const statuses = (await Promise.all(guesses)).map(({ status }) => status).sort();
    assert.deepEqual(new Set(statuses), new Set([401, 503]));
    await isQuiet();
  });

  test('words to look for that are cut within a character lead on', async () => {
    const browser = await SignedIn.at(callers);
    const q = encodeURIComponent(`${'x'.repeat(199)}🚦`);
    const { status } = await browser.ask('GET', `/work-units?q=${q}`, undefined, { accept: 'text/html' });
    browser.close();
    assert.equal(status, 302);
    await isQuiet();
  });

  test('a phase, and the name of a variable, ends somewhere', async () => {
    const add = async (unit: object) =>
      (await callers.terminal('units.add', { units: [{ chunk: 'a', ...unit }] })).status;
    assert.equal(await add({ commands: { ['P'.repeat(64)]: 'true' } }), 422);
    assert.equal(await add({ command: 'true', env: ['E'.repeat(201)] }), 422);
    assert.equal(await add({ commands: { ['P'.repeat(63)]: 'true' }, env: ['E'.repeat(200)] }), 200);
  });

  test('a command with a NUL, or as long as one may be, is a run that never began or one that runs', async () => {
    await callers.must('config.update', { max_agents: 2 });
    const commands = ['true \0 && true', `true ${'🚦'.repeat(49_000)}`];
    for (const [nth, command] of commands.entries())
      await callers.must('units.add', { units: [{ chunk: `odd-${nth}`, command }] });
    for (const [nth] of commands.entries())
      await until(`odd-${nth} to end`, async () => {
        const { runs } = await callers.read<{ runs: { ended_at: string | null }[] }>('unit', {
          chunk: `odd-${nth}`,
        });
        return runs.some(({ ended_at }) => ended_at !== null);
      });
    await isQuiet();
  });
});

test('what stands in an address is no format for the log', (t) => {
  const { mock } = t.mock.method(console, 'error', () => {});
  consoleLog.error('GET /%s%f%o', new Error('what happened'));
  const line = format(...(mock.calls[0]!.arguments as [unknown]));
  assert.match(line, /GET \/%s%f%o: Error: what happened/);
});

test('what is looked for is found in the text, not in how the page writes it', () => {
  const printed = { run: 1, from: 0, to: 9, size: 9, text: 'a < b & c', isTalk: false, isLive: false };
  assert.match(markup(printedView('one', printed, 'lt')), />a &lt; b &amp; c<\/pre>/);
  assert.match(markup(printedView('one', printed, 'amp;')), />a &lt; b &amp; c<\/pre>/);
  assert.match(markup(printedView('one', printed, '<')), />a <mark>&lt;<\/mark> b &amp; c<\/pre>/);
});

test('whoever looks for ever other words makes nothing be remembered for long', async () => {
  const facts = new Facts();
  try {
    await facts.store.commit(OPERATOR, (state) => addUnits(state, [spec('one')]));
    const boardFeed = new BoardFeed(facts.store, 'build');
    const look = (q: string, page?: number) => boardFeed.snapshot({ q, ...(page && { page }) }).rows;
    for (const page of [undefined, 1]) {
      const first = look('first', page);
      assert.equal(look('first', page), first, 'it is remembered at all');
      for (let nth = 0; nth < 300; nth++) look(`other ${nth}`, page);
      assert.notEqual(look('first', page), first);
    }
    boardFeed.stop();
  } finally {
    facts.leave();
  }
});
