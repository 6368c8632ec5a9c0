/**
 * Makes a site of docs/: `npm run site -- --outdir site`. Every page is one file without a request elsewhere; the search works from a
 * disk, too. marked makes the HTML, MiniSearch the index.
 */

import { readdirSync } from 'node:fs';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Marked } from 'marked';
import MiniSearch from 'minisearch';

const { values: flags } = parseArgs({ options: { outdir: { type: 'string', default: 'site' } } });

/** In the order of the README, then what it does not name. */
const readme = await readFile('README.md', 'utf8');
const named = [...readme.matchAll(/^- \[docs\/[^\]]+\]\(docs\/([^)]+)\)/gm)].map(([, path]) => path);
const inside = (folder) =>
  readdirSync(join('docs', folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name));
const agents = inside('agents');
const others = [...inside(''), ...inside('schemas')].filter((path) => !named.includes(path));
const paths = ['tour.md', ...named, ...agents, 'decisions.md', ...others];
const pages = [...new Set(paths)];
const htmlOf = (path) =>
  path === 'tour.md' ? 'index.html' : path.replace(/README\.md$/, 'index.md').replace(/\.md$/, '.html');

const escaped = (text) => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
/** As GitHub names headings, which the documents lead to. */
const slug = (words) =>
  words
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');

/** Where a link of a document leads on the site: other documents are pages of it, other files of the repository are copied. */
const copied = new Set();
function leadsTo(from, href) {
  if (/^[a-z]+:|^#/.test(href)) return href;
  const [path, ...heading] = href.split('#');
  const target = relative('.', join('docs', dirname(from), path));
  const inDocs = relative('docs', target);
  const anchor = heading.length > 0 ? `#${heading.join('#')}` : '';
  const here = dirname(htmlOf(from));
  if (pages.includes(inDocs)) return `${relative(here, htmlOf(inDocs))}${anchor}`;
  copied.add(target);
  return `${relative(here, inDocs.startsWith('..') ? join('files', target) : inDocs)}${anchor}`;
}

/** A document as HTML, and the parts of it that the search finds. */
async function draw(path) {
  const sections = [];
  let title = path;
  const renderer = {
    heading({ tokens, depth, text }) {
      const words = this.parser.parseInline(tokens, this.parser.textRenderer).replace(/`/g, '');
      const id = slug(text);
      if (depth === 1) title = words;
      sections.push({
        id: `${htmlOf(path)}${depth === 1 ? '' : `#${id}`}`,
        title: words,
        page: title,
        text: '',
      });
      return `<h${depth} id="${escaped(id)}">${this.parser.parseInline(tokens)}</h${depth}>\n`;
    },
    link({ href, tokens }) {
      return `<a href="${escaped(leadsTo(path, href))}">${this.parser.parseInline(tokens)}</a>`;
    },
    image({ href, text }) {
      return `<img src="${escaped(leadsTo(path, href))}" alt="${escaped(text)}">`;
    },
    html: ({ text }) => (/^\s*<!--/.test(text) ? '' : escaped(text)),
  };
  const marked = new Marked({ renderer });
  const source = await readFile(join('docs', path), 'utf8');
  const body = marked.parse(source);
  // By heading, in the order of the document.
  const texts = source.split(/^#{1,6} .+$/m).slice(1);
  for (const [nth, section] of sections.entries()) section.text = texts[nth] ?? '';
  return { path, title, body, sections };
}

const drawn = await Promise.all(pages.map(draw));

function navigation(path) {
  const here = dirname(htmlOf(path));
  const links = drawn.map((page) => {
    const current = page.path === path ? ' aria-current="page"' : '';
    return `<li><a href="${relative(here, htmlOf(page.path))}"${current}>${escaped(page.title)}</a></li>`;
  });
  return `<nav aria-label="Documents"><ul>${links.join('')}</ul></nav>`;
}

function pageOf({ path, title, body }) {
  const root = relative(dirname(htmlOf(path)), '.') || '.';
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'self' file:; style-src 'self' file:; img-src 'self' file: data:">
<title>${escaped(title)} – Signalbox</title>
<link rel="stylesheet" href="${root}/site.css">
<script defer src="${root}/minisearch.js"></script>
<script defer src="${root}/search-index.js"></script>
<script defer src="${root}/search.js" data-root="${root}"></script>
</head>
<body>
<a class="skip" href="#content">Skip to the text</a>
<header><a class="name" href="${root}/index.html">Signalbox</a>
<search hidden><label for="find">Search</label> <input id="find" type="search" autocomplete="off" aria-controls="found"><ol id="found" aria-live="polite"></ol></search></header>
${navigation(path)}
<main id="content">
${body}</main>
</body>
</html>
`;
}

/** What is searched for, and what of it is shown. */
const OPTIONS = { fields: ['title', 'page', 'text'], storeFields: ['title', 'page'] };
const index = new MiniSearch(OPTIONS);
const seen = new Map();
for (const section of drawn.flatMap(({ sections }) => sections)) seen.set(section.id, section);
index.addAll([...seen.values()]);

await rm(flags.outdir, { recursive: true, force: true });
for (const page of drawn) {
  const target = join(flags.outdir, htmlOf(page.path));
  await mkdir(dirname(target), { recursive: true });
  await writeFile(target, pageOf(page));
}
for (const file of copied) {
  const inDocs = relative('docs', file);
  await cp(file, join(flags.outdir, inDocs.startsWith('..') ? join('files', file) : inDocs), {
    recursive: true,
  });
}
const place = fileURLToPath(import.meta.resolve('minisearch'));
await cp(join(dirname(place), '..', 'umd', 'index.js'), join(flags.outdir, 'minisearch.js'));
await writeFile(
  join(flags.outdir, 'search-index.js'),
  `globalThis.searchIndex = ${JSON.stringify(JSON.stringify(index))};\n`,
);
for (const file of ['search.js', 'site.css']) await cp(join('docs', 'site', file), join(flags.outdir, file));
await cp('docs/llms.txt', join(flags.outdir, 'llms.txt'));
console.error(
  `${drawn.length} pages, ${seen.size} parts to search in, ${copied.size} files: ${flags.outdir}`,
);
