/** What becomes of a message: receipts, retries, restarts in the middle, and words that want more than to be read. */
import assert from 'node:assert/strict';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { runCommand } from '../../server/notify/command.ts';
import type { OutgoingMessage } from '../../server/notify/message.ts';
import { headerText, post } from '../../server/notify/webhook.ts';
import { OPERATOR } from '../core/store-fixture.ts';
import { until } from '../until.ts';
import { inScene } from './scene.ts';

const ORIGIN = 'http://abc.localhost:7845/';
const MESSAGE: OutgoingMessage = {
  id: 'id-1',
  title: 'shop: api has a question',
  text: 'Which port?',
  path: '/work-units/api',
  kinds: ['question'],
  items: [{ item: 'i', chunk: 'api', kind: 'question', frees: 0 }],
  sound: false,
};
const never = () => new AbortController().signal;

test(
  'a receiver that fails is tried again, each time later, five times; every attempt stands in the log',
  inScene(async (scene) => {
    scene.receiver.status(503);
    await scene.ask('api');
    await scene.after(5);
    await scene.says('planned', 'failed', 'failed', 'failed', 'failed', 'failed');
    assert.deepEqual(scene.pauses, [2000, 10_000, 30_000, 120_000]);
    const failed = scene.notices().flatMap((event) => (event.type === 'notice.failed' ? event.data : []));
    assert.deepEqual(failed[0]?.receipt, { code: 'refused', status: 503 });
    assert.deepEqual(
      failed.map(({ attempt, again }) => [attempt, again === null]),
      [
        [1, false],
        [2, false],
        [3, false],
        [4, false],
        [5, true],
      ],
    );
    assert.equal(new Set(scene.receiver.received.map(({ id }) => id)).size, 1);
    // The next item is told, whatever became of this one.
    scene.receiver.status(200);
    await scene.ask('other');
    await scene.after(5);
    await until('the other to be told', () => scene.titles().at(-1) === 'shop: other has a question');
  }),
);

for (const [status, code] of [
  [404, 'refused'],
  [401, 'refused'],
  [302, 'redirected'],
  [308, 'redirected'],
] as const)
  test(
    `HTTP ${status} is not tried again, and leads nowhere`,
    inScene(async (scene) => {
      scene.receiver.status(status, { location: `${scene.receiver.url}/elsewhere` });
      await scene.ask('api');
      await scene.after(5);
      await scene.says('planned', 'failed');
      const [, failed] = scene.notices();
      assert.deepEqual(failed?.type === 'notice.failed' && failed.data.receipt, { code, status });
      assert.equal(scene.receiver.received.length, 1);
    }),
  );

test(
  'what was answered while a receiver was away is not told when it is back',
  inScene(async (scene) => {
    scene.receiver.answer = (res) => {
      res.writeHead(500).end();
      void scene.house.answer('a', 'item-a');
    };
    await scene.ask('a');
    await scene.after(5);
    await scene.says('planned', 'failed', 'dropped');
  }),
);

test(
  'killed while a message is under way: the next start sends it again under the same name, and nothing else twice',
  inScene(async (scene) => {
    await scene.ask('first');
    await scene.after(5);
    await scene.says('planned', 'sent');
    const held: (() => void)[] = [];
    scene.receiver.answer = (res) => void held.push(() => res.writeHead(200).end());
    await scene.ask('second');
    await scene.ask('third');
    await scene.after(5);
    await until('the message to be under way', () => held.length === 1);
    scene.restart();
    await until('the message to come again', () => held.length === 2);
    for (const answer of held) answer();
    await scene.says('planned', 'sent', 'planned', 'sent');
    scene.restart();
    await scene.ask('fourth');
    await scene.after(3600);
    await until('the last message', () => held.length === 3);
    held[2]?.();
    await scene.says('planned', 'sent', 'planned', 'sent', 'planned', 'sent');
    const { received } = scene.receiver;
    assert.deepEqual(
      received.map(({ headers }) => headers.title),
      [
        'shop: first has a question',
        'shop: 2 new questions',
        'shop: 2 new questions',
        'shop: fourth has a question',
      ],
    );
    const ids = received.map(({ id }) => id);
    assert.equal(ids[1], ids[2]);
    assert.equal(new Set(ids).size, 3);
  }),
);

