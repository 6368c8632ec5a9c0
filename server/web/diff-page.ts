/** The page of a difference: what a unit has changed. Complete without script. */
import type { Snapshot } from '../../shared/board.ts';
import { type DiffQuery, type DiffView, type LinePlace, placeIn } from '../../shared/diff.ts';
import { diffView } from '../../shared/views/diff.ts';
import type { CommentDraft } from '../../shared/views/diff-comments.ts';
import { invalid } from '../domain/refusal.ts';
import { oneIn, wholeIn } from './address-query.ts';
import type { Assets } from './assets.ts';
import { escaped, markup, shell } from './document.ts';

export interface DiffPageInput {
  readonly assets: Assets;
  readonly snapshot: Snapshot;
  readonly chunk: string;
  readonly diff: DiffView;
  /** Null: nobody may comment. */
  readonly draft: CommentDraft | null;
  /** Of a comment that could not be taken, to stand in the open form. */
  readonly words?: string;
  readonly now: Date;
}

/** The address is `/work-units/:chunk/diff`. */
export function diffPage({ assets, snapshot, chunk, diff, draft, words = '', now }: DiffPageInput): string {
  const zone = -now.getTimezoneOffset();
  const data = { query: { chunk }, snapshot, pulses: {}, zone, notices: {}, detail: null };
  const unit = `/work-units/${escaped(chunk)}`;
  const view = withWords(diffMarkup(diff, `/work-units/${chunk}/diff`, draft), words);
  const body = `<main class="of-diff"><p class="back"><a href="${unit}">← All about ${escaped(chunk)}</a></p><h2 class="name" tabindex="-1">Changes in ${escaped(chunk)}</h2>${view}</main>`;
  return shell({ assets, data, now, body, name: `${chunk}, changes` });
}

/** Without the marks by which a script would bring it to life: they are half of it, and no script does. */
export const diffMarkup = (diff: DiffView, path: string, draft: CommentDraft | null): string =>
  markup(diffView(diff, { path, draft })).replace(LIT_MARKS, '');

/** Text from outside cannot look like them: in it, "<" is escaped. */
const LIT_MARKS = /<!--(?:\/?lit-[^>]*)?-->|<\?>/g;

function withWords(html: string, words: string): string {
  if (words === '') return html;
  const from = html.indexOf('id="comment-words"');
  const end = from < 0 ? -1 : html.indexOf('</textarea>', from);
  // A line break that stands first is not taken for a part of the text.
  return end < 0 ? html : `${html.slice(0, end)}\n${escaped(words)}${html.slice(end)}`;
}

/** `?file=`, `?page=`. Throws a `Refusal` that names the field. */
export function diffQueryOf(address: URLSearchParams): DiffQuery {
  return { file: oneIn(address, 'file'), page: Math.max(1, wholeIn(address, 'page') ?? 1) };
}

/** `?comment=`: the line under which a form is asked for. Throws a `Refusal`. */
export function openPlaceOf(address: URLSearchParams): LinePlace | null {
  const text = oneIn(address, 'comment');
  const place = text === null ? null : placeIn(text);
  if (text !== null && place === null)
    throw invalid('comment', 'comment takes a file, ":", "old" or "new", and the number of a line.');
  return place;
}
