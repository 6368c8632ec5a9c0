/** Small things that a terminal and a page must say exactly. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, test } from 'node:test';
import { Refusals } from '../../server/access/refusals.ts';
import { DaemonFixture, PROGRAM } from '../daemon-fixture.ts';
import { Callers } from '../edge/callers.ts';
import { send } from '../edge/http-client.ts';

let house: DaemonFixture;
afterEach(() => house.close());

const MARK = '\ufeff';

test('a start that fails says why, although the log has what others said before', async () => {
  house = DaemonFixture.make();
  writeFileSync(join(house.project, 'plan.json'), '{"units": []}');
  for (const [words, code, said] of [
    [['--plan', 'plan.json'], 65, /^signalbox: The plan .* cannot be taken\. [^\n]*\n$/],
    [['--port', 'x'], 64, /^signalbox: [^\n]*port[^\n]*\n$/],
  ] as const) {
    const failed = await house.signalbox('start', ...words);
    assert.equal(failed.code, code, failed.stderr);
    assert.match(failed.stderr, said);
  }
});

test('a byte order mark before a plan, questions or agents is no mistake', async () => {
  house = DaemonFixture.make();
  const unit = (chunk: string) => ({ chunk, external: true });
  const write = (name: string, value: unknown) =>
    writeFileSync(join(house.project, name), MARK + JSON.stringify(value));
  write('first.json', { units: [unit('first')] });
  write('second.json', { units: [unit('second')] });
  write('questions.json', [{ prompt: 'Which?' }]);
  write('signalbox.json', { agents: { echo: { command: ['echo'] } } });
  await house.start('--port', '0', '--plan', 'first.json');
  assert.equal((await house.signalbox('add', '--plan', 'second.json')).code, 0);
  const child = spawn(process.execPath, [PROGRAM, 'add', '--plan', '-'], {
    cwd: house.project,
    env: house.env,
  });
  child.stdin.end(`${MARK}${JSON.stringify({ units: [unit('third')] })}`);
  assert.deepEqual(await once(child, 'close'), [0, null]);
  for (const chunk of ['first', 'second', 'third']) assert.equal(await house.statusOf(chunk), 'READY');
  const asked = await house.signalbox(
    'ask',
    '--questions',
    'questions.json',
    '--chunk',
    'first',
    '--timeout',
    '0',
  );
  assert.equal(asked.code, 75, asked.stderr);
  const trusted = await house.signalbox('trust', '--yes');
  assert.equal(trusted.code, 0, trusted.stderr);
});

describe('a moment with an offset', () => {
  test('is taken by the terminal and by HTTP alike, and kept as one moment', async () => {
    house = await DaemonFixture.open('--max-agents', '0');
    const callers = new Callers(house);
    const until = '2097-01-31T09:00:00+02:00';
    const moment = '2097-01-31T07:00:00.000Z';
    await house.signalbox('add', 'one', '--external');
    await house.signalbox('ask', 'Which?', '--chunk', 'one', '--timeout', '0');
    const ended = await house.signalbox('snooze', 'one', '--until', until);
    assert.equal(ended.code, 0, ended.stderr);
    const item = async () =>
      (
        await callers.read<{ rows: { row: string; id: string; snoozed_until: string }[] }>('board.now', {
          chunk: 'one',
        })
      ).rows.find(({ row }) => row === 'item');
    assert.equal((await item())?.snoozed_until, moment);
    await house.signalbox('wake', 'one');
    const input = { item: (await item())?.id, version: 1, until };
    assert.equal((await callers.script('/work-units/one/snooze', input)).status, 200);
    assert.equal((await item())?.snoozed_until, moment);
    await house.signalbox('wake', 'one');
    const wrong = await house.signalbox('snooze', 'one', '--until', '2097-01-31T09:00:00');
    assert.equal(wrong.code, 1);
    assert.match(wrong.stderr, /until: A moment with its offset, as in 2026-01-31T09:00:00\+02:00/);
  });
});

describe('a name that is not exactly one', () => {
  test('of an option that is asked is refused, and none is made up', async () => {
    house = await DaemonFixture.open('--max-agents', '0');
    await house.signalbox('add', 'one', '--external');
    const ask = (option: string) =>
      house.signalbox('ask', 'Which?', '--chunk', 'one', '--timeout', '0', '--option', option, '--key', 'k');
    for (const option of [
      'feature/x=Branch x',
      'Feature X',
      '=x',
      'a=',
      `${'a'.repeat(65)}=x`,
      'ä=x',
      'a b=x',
      '',
    ]) {
      const { code, stderr } = await ask(option);
      assert.equal(code, 64, option);
      assert.match(
        stderr,
        /--option takes id=label, with an id of 1 to 64 characters of A–Z, a–z, 0–9 and \._-, not "/,
      );
    }
    assert.deepEqual(await house.json('attention'), []);
    for (const option of ['Feature.X_1-a=Branch x=y', 'Yes'])
      assert.equal((await ask(option)).code, 75, option);
    const [card] = await house.json<{ options: { id: string; label: string }[] }[]>('attention');
    assert.deepEqual(
      card?.options.map(({ id, label }) => [id, label]),
      [['Yes', 'Yes']],
    );
  });
});

test('open --json where no browser opens gives the link, which signs in', async () => {
  house = DaemonFixture.make({}, { guarded: true });
  await house.start('--port', '0', '--host-name', '127.0.0.1');
  house.env.PATH = join(house.folder, 'nothing-here');
  const { code, stdout, stderr } = await house.signalbox('open', '--json');
  const { address, opened, url } = JSON.parse(stdout) as { address: string; opened: boolean; url: string };
  assert.deepEqual([code, opened, address], [0, false, house.address]);
  assert.match(stderr, /no browser could be opened from here/);
  const { port, pathname: path, host } = new URL(url);
  const signedIn = await send({ host: '127.0.0.1', port: Number(port), path, headers: { host } });
  assert.equal(signedIn.status, 303);
  assert.match(String(signedIn.headers['set-cookie']), /^signalbox-/);
});

test('a failed sign-in is said for an hour, and then no more', async () => {
  house = DaemonFixture.make();
  let now = Date.parse('2026-01-31T09:00:00Z');
  const refusals = new Refusals(
    { refusals: () => [], keepRefusals: () => {} },
    { info: () => {}, error: () => {} },
    () => now,
  );
  const attempt = { what: 'A token that is not known.', host: '', origin: '' };
  assert.equal(refusals.failedLately(), null);
  refusals.countFailedSignIn(attempt);
  now += 3_599_999;
  refusals.countFailedSignIn(attempt);
  assert.deepEqual(refusals.failedLately(), { times: 2, last_at: '2026-01-31T09:59:59.999Z' });
  now += 3_599_999;
  assert.equal(refusals.failedLately()?.times, 2);
  now += 1;
  assert.equal(refusals.failedLately(), null);
  refusals.countFailedSignIn(attempt);
  assert.equal(refusals.failedLately()?.times, 1, 'counted anew');
});

describe('an Undo without script that comes too late', () => {
  const late = async (callers: Callers, from: string) => {
    const chunk = 'one';
    const [card] = await house.json<{ id: string }[]>('attention');
    const item = card?.id ?? '';
    await house.signalbox('answer', chunk, 'this');
    const referer = callers.origin + from;
    const { status, headers } = await callers.form(
      `/work-units/${chunk}/undo`,
      { item, version: '1' },
      { referer },
    );
    assert.equal(status, 303);
    return headers.location ?? '';
  };
  const asking = async () => {
    house = await DaemonFixture.open('--max-agents', '0');
    await house.signalbox('add', 'one', '--external', '--title', 'a & b');
    await house.signalbox('ask', 'Which?', '--chunk', 'one', '--timeout', '0');
    return new Callers(house);
  };

  test('lands on the page that it came from, with its filter, and says so', async () => {
    const callers = await asking();
    const from = '/?status=running,ready&q=a%20%26&page=1';
    const back = await late(callers, from);
    assert.ok(back.startsWith(`${from}&`), back);
    const { status, body } = await callers.anyone({ path: back });
    assert.equal(status, 200);
    assert.match(body, /role="status"><p>Already sent: it cannot be taken back\.<\/p>/);
    assert.match(body, /name="q"[^>]* value="a &amp;"/);
    assert.doesNotMatch((await callers.anyone({ path: from })).body, /Already sent/, 'only there');
  });

  test('lands on the page of the unit, and says so', async () => {
    const callers = await asking();
    const back = await late(callers, '/work-units/one');
    assert.match(back, /^\/work-units\/one\?/);
    const { status, body } = await callers.anyone({ path: back });
    assert.equal(status, 200);
    assert.match(body, /Already sent: it cannot be taken back\./);
    assert.match(body, /<work-unit data-part="/);
  });

  test('nothing is said of an item that is none, or that was asked again', async () => {
    const callers = await asking();
    for (const path of ['/?late=nothing', '/?late=%3Cimg%3E', '/work-units/one?late=x']) {
      const { status, body } = await callers.anyone({ path });
      assert.equal(status, 200);
      assert.doesNotMatch(body, /role="(alert|status)"><p>|<img>/, path);
    }
  });

  test('any refused form keeps the filter, and its address leads to the unit', async () => {
    const callers = await asking();
    const referer = `${callers.origin}/?q=a%20%26`;
    const fields = { item: 'none', version: '1', text: 'words' };
    const refused = await callers.form('/work-units/one/answer', fields, { referer });
    assert.equal(refused.status, 404);
    assert.match(refused.body, /words<\/textarea>/);
    assert.match(refused.body, /name="q"[^>]* value="a &amp;"/);
    for (const action of ['answer', 'undo', 'hold']) {
      const { status, headers } = await callers.anyone({ path: `/work-units/one/${action}` });
      assert.deepEqual([status, headers.location], [302, '/work-units/one']);
    }
    assert.equal((await callers.anyone({ path: '/work-units/one/nothing' })).status, 404);
  });
});