test(
  'killed before it was sent: nothing is lost; killed after it was recorded: nothing is doubled',
  inScene(async (scene) => {
    // Planned, and the delivery never began.
    scene.receiver.answer = () => {};
    await scene.ask('a');
    await scene.after(5);
    scene.receiver.answer = (res) => void res.writeHead(200).end();
    for (let nth = 0; nth < 5; nth++) scene.restart();
    await scene.says('planned', 'sent');
    const count = scene.receiver.received.length;
    // The place of the follower was not kept; the outcome was.
    scene.house.db.keepFollowedTo('notify webhook', 0);
    scene.restart();
    await scene.ask('b');
    await scene.after(5);
    await scene.says('planned', 'sent', 'planned', 'sent');
    assert.equal(scene.receiver.received.length, count + 1);
  }),
);

const HEADERS = [
  'click',
  'connection',
  'content-length',
  'content-type',
  'host',
  'idempotency-key',
  'priority',
  'tags',
  'title',
  'user-agent',
];
const HOSTILE: Readonly<Record<string, string>> = {
  'line breaks that would begin a header': 'Port?\r\nX-Evil: 1\r\n\r\nbody',
  'control characters and escapes': '\x1b]0;title\x07\x1b[31mred\x1b[0m \0 NUL \x7f',
  'marks that turn letters around': 'a\u202egnp.exe\u2066\u200b',
  'half a pair': 'x\ud800y',
  'shell and option text': '--help; $(reboot) `id` "\'',
  'an encoded word': '=?UTF-8?B?aGk=?=',
  'other letters': 'Häfen für 漢字 🦊',
  'very much text': 'x'.repeat(20_000),
};
for (const [what, prompt] of Object.entries(HOSTILE))
  test(
    `a prompt of ${what} is text, by HTTP and by a command`,
    inScene(
      async (scene) => {
        await scene.ask('api', prompt);
        await scene.after(5);
        await until('both to be told', () => scene.types().filter((type) => type === 'sent').length === 2);
        const [received = assert.fail()] = scene.receiver.received;
        const names = received.rawHeaders.filter((_, nth) => nth % 2 === 0).map((name) => name.toLowerCase());
        assert.deepEqual(names.sort(), HEADERS);
        assert.ok(!/[^\x20-\x7e]/.test(received.rawHeaders.join('')));
        const told = readFileSync(join(scene.house.folder, 'told'), 'utf8');
        for (const text of [received.body, told]) {
          assert.doesNotMatch(text, /[\0-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069\u200b\ufffd]/);
          assert.ok(text.length <= 600, `${text.length}`);
        }
      },
      (receiver, folder) => ({
        webhook: { url: receiver.url },
        command: ['sh', '-c', 'printf %s "$SIGNALBOX_MESSAGE" > "$0"', join(folder, 'told')],
      }),
    ),
  );

test('a title in other letters is written as encoded words, none too long', () => {
  const title = `Häfen 漢字 🦊 ${'ä'.repeat(80)}`;
  const written = headerText(title);
  assert.match(written, /^(=\?UTF-8\?B\?[A-Za-z0-9+/=]{1,63}\?= ?)+$/);
  const words = written.split(' ').map((word) => Buffer.from(word.slice(10, -2), 'base64').toString());
  assert.equal(words.join(''), title);
  assert.equal(headerText('plain: text'), 'plain: text');
  assert.match(headerText('=?UTF-8?B?aGk=?='), /^=\?UTF-8\?B\?PT9VVEYtOD9CP2FHaz0/);
});

