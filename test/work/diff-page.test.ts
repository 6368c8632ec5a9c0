import assert from 'node:assert/strict';
import { test } from 'node:test';
import { diffQueryOf, openPlaceOf } from '../../server/web/diff-address.ts';
import type { CommentDraft } from '../../server/web/diff-comments.ts';
import { diffStat } from '../../server/web/diff-stat.ts';
import { markup } from '../../server/web/document.ts';
import type { DiffLine, DiffView, FileDiff } from '../../shared/diff.ts';
import { added, comment, context, draftOf, draw, fileOf, hunk, page, textOf, viewOf } from './diff-parts.ts';

test('each line has its number and its sign as text', () => {
  const html = draw(viewOf([fileOf('a.ts')]));
  const rows = [...html.matchAll(/<tr[^>]*>(.*?)<\/tr>/gs)].map(([, row = '']) =>
    [...row.matchAll(/<td[^>]*>(.*?)<\/td>/gs)].map(([, cell = '']) => textOf(cell)),
  );
  assert.deepEqual(
    rows.filter((row) => row.length > 0),
    [
      ['1', '1', '', 'one'],
      ['2', '', '−', 'two'],
      ['', '2', '+', 'TWO'],
    ],
  );
  assert.doesNotMatch(html, /<a [^>]*#comment/);
});

test('markup in contents, names, sections and comments is text', () => {
  const evil = '<script>alert("1")</script><!--lit-part--><!----><?><img src=x onerror=\'y\'>&lt;';
  const file = fileOf(`a${evil}/b${evil}`, {
    old_path: evil,
    status: 'renamed',
    hunks: [hunk([context(1, evil), added(2, evil, { words: [[0, 30]] }), added(3, `\x01${evil}`)], evil)],
  });
  const open = { file: file.file, side: 'new', line: 2 } as const;
  const html = page(
    viewOf([file, fileOf('z')]),
    draftOf({ comments: [comment({ ...open, words: evil })], open, problem: evil }),
    `${evil}</textarea>`,
  );
  const own = html.replace(/<script type="(module|application\/json)".*?<\/script>/gs, '');
  assert.doesNotMatch(own, /<script|<img|<!--|<\?|style=|<style/);
  const times = textOf(own).split(evil).length - 1;
  // Twice in its path where it has a heading, in the list and as a choice; its old name; three lines; the section; comment, problem and words.
  assert.equal(times, 2 + 2 + 2 + 1 + 3 + 1 + 3);
});

test('what would not be seen is shown', () => {
  const text = 'a\x1b[31m\u202eb\0\x7f\u200b\tc\r';
  const shown = textOf(
    draw(viewOf([fileOf('new\nline\u202e', { hunks: [hunk([added(1, text), added(2, '')])] })])),
  );
  assert.match(shown, /aESC\[31mU\+202EbNULDELU\+200B\tcCR/);
  assert.match(shown, /newLFlineU\+202E/);
  const many = textOf(draw(viewOf([fileOf('a', { hunks: [hunk([added(1, '\x01'.repeat(500))])] })])));
  assert.match(many, new RegExp('\u2401'.repeat(500)));
});

test('carriage returns are shown, unless every line has one', () => {
  const returns = (...lines: readonly DiffLine[]) => draw(viewOf([fileOf('a', { hunks: [hunk(lines)] })]));
  const mixed = returns(context(1, 'one\r'), added(2, 'two'));
  assert.match(textOf(mixed), /oneCR/);
  const all = returns(context(1, 'one\r'), added(2, 'two\r'), added(3, 'x', { unended: true }));
  assert.doesNotMatch(all, />CR</);
  assert.match(all, /Lines end with CR LF/);
  assert.doesNotMatch(returns(added(1, 'x', { unended: true })), /CR LF/);
});

test('changed words are marked; long and unended lines say so', () => {
  const lines = [
    added(1, 'let port = 8080', { words: [[11, 15]], cut: true }),
    added(2, 'end', { unended: true }),
  ];
  const html = draw(viewOf([fileOf('a', { hunks: [hunk(lines)] })]));
  assert.match(html, /let port = <mark>8080<\/mark><span class="beyond"> … the line goes on/);
  assert.match(textOf(html), /end no line break at the end/);
});

test('what happened to a file that has no lines to show', () => {
  const bare = { hunks: [], lines: { added: 0, deleted: 0 } };
  const said = (more: Partial<FileDiff>) => textOf(draw(viewOf([fileOf('a', { ...bare, ...more })])));
  assert.match(said({ status: 'mode-changed', new_mode: '100755' }), /now executable \(100644 → 100755\)/);
  assert.match(said({ status: 'renamed', old_path: 'x/b' }), /x\/b → a ?renamed/);
  assert.match(said({ lines: null, sizes: { old: 3, new: 20_400 } }), /binary, 3 bytes → 20 kB/);
  assert.match(
    said({ status: 'added', old_mode: null, lines: null, sizes: { old: null, new: 1 } }),
    /new file, binary, 1 byte/,
  );
  assert.match(said({ status: 'type-changed', old_mode: '120000' }), /was a link, is a file/);
  const commits = { old: '1'.repeat(40), new: '2'.repeat(40) };
  assert.match(said({ old_mode: '160000', new_mode: '160000', commits }), /submodule 1{10} → 2{10}/);
});

test('what is left out is numbered, with the way to it', () => {
  const html = draw(
    viewOf([fileOf('a b', { left_out: 1204 }), fileOf('c', { hunks: [], left_out: 1 })], { pages: 3 }),
  );
  assert.match(textOf(html), /1,204 changed lines are not shown here. Show this file alone/);
  assert.match(html, /href="\/work-units\/unit\/diff\?file=a\+b"/);
  assert.match(textOf(html), /1 changed line is not shown here/);
  assert.match(textOf(html), /Previous pagePage 1 of 3 of the filesNext page/);
  assert.match(html, /href="\/work-units\/unit\/diff\?page=2"/);
});

test('files with many lines are closed where there are many, and open where something is said', () => {
  const long = (name: string) =>
    fileOf(name, { hunks: [hunk(Array.from({ length: 300 }, (_, at) => context(at + 1, 'x')))] });
  const opened = (view: DiffView, draft: CommentDraft | null = null) =>
    [...draw(view, draft).matchAll(/<details class="file"[^>]*>/g)].map(([tag]) => / open/.test(tag));
  assert.deepEqual(opened(viewOf([long('a')])), [true]);
  assert.deepEqual(opened(viewOf([long('a'), long('b'), fileOf('c')])), [false, false, true]);
  assert.deepEqual(opened(viewOf([long('a'), long('b')]), draftOf({ comments: [comment({ file: 'b' })] })), [
    false,
    true,
  ]);
});

test('nothing changed, and a file that did not change', () => {
  assert.match(draw(viewOf([])), /Nothing has changed/);
  assert.match(textOf(draw(viewOf([], { query: { file: 'x', page: 1 } }))), /x has not changed.*/s);
});

test('the query of the address', () => {
  const query = (text: string) => diffQueryOf(new URLSearchParams(text));
  assert.deepEqual(query(''), { file: null, page: 1 });
  assert.deepEqual(query('file=a+b&page=3'), { file: 'a b', page: 3 });
  assert.deepEqual(query('page=0').page, 1);
  for (const text of ['page=x', 'page=-1', 'file=a&file=b']) assert.throws(() => query(text), /takes|twice/);
  for (const text of ['a', 'a:new0', 'a:both1', ':new1', 'a:new'])
    assert.throws(() => openPlaceOf(new URLSearchParams({ comment: text })), /comment takes/);
  assert.equal(openPlaceOf(new URLSearchParams()), null);
});

test('a stat in one line', () => {
  const said = (files: number, plus: number, minus: number) =>
    textOf(markup(diffStat({ files, added: plus, deleted: minus })))
      .replace(/\s+/g, ' ')
      .trim();
  assert.equal(said(3, 12, 4), '3 files +12 −4 ++++−');
  assert.equal(said(1, 1, 0), '1 file +1 +');
  assert.equal(said(1, 1000, 1), '1 file +1,000 −1 ++++−');
  assert.equal(said(1, 1, 1000), '1 file +1 −1,000 +−−−−');
  assert.equal(said(2, 0, 0), '2 files');
});
