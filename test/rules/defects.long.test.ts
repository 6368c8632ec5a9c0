/** The defects of the ancestor, each with a test that would have found it. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, test } from 'node:test';
import { WebSocket } from 'ws';
import { editUnit, removeUnit } from '../../server/domain/commands/steering.ts';
import { startOrder } from '../../server/domain/start-order.ts';
import { freeSlots } from '../../server/domain/status.ts';
import type { BoardMessage } from '../../shared/board.ts';
import type { Detail } from '../../shared/detail.ts';
import { exited, type StoreFixture as Facts, inHouse, refused, spec } from '../core/store-fixture.ts';
import { DaemonFixture } from '../daemon-fixture.ts';
import { Callers } from '../edge/callers.ts';
import { until } from '../until.ts';
import { Viewer } from './board-viewer.ts';
import { decideOn, judge, knownOf, passes, pendingOf } from './store-commands.ts';

const OPTIONS = [
  { id: 'keep', label: 'Keep it', description: 'as it is' },
  { id: 'drop', label: 'Drop it', description: '' },
];
const edit = (house: Facts, chunk: string, title: string) =>
  house.commit((state) => editUnit(state, { chunk, title }));

test(
  '1. two READY units with a SERIALIZE verdict both started in one tick',
  inHouse(async (house) => {
    await house.add(spec('a'), spec('b'));
    await judge(house, ['a', 'b'], 'SERIALIZE');
    const ready = startOrder(house.store.state).map(({ unit }) => unit.chunk);
    assert.deepEqual(ready, ['a', 'b']);
    const ends = await Promise.allSettled(ready.map((chunk) => house.start(chunk)));
    assert.deepEqual(
      ends.map(({ status }) => status),
      ['fulfilled', 'rejected'],
    );
    assert.deepEqual([house.work('a').runs.length, house.work('b').runs.length], [1, 0]);
  }),
);

test(
  '2. units waiting for a retry starved runnable ones behind them',
  inHouse(async (house) => {
    const retry = { times: 9, delay: 600, on: [75] };
    await house.add(spec('a', { retry, priority: 9 }), spec('b', { retry, priority: 9 }), spec('c'));
    for (const chunk of ['a', 'b']) {
      await house.start(chunk);
      await house.end(chunk, exited(75));
    }
    assert.deepEqual(
      startOrder(house.store.state).map(({ unit }) => unit.chunk),
      ['c'],
    );
    await house.start('c', 1);
    assert.equal(house.status('c'), 'RUNNING');
  }),
);

test(
  '3. operator verdicts were wiped at each phase; stored on one side only',
  inHouse(async (house) => {
    await house.add(spec('a', { phases: ['PLAN', 'IMPLEMENT'] }), spec('b'));
    await decideOn(house, ['b', 'a'], 'parallelize');
    await house.start('a');
    await house.end('a');
    await judge(house, ['a', 'b'], 'SERIALIZE');
    house.reopen();
    for (const known of [knownOf(house, 'a', 'b'), knownOf(house, 'b', 'a')])
      assert.deepEqual([known.verdict, known.decided_by], ['INDEPENDENT', 'operator']);
    await house.start('a');
    await house.start('b');
  }),
);

for (const end of ['is done', 'is closed', 'is removed'] as const)
  test(
    `4. serialize against a DONE unit, or removing a blocker, blocked a unit for ever: the blocker ${end}`,
    inHouse(async (house) => {
      await house.add(spec('a'), spec('b', { after: ['a'] }), spec('c'));
      await decideOn(house, ['a', 'c'], 'serialize');
      await house.start('a');
      await house.end('a', exited(end === 'is done' ? 0 : 1));
      if (end === 'is closed') await house.close('a');
      if (end === 'is removed') await house.commit((s) => removeUnit(s, { chunk: 'a', unlink: true }));
      for (const chunk of ['b', 'c']) assert.equal(house.status(chunk), 'READY', chunk);
    }),
  );

test(
  '5. a finishing blocker silently cleared an unanswered question',
  inHouse(async (house) => {
    await house.add(spec('a'), spec('b', { after: ['a'] }));
    await house.ask('b', 'q');
    const asked = house.item('q');
    await house.finish('a');
    assert.deepEqual([house.status('b'), house.item('q')], ['NEEDS_ATTENTION', asked]);
    await house.answer('b', 'q');
    assert.equal(house.status('b'), 'READY');
  }),
);

describe('the defects of processes, pages and doors', () => {
  let house: DaemonFixture;
  const viewers: { close(): void }[] = [];
  const follow = async <Message = BoardMessage>(path: string, input: object = {}) => {
    const viewer = await Viewer.open<Message>(house.address, path, input);
    viewers.push(viewer);
    return viewer;
  };
  afterEach(async () => {
    for (const viewer of viewers.splice(0)) viewer.close();
    await house.close();
  });
  const file = (name: string) => join(house.project, name);
  const detail = (chunk: string) => house.json<Detail>('show', chunk);
  const ask = (chunk: string, key: string, prompt: string) =>
    new Callers(house).must('items.ask', { chunk, key, run: null, questions: [{ prompt }] });
  const page = async (path = '') => (await fetch(`${house.address}${path}`)).text();

  test('6. a form rendered for question 1 was taken as the answer to question 2; the loser of a race got raw JSON', async () => {
    house = await DaemonFixture.open('--max-agents', '0', '--undo-seconds', '0');
    const callers = new Callers(house);
    await house.add('a', 'true');
    await ask('a', 'q1', 'Question one?');
    const form = { item: 'q1', version: '1', text: 'my first words' };
    assert.equal((await callers.form('/work-units/a/answer', form)).status, 303);
    await ask('a', 'q2', 'Question two?');
    const late = await callers.form('/work-units/a/answer', { ...form, text: 'my other words' });
    assert.equal(late.status, 409);
    assert.match(String(late.headers['content-type']), /text\/html/);
    assert.match(late.body, /Already answered by operator \(form\): my first words/);
    assert.match(late.body, /my other words/, 'what the loser wrote is kept');
    const { items } = await detail('a');
    assert.deepEqual(
      items.map(({ id, said }) => [id, said]),
      [
        ['q1', 'my first words'],
        ['q2', ''],
      ],
    );
  });

  test('9. deleting a running unit crashed its task and left the agent alive; after a crash a second agent was started beside the first', async () => {
    house = await DaemonFixture.open();
    await house.add('worker', 'echo $$ >> starts; until [ -e go ]; do sleep 0.05; done');
    await until('the agent to be at work', () => existsSync(file('starts')));
    const removed = await house.signalbox('rm', 'worker');
    assert.deepEqual([removed.code, /live run/.test(removed.stderr)], [1, true]);
    await house.end('SIGKILL');
    await house.start();
    assert.equal(await house.statusOf('worker'), 'RUNNING');
    await house.add('after-it', 'true');
    await house.untilStatus('after-it', 'DONE');
    assert.equal(readFileSync(file('starts'), 'utf8').split('\n').filter(Boolean).length, 1);
    writeFileSync(file('go'), '');
    await house.untilStatus('worker', 'DONE');
    assert.equal((await detail('worker')).runs.length, 1);
    assert.equal((await house.signalbox('rm', 'worker')).code, 0);
    await until('nobody to be left', () => house.processes().length === 0);
  });

  test('11. every attention event reloaded the page; reconnecting stopped after ten tries; a random port made open tabs useless', async () => {
    house = await DaemonFixture.open('--max-agents', '0');
    const { address } = house;
    await house.add('a', 'true');
    await house.add('b', 'true');
    const viewer = await follow('board.follow');
    await viewer.until('the beginning', (messages) => messages.length > 0);
    await ask('a', 'q', 'Which port?');
    await viewer.until('the question', (all) =>
      all.some(({ news }) => news?.put.some((row) => row.key === 'item:q')),
    );
    assert.equal(
      viewer.messages.filter(({ snapshot }) => snapshot !== null).length,
      1,
      'nothing begins anew',
    );
    const told = viewer.messages.flatMap(({ news }) => news?.put.map(({ key }) => key) ?? []);
    assert.ok(told.length > 0 && !told.includes('unit:1'), 'what did not change stays as it is');
    const from = viewer.lastId;
    const watch = house.run('watch', '--json');
    await until('the terminal to watch', () => watch.stdout().includes('\n'));
    for (let restart = 0; restart < 3; restart++) {
      await house.end('SIGKILL');
      await house.start();
      assert.equal(house.address, address, 'the same port');
    }
    const again = await follow('board.follow', { from });
    await again.until('to go on', (messages) => messages.length > 0);
    assert.equal(again.messages[0]?.snapshot, null, 'it goes on where it was');
    await ask('b', 'r', 'Which host?');
    await until('the terminal to follow', () => watch.stdout().includes('Which host?'));
  });

  test('12. the no-script forms were hidden until a script ran; nothing was reachable by keyboard; waiting times froze', async () => {
    house = await DaemonFixture.open('--max-agents', '0', '--undo-seconds', '0');
    await house.add('a', 'true');
    await ask('a', 'q', 'Which port?');
    for (const html of [await page(), await page('work-units/a')]) {
      const form = /<form[^>]*class="answer"[\s\S]*?<\/form>/.exec(html)?.[0] ?? '';
      assert.match(form, /method="post"/);
      assert.match(form, /action="\/work-units\/a\/answer"/);
      assert.match(form, /<textarea[^>]*name="text"/);
      assert.match(form, /<button/);
      assert.deepEqual(
        html.match(/<(?!input)[^>]*\s(hidden|inert|style="[^"]*(display|visibility))[^>]*>/g),
        null,
      );
      assert.deepEqual(html.match(/<(template|noscript)\b/g), null);
      assert.deepEqual(html.match(/tabindex="[1-9]|onclick=|role="button"/g), null);
      assert.match(html, /<time[^>]*datetime="\d{4}-[^"]+Z"/, 'a moment, from which a script counts on');
      assert.match(html, /<label[^>]*for="text-q"/);
    }
    const answer = { item: 'q', version: '1', text: '8080' };
    assert.equal((await new Callers(house).form('/work-units/a/answer', answer)).status, 303);
    assert.doesNotMatch(await page(), /class="answer"/);
  });

  test('13. each broadcast awaited each client in turn, and the scheduler awaited the broadcast', async () => {
    house = await DaemonFixture.open('--max-agents', '2');
    const asleep = await Promise.all([1, 2, 3].map(() => follow('board.follow')));
    for (const viewer of asleep) {
      await viewer.until('the beginning', (messages) => messages.length > 0);
      viewer.stopReading();
    }
    const awake = await follow('board.follow');
    await awake.until('the beginning', (messages) => messages.length > 0);
    // More than the network takes for somebody who does not read.
    const prompt = 'Which port? '.repeat(1500);
    const callers = new Callers(house);
    const many = Array.from({ length: 400 }, (_, nth) => ({
      chunk: `u${nth}`,
      command: 'true',
      after: ['never'],
    }));
    await callers.must('units.add', { units: many });
    for (let nth = 0; nth < many.length; nth += 40)
      await Promise.all(many.slice(nth, nth + 40).map(({ chunk }) => ask(chunk, `q-${chunk}`, prompt)));
    await house.add('runs', 'true');
    await house.untilStatus('runs', 'DONE');
    await awake.until('the news', (all) =>
      all.some(({ news }) =>
        news?.put.some((row) => row.row === 'unit' && row.chunk === 'runs' && row.status === 'DONE'),
      ),
    );
    assert.ok(
      asleep.every(({ messages }) => messages.length === 1),
      'the others never read',
    );
  });

  test('14. 50,000 log lines became 100,001 messages; the log panel grew without bound', async () => {
    house = await DaemonFixture.open();
    await house.add('talker', 'i=0; while [ $i -lt 50000 ]; do echo "line $i of the log"; i=$((i+1)); done');
    await until('it to run', async () => (await detail('talker')).runs.length > 0);
    const viewer = await follow<{ text: string; to: number; ended: boolean }>('transcript', {
      chunk: 'talker',
    });
    await viewer.until('the end', (messages) => messages.at(-1)?.ended === true);
    const text = viewer.messages.map((each) => each.text).join('');
    const lines = text.trimEnd().split('\n');
    assert.deepEqual(
      [lines.length, lines[0], lines.at(-1)],
      [50_000, 'line 0 of the log', 'line 49999 of the log'],
    );
    assert.ok(viewer.frames < 200, `${viewer.frames} messages`);
    const html = await page('work-units/talker');
    assert.match(html, /line 49999 of the log/);
    assert.ok(html.length < 300_000, `a page of ${html.length} characters`);
    const board = await follow('board.follow');
    await board.until('the beginning', (messages) => messages.length > 0);
    assert.doesNotMatch(JSON.stringify(board.messages), /of the log/, 'what a run prints is no news');
  });

  test('15. no check of Host, Origin or caller: any web page could answer a question', async () => {
    house = await DaemonFixture.open('--max-agents', '0', '--undo-seconds', '0');
    const callers = new Callers(house);
    await house.add('a', 'true');
    await ask('a', 'q', 'Which port?');
    const seq = await callers.seq();
    const answer = { item: 'q', version: '1', text: 'from elsewhere' };
    const path = '/work-units/a/answer';
    for (const origin of [
      'http://evil.example',
      'null',
      house.address.replace('http:', 'https:').slice(0, -1),
    ])
      assert.equal((await callers.form(path, answer, { origin })).status, 403, origin);
    assert.equal((await callers.form(path, answer, { host: 'evil.example' })).status, 421);
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const body = new URLSearchParams(answer).toString();
    assert.equal((await callers.anyone({ method: 'POST', path, headers, body })).status, 403);
    const authorization = `Bearer ${'x'.repeat(43)}`;
    assert.equal((await callers.form(path, answer, { authorization })).status, 401);
    assert.equal(await upgraded('http://evil.example'), 403);
    assert.equal(await upgraded(callers.origin), 101);
    assert.equal(await callers.seq(), seq, 'nothing has happened');
  });

  /** With which status a page of this origin gets a socket, or does not. */
  function upgraded(origin: string): Promise<number> {
    const socket = new WebSocket(`ws://${new URL(house.address).host}/trpc`, { origin });
    return new Promise<number>((resolve) => {
      socket.on('open', () => resolve(101));
      socket.on('unexpected-response', (_, response) => resolve(response.statusCode ?? 0));
      socket.on('error', () => resolve(0));
    }).finally(() => socket.terminate());
  }
});

