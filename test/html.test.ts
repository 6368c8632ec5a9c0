/** HTML comes from templates of lit, which escape what they are given (docs/decisions.md, "HTML by lit alone"). */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { messagePage } from '../server/web/document.ts';
import { type SourceText, sourceTexts } from './source-texts.ts';

const root = join(import.meta.dirname, '..', '..');
/** All that draws; the commands in client/cli name their arguments `<like-tags>`. */
const ROOMS = ['server', 'shared', 'client/page', 'client/elements', 'client/embed', 'client/link'];
/** Where no template can draw it. */
const BY_HAND: Readonly<Record<string, string>> = {
  'shared/tab-title.ts':
    'an image in an address, which the page makes anew with each count; lit draws nodes there, not text',
};

const sources = ROOMS.flatMap((room) =>
  readdirSync(join(root, room), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `${room}/${name}`),
).map((path) => ({ path, source: readFileSync(join(root, path), 'utf8') }));

const TAG = /<(?:!doctype\b|[a-z][a-z0-9-]*(?:[\s/>]|$)|\/[a-z][a-z0-9-]*\s*>)/i;
const isHtmlByHand = ({ tag, pieces }: SourceText): boolean =>
  tag !== 'html' && pieces.some((piece) => TAG.test(piece));

test('no tag stands in a string or in a template that is not of lit', () => {
  const byHand = sources.filter(({ source }) => sourceTexts(source).some(isHtmlByHand));
  assert.deepEqual(
    byHand.map(({ path }) => path),
    Object.keys(BY_HAND),
  );
});

test('every "html" is one of lit', () => {
  const drawing = sources.filter(({ source }) => sourceTexts(source).some(({ tag }) => tag === 'html'));
  const other = drawing.filter(
    ({ source }) => !/^import \{[^}]*\bhtml\b[^}]*\} from '(?:lit|@lit-labs\/ssr)';$/m.test(source),
  );
  assert.ok(drawing.length > 15, `only ${drawing.length} files with templates were seen`);
  assert.deepEqual(
    other.map(({ path }) => path),
    [],
  );
});

test('nothing takes text for HTML that is ready', () => {
  const ready =
    /\bunsafe(?:HTML|SVG|MathML|Static)\b|static-html|\b(?:inner|outer)HTML\b|insertAdjacentHTML|\bsetHTML|createContextualFragment|DOMParser|document\.write/;
  assert.deepEqual(
    sources.filter(({ source }) => ready.test(source)).map(({ path }) => path),
    [],
  );
});

/** Lit would end it with `<?>`, which is no HTML. */
test('no template of the server ends with a value', () => {
  const ending = sources.filter(
    ({ path, source }) =>
      path.startsWith('server/') &&
      sourceTexts(source).some(({ tag, pieces }) => tag === 'html' && pieces.at(-1) === ''),
  );
  assert.deepEqual(
    ending.map(({ path }) => path),
    [],
  );
});

test('a page of a few words is HTML without a mark of lit', () => {
  const assets = {
    build: '',
    script: '/s.js',
    style: '/s.css',
    embed: Buffer.alloc(0),
    worker: Buffer.alloc(0),
    description: Buffer.alloc(0),
    files: new Map(),
  };
  const page = messagePage(assets, 'A & B', '<b>"bold"</b>');
  assert.match(page, /^<!doctype html><html lang="en"><head>.*<\/head><body>.*<\/body><\/html>$/s);
  assert.match(page, /<h2>A &amp; B<\/h2><p>&lt;b&gt;&quot;bold&quot;&lt;\/b&gt;<\/p>/);
  assert.doesNotMatch(page, /<!--|<\?|<script/);
});

test('the reader of sources sees strings, templates in templates, and no comment or regular expression', () => {
  const source = [
    "import { html } from 'lit'; // '<p>'",
    'const link = /["\'`<a>/]/.test(x) ? a / b : "it\\"s";',
    '/* `<b>` */ const one = html`<p class=@{on ? `<i>@{two}` : { a: 1 }.a}>@{each.map((it) => html`<u>@{it}</u>`)}</p>`;',
    'return `plain @{1}`;',
  ]
    .join('\n')
    .replaceAll('@', '$');
  assert.deepEqual(
    sourceTexts(source).map(({ kind, tag, pieces }) => [kind, tag, ...pieces]),
    [
      ['string', '', 'lit'],
      ['string', '', 'it\\"s'],
      ['template', '', '<i>', ''],
      ['template', 'html', '<u>', '</u>'],
      ['template', 'html', '<p class=', '>', '</p>'],
      ['template', '', 'plain ', ''],
    ],
  );
});

test('a tag is told from what only looks like one', () => {
  const text = (piece: string, tag = ''): SourceText => ({ kind: 'template', tag, pieces: [piece] });
  for (const tag of ['<p>', ' <a href="', 'x</b>', '<br/>', '<!doctype html>', '<div'])
    assert.ok(isHtmlByHand(text(tag)), tag);
  for (const other of ['a < b', 'exec </dev/null', '1 <2', '<=>', '<'])
    assert.ok(!isHtmlByHand(text(other)), other);
  assert.ok(!isHtmlByHand(text('<p>', 'html')));
  assert.ok(isHtmlByHand(text('<p>', 'sql')));
});

/** A base path would be missing there (shared/base-path.ts). */
test('no template and no script has an address of ours that is ready', () => {
  const isReady = ({ tag, pieces }: SourceText): boolean =>
    tag === 'html' && pieces.some((piece) => /\s(?:href|src|action)=["']?\//.test(piece));
  const goes = /\b(?:assign|replace|fetch|register|pushState|openWindow)\((?:null, '', )?['"`]\//;
  assert.deepEqual(
    sources
      .filter(({ source }) => sourceTexts(source).some(isReady) || goes.test(source))
      .map(({ path }) => path),
    [],
  );
});
