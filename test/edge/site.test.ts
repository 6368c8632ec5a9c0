/** The documents as a site: complete, every link leads somewhere, nothing comes from elsewhere, and the search finds. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { after, before, test } from 'node:test';
import { runInNewContext } from 'node:vm';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'sb-site-'));
before(() => execFileSync(process.execPath, ['site.mjs', '--outdir', folder], { cwd: ROOT, stdio: 'pipe' }));
after(() => rmSync(folder, { recursive: true, force: true }));

const filesIn = (where: string, end: string): string[] =>
  readdirSync(where, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith(end));
const pages = () => filesIn(folder, '.html');
const read = (path: string) => readFileSync(join(folder, path), 'utf8');

test('every document is a page', () => {
  const expected = filesIn(join(ROOT, 'docs'), '.md').map((path) =>
    path === 'tour.md' ? 'index.html' : path.replace(/README\.md$/, 'index.md').replace(/\.md$/, '.html'),
  );
  assert.deepEqual(pages().sort(), expected.sort());
});

test('every link leads to a file, and to a heading where it names one; nothing is fetched from elsewhere', () => {
  let links = 0;
  for (const page of pages()) {
    const html = read(page);
    for (const [, name = '', to = ''] of html.matchAll(/\b(href|src)="([^"]*)"/g)) {
      if (/^[a-z]+:/.test(to)) {
        assert.equal(name, 'href', `${page}: ${to}`);
        continue;
      }
      links++;
      const [path = '', heading] = to.split('#');
      const target = path === '' ? page : relative(folder, join(folder, dirname(page), path));
      assert.ok(
        existsSync(join(folder, target)) && statSync(join(folder, target)).isFile(),
        `${page}: ${to}`,
      );
      if (heading !== undefined && heading !== 'content')
        assert.ok(read(target).includes(`id="${decodeURIComponent(heading)}"`), `${page}: ${to}`);
    }
    assert.doesNotMatch(html, /<script(?![^>]*\ssrc=)/, 'a script within the page');
    assert.doesNotMatch(html, /<!-- not run/);
  }
  assert.ok(links > 500, `${links} links`);
});

test('the search finds parts of the documents, by their beginning and with a letter wrong', () => {
  interface Found {
    readonly id: string;
    readonly title: string;
  }
  interface Index {
    search(words: string, options: object): Found[];
  }
  const sandbox: { searchIndex?: string; MiniSearch?: { loadJSON(json: string, options: object): Index } } =
    {};
  runInNewContext(
    `globalThis.self = globalThis;${read('minisearch.js')}\n${read('search-index.js')}`,
    sandbox,
  );
  const options = { fields: ['title', 'page', 'text'], storeFields: ['title', 'page'] };
  const index = sandbox.MiniSearch?.loadJSON(sandbox.searchIndex ?? '', options);
  const first = (words: string) =>
    index?.search(words, { prefix: true, fuzzy: 0.15, boost: { title: 3, page: 2 }, combineWith: 'AND' })[0];
  assert.equal(first('budg')?.id, 'usage.html#budgets');
  assert.match(first('monitorng')?.id ?? '', /^monitoring\.html/);
  assert.match(first('nginx')?.id ?? '', /^install\.html#behind-a-proxy/);
  assert.equal(first('xyzzyplugh'), undefined);
});