test(
  '6b. two answers to one question: one wins, the other hears who won; none answers another question',
  inHouse(async (house) => {
    await house.add(spec('a'));
    await house.ask('a', 'q');
    const ends = await Promise.allSettled([
      house.answer('a', 'q', { text: 'left' }),
      house.answer('a', 'q', { text: 'right' }),
    ]);
    assert.deepEqual(
      ends.map(({ status }) => status),
      ['fulfilled', 'rejected'],
    );
    await house.ask('a', 'r');
    await refused(house.answer('a', 'q', { text: 'late' }), 'conflict', /Already answered by operator.*left/);
    assert.equal(house.item('r').answer, null);
  }),
);

test(
  "7. the agent's options were dropped; only the first of several questions was kept",
  inHouse(async (house) => {
    await house.add(spec('a'));
    await house.ask('a', 'q', { options: OPTIONS, multiple: true });
    await house.ask('a', 'r');
    house.reopen();
    assert.deepEqual([house.item('q').options, house.item('q').multiple], [OPTIONS, true]);
    assert.deepEqual(
      pendingOf(house, 'a').map(({ id }) => id),
      ['q', 'r'],
    );
  }),
);

test(
  "8. any edit reset the waiting clock; a long run's end overwrote edits made meanwhile",
  inHouse(async (house) => {
    await house.add(spec('a', { title: 'old', phases: ['PLAN', 'IMPLEMENT'] }));
    await house.start('a');
    await house.ask('a', 'q');
    const { asked_at } = house.item('q');
    await passes(house, 60_000);
    await edit(house, 'a', 'new');
    await house.ask('a', 'q', { prompt: 'Which port, please?' });
    assert.deepEqual([house.item('q').asked_at, house.item('q').version], [asked_at, 2]);
    assert.equal(house.said('a').since, asked_at);
    await house.answer('a', 'q', { version: 2 });
    await house.confirm('a', 'q', 1);
    await edit(house, 'a', 'newer');
    await house.end('a');
    assert.deepEqual([house.work('a').unit.title, house.work('a').unit.finished], ['newer', 1]);
  }),
);

test(
  '10. "line 512" in the output counted as a retryable server error',
  inHouse(async (house) => {
    await house.add(spec('a', { retry: { times: 3, delay: 1, on: [75] } }));
    await house.start('a');
    await house.end('a', exited(1), 'error at line 512\nHTTP 503\nexit code 75');
    assert.deepEqual([house.status('a'), house.work('a').unit.retry_due], ['NEEDS_ATTENTION', null]);
    assert.equal(freeSlots(house.store.state), house.store.state.settings.max_agents);
  }),
);