test(
  'as JSON it is one object with the names of ntfy, and with the token that the operator gave',
  inScene(async ({ receiver }) => {
    const webhook = { url: receiver.url, format: 'json', token: 'tk_1', prompts: true } as const;
    assert.deepEqual(await post(webhook, MESSAGE, ORIGIN, never()), { code: 'accepted', status: 200 });
    const [{ headers, body } = assert.fail()] = receiver.received;
    assert.equal(headers.authorization, 'Bearer tk_1');
    assert.deepEqual(JSON.parse(body), {
      id: 'id-1',
      title: MESSAGE.title,
      message: MESSAGE.text,
      priority: 2,
      tags: ['signalbox', 'question'],
      click: 'http://abc.localhost:7845/work-units/api',
      items: MESSAGE.items,
    });
  }),
);

test(
  'a receiver that is silent, endless or not there keeps nobody waiting',
  inScene(async ({ receiver }) => {
    const to = (url: string) => ({ url, format: 'ntfy', token: null, prompts: true }) as const;
    receiver.answer = () => {};
    const silent = await post(to(receiver.url), MESSAGE, ORIGIN, never(), 200);
    assert.deepEqual(silent, { code: 'timed-out', seconds: 0.2 });
    let closed = false;
    receiver.answer = (res) => {
      const more = () => void res.write('x'.repeat(65_536), () => !closed && setImmediate(more));
      res.on('close', () => {
        closed = true;
      });
      res.writeHead(200);
      more();
    };
    assert.deepEqual(await post(to(receiver.url), MESSAGE, ORIGIN, never()), {
      code: 'accepted',
      status: 200,
    });
    await until('the endless answer to be cut off', () => closed);
    const gone = await post(to('http://127.0.0.1:9/x'), MESSAGE, ORIGIN, never());
    assert.deepEqual(gone, { code: 'unreachable', error: 'ECONNREFUSED' });
  }),
);

test(
  'a command says how it ended; one that never does is ended with all that it started',
  inScene(async ({ house }) => {
    const file = join(house.folder, 'out');
    const run = (script: string, timeout?: number) =>
      runCommand(['sh', '-c', script, file], MESSAGE, ORIGIN, never(), timeout);
    assert.deepEqual(await run('env | grep ^SIGNALBOX_ | sort > "$0"; cat >> "$0"'), { code: 'ran' });
    const [first, ...lines] = readFileSync(file, 'utf8').trim().split('\n');
    assert.equal(first, 'SIGNALBOX_COUNT=1');
    assert.ok(lines.includes('SIGNALBOX_URL=http://abc.localhost:7845/work-units/api'));
    assert.ok(lines.includes('SIGNALBOX_TITLE=shop: api has a question'));
    assert.equal((JSON.parse(lines.at(-1) ?? '') as OutgoingMessage).id, 'id-1');
    assert.deepEqual(await run('exit 3'), { code: 'exited', exit: 3 });
    assert.deepEqual(await run('kill -9 $$'), { code: 'killed', signal: 'SIGKILL' });
    assert.deepEqual(await runCommand(['/no/such/program'], MESSAGE, ORIGIN, never()), {
      code: 'cannot-start',
      error: 'ENOENT',
    });
    assert.deepEqual(await run('sleep 1000 & echo $! > "$0"; wait', 200), {
      code: 'timed-out',
      seconds: 0.2,
    });
    const pid = Number(readFileSync(file, 'utf8'));
    await until('its child to end', () => {
      try {
        return process.kill(pid, 0) && false;
      } catch {
        return true;
      }
    });
  }),
);

