/** The page of a difference: what a unit has changed. Complete without script. */
import { html } from '@lit-labs/ssr';
import type { Snapshot } from '../../shared/board.ts';
import { type DiffQuery, type DiffView, type LinePlace, placeIn } from '../../shared/diff.ts';
import { invalid } from '../domain/refusal.ts';
import { oneIn, wholeIn } from './address-query.ts';
import type { Assets } from './assets.ts';
import type { CommentDraft } from './diff-comments.ts';
import { diffView } from './diff-view.ts';
import { shell } from './document.ts';

export interface DiffPageInput {
  readonly assets: Assets;
  readonly snapshot: Snapshot;
  readonly chunk: string;
  readonly diff: DiffView;
  /** Null: nobody may comment. */
  readonly draft: CommentDraft | null;
  readonly now: Date;
}

/** The address is `/work-units/:chunk/diff`. */
export function diffPage({ assets, snapshot, chunk, diff, draft, now }: DiffPageInput): string {
  const zone = -now.getTimezoneOffset();
  const data = { query: { chunk }, snapshot, pulses: {}, zone, notices: {}, detail: null };
  const unit = `/work-units/${chunk}`;
  const body = html`<main class="of-diff"><p class="back"><a href="${unit}">← Unit ${chunk}</a></p><h2 class="name" tabindex="-1">Changes in ${chunk}</h2>${diffView(diff, { path: `${unit}/diff`, draft })}</main>`;
  return shell({ assets, data, now, body, name: `${chunk}, changes` });
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
