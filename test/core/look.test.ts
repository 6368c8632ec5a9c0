/** What the dashboard writes: simple markdown, ages, what holds blocked units, what a search counts. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { render } from '@lit-labs/ssr';
import { collectResultSync } from '@lit-labs/ssr/lib/render-result.js';
import { html } from 'lit';
import { BoardIndex } from '../../server/board/board-index.ts';
import { configureExecutors } from '../../server/domain/commands/executors.ts';
import { ageLevel, ageWords } from '../../shared/age.ts';
import type { Cell, Counts } from '../../shared/board.ts';
import { contextView } from '../../shared/views/card-context.ts';
import { firstLine, inlineMarkdown, simpleMarkdown } from '../../shared/views/simple-markdown.ts';
import { age, clockAt } from '../../shared/views/when.ts';
import { inHouse, type StoreFixture, spec } from './store-fixture.ts';

const BOX = {
  name: 'box',
  ssh: 'box',
  port: null,
  folder: '/work',
  room: 2,
  program: 'signalbox',
  lost_after: 60,
};

const drawn = (part: unknown): string =>
  collectResultSync(render(html`${part}`)).replace(/<!--.*?-->|<\?>/g, '');

test('a prompt is drawn with its code, bold, lists and fences; everything else stands as it was written', () => {
  assert.equal(
    drawn(inlineMarkdown('May I run `rm -rf **x**`? **Now**.')),
    'May I run <code>rm -rf **x**</code>? <b>Now</b>.',
  );
  assert.equal(drawn(inlineMarkdown('a ` b ** c d')), 'a ` b ** c d');
  assert.equal(
    drawn(inlineMarkdown('[safe](https://evil.example) <img src=x>')),
    '[safe](https://evil.example) &lt;img src=x&gt;',
  );
  const text = 'Two ways:\n- one\n2. `two`\n\n```sh\nrm **all**\n```\nWhich?';
  assert.equal(
    drawn(simpleMarkdown(text)),
    '<p>Two ways:</p><ul class="bullets"><li dir="auto">• one</li><li dir="auto">2. <code>two</code></li></ul><pre tabindex="0">rm **all**</pre><p>Which?</p>',
  );
  assert.equal(firstLine('\n```\ncode\n'), 'code');
  assert.equal(firstLine('x'.repeat(500)).length, 241);
});

test('odd markdown of any length is read in linear time', () => {
  for (const piece of ['`', '**', '* ', '`*', '- \n', '```\n', '**`']) {
    const began = performance.now();
    drawn(simpleMarkdown(piece.repeat(20_000 / piece.length)));
    drawn(inlineMarkdown(piece.repeat(200_000 / piece.length)).length);
    assert.ok(performance.now() - began < 3000, piece);
  }
});

test('an age says what it is the age of, and is soft, ink or marked', () => {
  const MINUTE = 60_000;
  assert.equal(ageWords('waits', 43_000), 'waits 43 s');
  assert.equal(ageWords('for', 3 * MINUTE), 'for 3 min');
  assert.equal(ageWords('done', 43_000), 'done 43 s ago');
  assert.equal(ageWords('silent', 4 * MINUTE), '');
  assert.equal(ageWords('silent', 12 * MINUTE), 'silent for 12 min');
  assert.equal(ageWords('left', -7_400), '8 s');
  assert.equal(ageWords('until', -4 * MINUTE), '4 min more');
  assert.equal(ageWords('until', 0), 'no longer');
  assert.deepEqual(
    [9, 10, 59, 60].map((minutes) => ageLevel(minutes * MINUTE)),
    ['new', 'old', 'old', 'due'],
  );
});

const cellsOf = (index: BoardIndex) => index.rows({}).filter((row): row is Cell => row.row === 'unit');
const causes = (index: BoardIndex) =>
  Object.fromEntries(cellsOf(index).map(({ chunk, cause }) => [chunk, cause]));

test(
  'a blocked unit names the end of its chain, also when that moves without an event of its own',
  inHouse(async (house: StoreFixture) => {
    await house.add(
      spec('a'),
      spec('b', { after: ['a'] }),
      spec('c', { after: ['b'] }),
      spec('d', { after: ['gone'] }),
    );
    const index = new BoardIndex(house.store.state);
    assert.deepEqual(causes(index), { a: '', b: 'a', c: 'a', d: 'gone' });
    await house.add(spec('gone', { after: ['c'] }));
    index.look(house.store.state);
    assert.deepEqual(causes(index), { a: '', b: 'a', c: 'a', d: 'a', gone: 'a' });
    await house.start('a');
    await house.end('a');
    index.look(house.store.state);
    assert.deepEqual(causes(index), { a: '', b: '', c: 'b', d: 'b', gone: 'b' });
  }),
);

test(
  'a unit that waits for an executor is seen to wait no more once there is one, without an event of its own',
  inHouse(async (house: StoreFixture) => {
    await house.add(spec('far', { executor: 'box' }));
    const index = new BoardIndex(house.store.state);
    assert.equal(cellsOf(index)[0]?.status, 'BLOCKED');
    await house.commit((state) =>
      configureExecutors(state, { digest: 'd', default: null, executors: [BOX] }),
    );
    index.look(house.store.state);
    assert.equal(cellsOf(index)[0]?.status, 'READY');
  }),
);

test(
  'a search has counts of its own, of all that it finds whatever status it shows',
  inHouse(async (house: StoreFixture) => {
    await house.add(spec('auth-a'), spec('auth-b', { after: ['auth-a'] }), spec('mail'));
    const index = new BoardIndex(house.store.state);
    const found = (query: object) =>
      index.rows(query).find((row): row is Counts => row.row === 'counts')?.found;
    assert.equal(found({}), null);
    const wanted = { DONE: 0, NEEDS_ATTENTION: 0, RUNNING: 0, READY: 1, BLOCKED: 1 };
    assert.deepEqual(found({ q: 'auth' }), wanted);
    assert.deepEqual(found({ q: 'auth', status: ['BLOCKED'], page: 1 }), wanted);
  }),
);

test('a short line that was sent along stands beside its label; only a difference has colours', () => {
  const shown = (text: string) => drawn(contextView({ label: 'Diff', text }));
  assert.match(
    shown('src/a.ts'),
    /^<div class="context-line"><h3[^>]*>Diff<\/h3> <code[^>]*>src\/a\.ts<\/code>/,
  );
  const difference = shown(' same\n-old <b>\n+new\n@@ -1 +1 @@');
  assert.match(difference, /<span class="line-taken">-old &lt;b&gt;\n<\/span>/);
  assert.match(difference, /<span class="line-added">\+new\n<\/span>/);
  assert.match(difference, /<span class="line-place">@@/);
  assert.doesNotMatch(shown('- one\n- two'), /line-/);
  assert.doesNotMatch(shown('a\n+ b'), /line-/);
  assert.doesNotMatch(shown('x'.repeat(121)), /context-line/);
});

test('without script, what waits until a moment does so no longer when that has passed', () => {
  const clock = clockAt(new Date('2026-11-22T14:02:00Z'), 0);
  assert.match(drawn(age('until', '2026-11-22T14:03:00Z', clock)), />until 14:03</);
  assert.match(drawn(age('until', '2026-11-22T14:02:00Z', clock)), />no longer</);
});
