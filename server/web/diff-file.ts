/** Renders one file of the diff page. */
import { html } from '@lit-labs/ssr';
import { nothing, type TemplateResult } from 'lit';
import type { ChangedFile, DiffComment, FileDiff, Sides } from '../../shared/diff.ts';
import { type DiffPlace, diffAddress, lineAddress } from './diff-address.ts';
import { type CommentDraft, commentView, openForm } from './diff-comments.ts';
import { hunkView, type LineSetting } from './diff-lines.ts';
import { grouped, lineStat } from './diff-stat.ts';
import type { Drawn } from './document.ts';
import { visibleText } from './visible-text.ts';

export interface FileSetting {
  readonly place: DiffPlace;
  /** Null: nobody may comment. */
  readonly draft: CommentDraft | null;
  /** From 1; the address of the file on this page is `#file-1`. */
  readonly number: number;
  readonly isOpen: boolean;
}

/** One file: its lines fold away. A file without lines is one line, and has nothing to fold. */
export function fileView(file: FileDiff, setting: FileSetting): TemplateResult {
  const said = file.hunks.length === 0 ? nothing : table(file, setting);
  const rest = [leftOut(file, setting.place), outOfSight(file, setting)];
  if (!hasBody(file))
    return html`<section class="file" id="file-${setting.number}"><div class="head">${head(file)}</div>${outOfSight(file, setting)}</section>`;
  return html`<details class="file" id="file-${setting.number}" ?open=${setting.isOpen}><summary class="head">${head(file)}</summary>${said}${rest}</details>`;
}

const hasBody = ({ hunks, left_out }: FileDiff): boolean => hunks.length > 0 || left_out > 0;

const head = (file: FileDiff): Drawn => [html`<h3>${namesOf(file)}</h3>`, factsOf(file), ' ', countsOf(file)];

/** How many lines were added and deleted; nothing for a file without lines to show. */
export const countsOf = (file: FileDiff) =>
  file.lines === null || !hasBody(file) ? nothing : lineStat(file.lines);

const namesOf = ({ path, old_path }: ChangedFile): Drawn =>
  old_path === null
    ? nameView(path)
    : [nameView(old_path), html` <span class="arrow">→</span> `, nameView(path)];

/** The folders stand back behind the name. */
export function nameView(path: string): TemplateResult {
  const at = path.lastIndexOf('/') + 1;
  const folder = at === 0 ? nothing : html`<span class="folder">${visibleText(path.slice(0, at))}</span>`;
  return html`<bdi class="path" dir="ltr">${folder}${visibleText(path.slice(at))}</bdi>`;
}

function factsOf(file: FileDiff) {
  const facts = [statusText(file), binaryText(file), commitsText(file)].filter((fact) => fact !== '');
  return facts.length === 0 ? nothing : html`<span class="fact">${facts.join(', ')}</span>`;
}

const EXECUTABLE = '100755';
const KINDS: Readonly<Record<string, string>> = {
  '120000': 'link',
  '160000': 'submodule',
  [EXECUTABLE]: 'executable',
};
const kindOf = (mode: string | null): string => KINDS[mode ?? ''] ?? 'file';

/** A plain change of content goes without saying. */
function statusText({ status, old_mode, new_mode }: ChangedFile): string {
  switch (status) {
    case 'added':
      return `new ${kindOf(new_mode)}`;
    case 'deleted':
      return kindOf(old_mode) === 'executable'
        ? 'deleted'
        : `deleted${old_mode === '100644' ? '' : ` ${kindOf(old_mode)}`}`;
    case 'type-changed':
      return `was a ${kindOf(old_mode)}, is a ${kindOf(new_mode)}`.replaceAll(
        'a executable',
        'an executable',
      );
    case 'renamed':
    case 'copied':
      return [status, modeText(old_mode, new_mode)].filter((part) => part !== '').join(', ');
    case 'unmerged':
      return 'not merged';
    case 'modified':
    case 'mode-changed':
      return modeText(old_mode, new_mode);
  }
}

