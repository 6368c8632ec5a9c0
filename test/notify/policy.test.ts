/** Of which items the operator is told, when, and when not. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { snooze } from '../../server/domain/commands/snooze.ts';
import { inScene, type NotifyScene } from './scene.ts';

const NOTHING_MORE = 3600;

test(
  'one question is one message, once, with its unit, its words and a link that needs a sign-in',
  inScene(async (scene) => {
    await scene.ask('api', 'Which port?');
    await scene.after(0);
    assert.deepEqual(scene.types(), [], 'others may come within the next seconds');
    await scene.after(5);
    await scene.says('planned', 'sent');
    await scene.after(NOTHING_MORE);
    const [{ method, path, headers, body } = assert.fail()] = scene.receiver.received;
    assert.equal(scene.receiver.received.length, 1);
    assert.deepEqual([method, path, body], ['POST', '/topic-secret', 'Which port?']);
    assert.deepEqual(
      [headers.title, headers.priority, headers.tags, headers.click],
      ['shop: api has a question', '2', 'signalbox,question', 'http://abc.localhost:7845/work-units/api'],
    );
    const [, sent] = scene.notices();
    assert.deepEqual(sent?.data, {
      channel: 'webhook',
      notice: scene.notices()[0]?.seq,
      items: 1,
      attempt: 1,
      receipt: { code: 'accepted', status: 200 },
    });
    assert.deepEqual(sent?.by.role, 'daemon');
  }),
);

test(
  'what comes in a short window is one message; the next window is another',
  inScene(async (scene) => {
    await scene.ask('a');
    await scene.after(2);
    await scene.ask('b');
    await scene.after(2);
    await scene.ask('c');
    await scene.after(1);
    await scene.says('planned', 'sent');
    await scene.ask('d');
    await scene.after(5);
    await scene.says('planned', 'sent', 'planned', 'sent');
    assert.deepEqual(scene.titles(), ['shop: 3 new questions', 'shop: d has a question']);
    const [first] = scene.receiver.received;
    assert.equal(first?.body, 'a: What about a?\nb: What about b?\nc: What about c?');
    assert.equal(first?.headers.click, 'http://abc.localhost:7845/');
  }),
);

test(
  'what is answered or withdrawn before the message goes out is not told',
  inScene(async (scene) => {
    await scene.ask('a');
    await scene.ask('b');
    await scene.ask('c');
    await scene.house.answer('a', 'item-a');
    await scene.house.withdraw('b', 'item-b');
    await scene.after(5);
    await scene.says('planned', 'sent');
    assert.deepEqual(scene.titles(), ['shop: c has a question']);
  }),
);

test(
  'only the kinds that are wanted, and only where enough waits; an item whose impact grows is told then',
  inScene(async (scene) => {
    await scene.configure({ kinds: ['question', 'stuck'], min_impact: 2 });
    await scene.ask('small');
    await scene.ask('large', 'Which way?', 'x', 'y');
    await scene.after(5);
    await scene.says('planned', 'sent');
    assert.deepEqual(scene.titles(), ['shop: large has a question']);
    assert.equal(scene.receiver.received[0]?.body, 'Which way? (frees 2)');
    await scene.configure({ kinds: ['stuck'] });
    await scene.ask('other', 'Which?', 'p', 'q');
    await scene.after(NOTHING_MORE);
    await scene.configure({ kinds: ['question'] });
    await scene.house.add(...['r', 's'].map((chunk) => ({ ...specOf(scene), chunk, after: ['small'] })));
    await scene.after(0);
    await scene.says('planned', 'sent', 'planned', 'sent');
    assert.deepEqual(scene.titles()[1], 'shop: 2 new questions');
  }),
);

const specOf = (scene: NotifyScene) => scene.house.work('small').unit.spec;

test(
  'in quiet hours nothing goes out; what is still open at their end is one message',
  inScene(async (scene) => {
    // It is nine o’clock.
    await scene.configure({ quiet: { from: '08:00', to: '10:00', zone: 'UTC' } });
    await scene.ask('a');
    await scene.ask('b');
    await scene.ask('c');
    await scene.after(1800);
    await scene.house.answer('b', 'item-b');
    await scene.after(1799);
    assert.deepEqual(scene.types(), []);
    await scene.after(1);
    await scene.says('planned', 'sent');
    assert.deepEqual(scene.titles(), ['shop: 2 new questions']);
  }),
);

test(
  'while a page is visible nothing is told, now or later; a while after, it is',
  inScene(async (scene) => {
    const leaving = new AbortController();
    const watch = scene.notifier.watch({ looks: true, shows: false, follow: true }, leaving.signal);
    const watching = (async () => {
      for await (const _ of watch);
    })();
    assert.equal(scene.notifier.facts().looking, true);
    await scene.ask('seen');
    await scene.after(NOTHING_MORE);
    await scene.says('skipped');
    leaving.abort();
    await watching;
    assert.equal(scene.notifier.facts().looking, false);
    await scene.after(50);
    await scene.ask('soon');
    await scene.after(5);
    await scene.says('skipped', 'skipped');
    await scene.after(10);
    await scene.ask('away');
    await scene.after(5);
    await scene.says('skipped', 'skipped', 'planned', 'sent');
    assert.deepEqual(scene.titles(), ['shop: away has a question']);
    scene.notifier.looked();
    await scene.configure({ away_seconds: 0 });
    await scene.ask('always');
    await scene.after(5);
    await scene.says('skipped', 'skipped', 'planned', 'sent', 'planned', 'sent');
  }),
);

test(
  'an item that wakes is told again; one that changes its words is not',
  inScene(async (scene) => {
    await scene.ask('a');
    await scene.after(5);
    await scene.says('planned', 'sent');
    await scene.house.ask('a', 'item-a', { prompt: 'Other words' });
    await scene.after(NOTHING_MORE);
    assert.equal(scene.receiver.received.length, 1);
    const version = scene.house.item('item-a').version;
    await scene.house.commit((state, at) =>
      snooze(state, { chunk: 'a', item: 'item-a', version, minutes: 10 }, at),
    );
    await scene.after(600);
    await scene.house.release();
    await scene.after(0);
    await scene.says('planned', 'sent', 'planned', 'sent');
    assert.equal(scene.receiver.received[1]?.body, 'Other words');
  }),
);

test(
  'a channel that is off tells nothing, and what came meanwhile once it is on',
  inScene(async (scene) => {
    await scene.configure({ on: false });
    await scene.ask('a');
    await scene.after(NOTHING_MORE);
    assert.deepEqual(scene.types(), []);
    await scene.configure({ on: true });
    await scene.after(1);
    await scene.says('planned', 'sent');
  }),
);

test(
  'with sound the message is louder, and loudest where somebody waits',
  inScene(async (scene) => {
    await scene.configure({ sound: true });
    await scene.ask('a');
    await scene.after(5);
    await scene.says('planned', 'sent');
    await scene.ask('b', 'Which?', 'waits');
    await scene.after(5);
    await scene.says('planned', 'sent', 'planned', 'sent');
    assert.deepEqual(
      scene.receiver.received.map(({ headers }) => headers.priority),
      ['3', '4'],
    );
  }),
);

test(
  'the project has its say over the file, the file over the default, and a setting can be taken back',
  inScene(async (scene) => {
    const inForce = () => {
      const facts = scene.notifier.facts().channels.find(({ channel }) => channel === 'webhook');
      return [facts?.policy.min_impact, facts?.sources.min_impact];
    };
    assert.deepEqual(inForce(), [0, 'default']);
    scene.policy({ min_impact: 3 });
    assert.deepEqual(inForce(), [3, 'file']);
    await scene.configure({ min_impact: 3 });
    assert.deepEqual(inForce(), [3, 'file'], 'what is so already is not set');
    await scene.configure({ min_impact: 5 });
    assert.deepEqual(inForce(), [5, 'project']);
    scene.restart();
    assert.deepEqual(inForce(), [5, 'project']);
    await scene.configure({}, 'webhook', ['min_impact' as never]);
    assert.deepEqual(inForce(), [3, 'file']);
  }),
);
