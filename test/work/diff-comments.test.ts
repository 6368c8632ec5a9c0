import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lineAddress, openPlaceOf } from '../../server/web/diff-address.ts';
import {
  added,
  comment,
  context,
  draftOf,
  draw,
  fileOf,
  hunk,
  PATH,
  page,
  TO,
  textOf,
  viewOf,
} from './diff-parts.ts';

test('a line leads to a form under it, whatever its file is called', () => {
  for (const file of ['a.ts', 'a b&c=d#e', 'x:new3', 'new%0Aline', '100%25', 'é"<']) {
    const view = viewOf([fileOf(file)]);
    const [, href = ''] = /<tr class="d"><td class="n"><a [^>]*href="([^"]*)"/.exec(draw(view, draftOf()))!;
    const address = new URL(href.replaceAll('&amp;', '&'), 'http://x');
    assert.equal(address.hash, '#comment-words');
    const open = openPlaceOf(address.searchParams);
    assert.deepEqual(open, { file, side: 'old', line: 2 });
    const html = draw(view, draftOf({ open }));
    const [, row = ''] = /<tr class="d">.*?<\/tr><tr class="talk">(.*?)<\/tr>/s.exec(html)!;
    assert.match(row, /<form class="say" id="comment" method="post" action="\/comment">/);
    for (const [name, value] of Object.entries({ seen: 'key-1', snapshot: TO, side: 'old', line: '2' }))
      assert.match(row, new RegExp(`name="${name}" value="?${value}"?`));
    const [, named = ''] = /name="file" value="([^"]*)"/.exec(row)!;
    assert.equal(textOf(named), file);
  }
  assert.ok(
    lineAddress({ path: PATH, query: { file: 'a', page: 2 } }, 'a').startsWith(
      `${PATH}?file=a&page=2&comment=a`,
    ),
  );
});

test('comments stand under their lines; those out of sight, in an earlier snapshot or on other pages are not lost', () => {
  const comments = [
    comment({ id: 'seen', words: 'seen words\nand more' }),
    comment({ id: 'old', side: 'old', line: 2, words: 'old words' }),
    comment({ id: 'far', line: 99, words: 'far words' }),
    comment({ id: 'earlier', snapshot: 'c'.repeat(40), words: 'earlier words' }),
    comment({ id: 'other', file: 'other.ts', words: 'other words' }),
  ];
  const html = draw(viewOf([fileOf('a.ts')]), draftOf({ comments }));
  const under = [...html.matchAll(/<tr class="talk">(.*?)<\/tr>/gs)].map(([, row = '']) => textOf(row));
  assert.equal(under.length, 2);
  assert.match(under[0]!, /old words/);
  assert.match(under[1]!, /seen words/);
  assert.match(html, /seen words<br ?\/?>and more/);
  const [, foot = ''] = html.split('On lines that are not shown:');
  assert.match(textOf(foot), /Line 99.*far words.*Line 2, in an earlier snapshot.*earlier words/s);
  assert.match(textOf(html.split('class="panes"')[0]!), /other\.ts.*other words/s);
  for (const { id, words } of comments) {
    assert.equal(html.split(words.split('\n')[0]!).length, 2, words);
    assert.match(html, new RegExp(`action="/uncomment">.{0,600}name="id" value="?${id}"?`, 's'));
  }
});

test('a form for a line that is not in sight is open all the same, and words that were not taken stand in it', () => {
  const words = '</textarea>\n"my words"';
  for (const open of [
    { file: 'a.ts', side: 'new', line: 2 },
    { file: 'a.ts', side: 'new', line: 77 },
    { file: 'gone.ts', side: 'old', line: 1 },
  ] as const) {
    // Text that looks like the form does not take its place.
    const trap = fileOf('a.ts', {
      hunks: [hunk([context(1, '<textarea id="comment-words"></textarea>'), added(2, 'x')])],
    });
    const html = page(viewOf([trap]), draftOf({ open, problem: 'Too long.' }), words);
    const found = [...html.matchAll(/<textarea id="comment-words"[^>]*>\n(.*?)<\/textarea>/gs)];
    assert.deepEqual(
      found.map(([, kept = '']) => textOf(kept)),
      [words],
    );
    assert.match(html, /aria-describedby="comment-problem"/);
  }
});