function modeText(before: string | null, after: string | null): string {
  if (before === after) return '';
  const words =
    after === EXECUTABLE ? 'now executable' : before === EXECUTABLE ? 'no longer executable' : 'mode';
  return `${words} (${before} → ${after})`;
}

function binaryText({ lines, sizes }: FileDiff): string {
  if (lines !== null || sizes === null) return '';
  const said = bothSides(sizes, (size) => bytesText(size));
  return said === '' ? 'binary' : `binary, ${said}`;
}

const commitsText = ({ commits, status }: FileDiff): string =>
  commits === null
    ? ''
    : `${status === 'modified' ? 'submodule' : 'at'} ${bothSides(commits, (commit) => commit.slice(0, 10))}`;

function bothSides<T>({ old, new: now }: Sides<T>, textOf: (each: T) => string): string {
  return [old, now]
    .filter((each) => each !== null)
    .map(textOf)
    .join(' → ');
}

const KILO = 1000;

function bytesText(size: number): string {
  if (size < KILO) return size === 1 ? '1 byte' : `${size} bytes`;
  const [value, unit] = size < KILO * KILO ? [size / KILO, 'kB'] : [size / KILO / KILO, 'MB'];
  return `${value < 10 ? value.toFixed(1) : grouped(Math.round(value))} ${unit}`;
}

function table(file: FileDiff, { place, draft }: FileSetting): TemplateResult {
  const isTalkedAbout =
    draft !== null &&
    (draft.open?.file === file.file || draft.comments.some((each) => each.file === file.file));
  const hidesReturns = endsWithReturns(file);
  const setting: LineSetting = {
    file: file.file,
    address: draft === null ? null : lineAddress(place, file.file),
    draft: isTalkedAbout ? draft : null,
    hidesReturns,
    hidesHeader:
      file.hunks.every(({ old_count, new_count }) => old_count === 0 || new_count === 0) &&
      file.old_mode !== file.new_mode,
  };
  return html`${hidesReturns ? html`<p class="note">Lines end with CR LF.</p>` : nothing}<table class="lines"><thead class="unseen"><tr><th scope="col">Old line</th><th scope="col">New line</th><th scope="col">Change</th><th scope="col">Text</th></tr></thead>${file.hunks.map((hunk) => hunkView(hunk, setting))}</table>`;
}

function endsWithReturns({ hunks }: FileDiff): boolean {
  const whole = hunks.flatMap(({ lines }) => lines).filter(({ cut, unended }) => !cut && !unended);
  return whole.length > 0 && whole.every(({ text }) => text.endsWith('\r'));
}

function leftOut({ file, left_out }: FileDiff, place: DiffPlace) {
  if (left_out === 0) return nothing;
  const words = left_out === 1 ? '1 changed line is' : `${grouped(left_out)} changed lines are`;
  const way =
    place.query.file === null
      ? html` <a href=${diffAddress(place, { file, page: 1 })}>Show this file alone</a>`
      : nothing;
  return html`<p class="left-out">${words} not shown here.${way}</p>`;
}

/** Comments on lines that are not drawn, and the form for one. */
function outOfSight(file: FileDiff, { draft }: FileSetting) {
  if (draft === null) return nothing;
  const isSeen = (place: DiffComment | CommentDraft['open']) => place !== null && isInSight(file, place);
  const comments = draft.comments.filter(
    (each) => each.file === file.file && (each.snapshot !== draft.snapshot || !isSeen(each)),
  );
  const open = draft.open?.file === file.file && !isSeen(draft.open) ? draft.open : null;
  if (comments.length === 0 && open === null) return nothing;
  return html`<div class="talk"><p class="note">On lines that are not shown:</p>${comments.map((each) => commentView(draft, each, true))}${open === null ? nothing : openForm(draft, open)}</div>`;
}

const isInSight = ({ hunks }: FileDiff, { side, line }: { side: 'old' | 'new'; line: number }): boolean =>
  hunks.some(({ lines }) => lines.some((each) => each[side] === line));