test(
  'a test says whether it arrived, and stands in the log; what is not set up is refused by name',
  inScene(async (scene) => {
    assert.deepEqual(await scene.notifier.test(OPERATOR, 'webhook'), { code: 'accepted', status: 200 });
    scene.receiver.status(500);
    assert.deepEqual(await scene.notifier.test(OPERATOR, 'webhook'), { code: 'refused', status: 500 });
    assert.deepEqual(await scene.notifier.test(OPERATOR, 'desktop'), { code: 'not-shown' });
    await scene.says('sent', 'failed', 'failed');
    await assert.rejects(
      scene.notifier.test(OPERATOR, 'command'),
      /No command is set up. Put it under "notify" in \//,
    );
    const facts = scene.notifier.facts().channels.find(({ channel }) => channel === 'webhook');
    assert.deepEqual(facts?.last?.receipt, { code: 'refused', status: 500 });
    assert.equal(facts?.target, `${new URL(scene.receiver.url).origin}/…`);
    assert.ok(!JSON.stringify([scene.notifier.facts(), scene.house.log(), scene.logged]).includes('secret'));
  }),
);

test(
  'a browser is told, and what it says it has shown has arrived',
  inScene(
    async (scene) => {
      await scene.ask('a');
      await scene.after(3600);
      assert.deepEqual(scene.types(), [], 'no browser shows any');
      const leaving = new AbortController();
      const shown: unknown[] = [];
      const watching = (async () => {
        const watch = scene.notifier.watch({ looks: false, shows: true, follow: true }, leaving.signal);
        for await (const notice of watch) {
          shown.push(notice.title, notice.text, notice.path, notice.sound);
          scene.notifier.shown(notice.id);
        }
      })();
      await scene.after(1);
      await scene.says('planned', 'sent');
      assert.deepEqual(shown, ['shop: a has a question', 'What about a?', '/work-units/a', false]);
      leaving.abort();
      await watching;
      assert.equal(scene.notifier.facts().browsers, 0);
    },
    () => ({}),
  ),
);

const BAD: readonly [notify: unknown, message: RegExp][] = [
  [{ webhook: {} }, /notify\.webhook\.url: An address that begins with https/],
  [{ webhook: { url: 'ftp://x/y' } }, /notify\.webhook\.url: An address that begins with https/],
  [{ webhook: { url: 'https://me:pw@x/y' } }, /notify\.webhook\.url: .* without a name or password/],
  [{ webhook: { url: 'https://x', format: 'xml' } }, /notify\.webhook\.format: ntfy or json/],
  [{ webhook: { url: 'https://x', token: 'a\nb' } }, /notify\.webhook\.token: Printable ASCII/],
  [{ webhook: { url: 'https://x', colour: 1 } }, /notify\.webhook knows no "colour"/],
  [{ command: 'notify-send' }, /notify\.command: A program and its arguments/],
  [{ command: [] }, /notify\.command: A program and its arguments/],
  [{ policy: { quiet: '22-7' } }, /notify\.policy\.quiet: Two local times and a time zone/],
  [{ policy: { kinds: ['all'] } }, /notify\.policy\.kinds\.0: One of question, decision/],
  [{ policy: { min_impact: -1 } }, /notify\.policy\.min_impact: A whole number from 0/],
  [{ mail: 'me' }, /notify knows no "mail"/],
];
test(
  'a file that cannot be taken is said by its path and field, once, and what was before counts',
  inScene(async (scene) => {
    const { file, notifier } = scene;
    notifier.facts();
    for (const [notify, message] of BAD) {
      writeFileSync(file, JSON.stringify({ notify }), { mode: 0o600 });
      const { problem, channels } = notifier.facts();
      assert.ok(problem?.startsWith(`${file}: notify`), String(problem));
      assert.match(problem ?? '', message);
      assert.match(channels[1]?.target ?? '', /^http:/);
      notifier.facts();
    }
    assert.equal(scene.logged.length, BAD.length);
    chmodSync(file, 0o644);
    assert.match(notifier.facts().problem ?? '', /is open to others \(mode 644\)\. Run: chmod 600/);
    chmodSync(file, 0o600);
    writeFileSync(file, '{"notify": {}}');
    assert.deepEqual([notifier.facts().problem, notifier.facts().channels[1]?.target], [null, null]);
  }),
);
