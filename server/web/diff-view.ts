/** Renders the content of the diff page: the list of files, and each file. */
import { html } from '@lit-labs/ssr';
import { nothing, type TemplateResult } from 'lit';
import type { DiffView, FileDiff } from '../../shared/diff.ts';
import { type DiffPlace, diffAddress } from './diff-address.ts';
import { anyLineForm, type CommentDraft, commentView, openForm } from './diff-comments.ts';
import { countsOf, fileView, nameView } from './diff-file.ts';
import { diffStat, grouped } from './diff-stat.ts';
import { visibleText } from './visible-text.ts';

export interface DiffSetting {
  /** The address of the page without its query. */
  readonly path: string;
  /** Null: nobody may comment. */
  readonly draft: CommentDraft | null;
}

/** All files of one page of a difference, with a list of them. Complete without script. */
export function diffView(diff: DiffView, { path, draft }: DiffSetting): TemplateResult {
  const place: DiffPlace = { path, query: diff.query };
  return html`<div class="diff">
    <p class="headline">${diffStat(diff.stat)} <span class="aside"><code>${diff.from.slice(0, 10)}</code> → <code>${diff.to.slice(0, 10)}</code></span></p>
    ${diff.query.file === null ? nothing : html`<p class="only"><a href=${diffAddress(place, { file: null, page: 1 })}>Show all files</a></p>`}
    ${otherFiles(diff, place, draft)}
    ${diff.files.length === 0 ? empty(diff) : html`<div class="panes">${fileList(diff)}<div class="files">${draft === null ? nothing : anyLineForm(draft, diff.files)}${diff.files.map((file, at) => fileView(file, { place, draft, number: at + 1, isOpen: isOpen(diff, file, draft) }))}${pages(diff, place)}</div></div>`}
  </div>`;
}

const empty = ({ query }: DiffView): TemplateResult =>
  query.file === null
    ? html`<p class="empty">Nothing has changed.</p>`
    : html`<p class="empty"><bdi>${visibleText(query.file)}</bdi> has not changed.</p>`;

/** Files with more lines are closed where there is more to read than fits a few screens. */
const FEW_LINES = 150;
const FEW_IN_ALL = 400;

function isOpen(diff: DiffView, file: FileDiff, draft: CommentDraft | null): boolean {
  const all = diff.files.reduce((sum, each) => sum + linesOf(each), 0);
  const isTalkedAbout =
    draft?.open?.file === file.file || draft?.comments.some((each) => each.file === file.file);
  return isTalkedAbout || diff.query.file !== null || all <= FEW_IN_ALL || linesOf(file) <= FEW_LINES;
}

const linesOf = ({ hunks }: FileDiff): number => hunks.reduce((sum, { lines }) => sum + lines.length, 0);

/** Not worth a list: one is in sight. */
function fileList({ files }: DiffView) {
  if (files.length < 2) return nothing;
  return html`<nav class="file-list" aria-labelledby="files-heading"><details open><summary><h3 id="files-heading">Files <span class="count">${grouped(files.length)}</span></h3></summary>
    <ol>${files.map((file, at) => html`<li><a href="#file-${at + 1}">${nameView(file.path)}</a>${shortFact(file)}</li>`)}</ol>
  </details></nav>`;
}

const shortFact = (file: FileDiff) => {
  const fact = file.commits !== null ? 'submodule' : file.lines === null ? 'binary' : SHORT[file.status];
  return [fact === undefined ? nothing : html`<span class="fact">${fact}</span>`, countsOf(file)];
};

/** A plain change goes without saying, and so do those that the numbers of lines show. */
const SHORT: Readonly<Partial<Record<FileDiff['status'], string>>> = {
  renamed: 'renamed',
  copied: 'copied',
  'mode-changed': 'mode',
};

/** Comments on files of other pages, and the form for one. */
function otherFiles({ files }: DiffView, place: DiffPlace, draft: CommentDraft | null) {
  if (draft === null) return nothing;
  const here = new Set(files.map(({ file }) => file));
  const comments = draft.comments.filter(({ file }) => !here.has(file));
  const open = draft.open === null || here.has(draft.open.file) ? null : draft.open;
  if (comments.length === 0 && open === null) return nothing;
  const named = (file: string) =>
    html`<p class="note"><a href=${diffAddress(place, { file, page: 1 })}>${nameView(file)}</a></p>`;
  return html`<div class="talk elsewhere"><p class="note">On files that are not on this page:</p>${comments.map((each) => [named(each.file), commentView(draft, each, true)])}${open === null ? nothing : [named(open.file), openForm(draft, open)]}</div>`;
}

function pages({ query, pages: count }: DiffView, place: DiffPlace) {
  if (count === 1) return nothing;
  const { file, page } = query;
  const link = (to: number, words: string) =>
    to < 1 || to > count
      ? html`<span class="aside">${words}</span>`
      : html`<a href=${diffAddress(place, { file, page: to })}>${words}</a>`;
  return html`<nav class="pages" aria-label="Pages">${link(page - 1, 'Previous page')}<span>Page ${grouped(page)} of ${grouped(count)}${file === null ? ' of the files' : ' of this file'}</span>${link(page + 1, 'Next page')}</nav>`;
}
