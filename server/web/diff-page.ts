/** Renders the diff page of a unit. The page works without JavaScript. */
import { html } from '@lit-labs/ssr';
import { under } from '../../shared/base-path.ts';
import type { Snapshot } from '../../shared/board.ts';
import type { DiffView } from '../../shared/diff.ts';
import type { Assets } from './assets.ts';
import { diffPath } from './diff-address.ts';
import type { CommentDraft } from './diff-comments.ts';
import { diffView } from './diff-view.ts';
import { shell } from './document.ts';
import { plainData } from './page-data.ts';

export interface DiffPageInput {
  readonly assets: Assets;
  readonly snapshot: Snapshot;
  readonly chunk: string;
  readonly diff: DiffView;
  /** Null: nobody may comment. */
  readonly draft: CommentDraft | null;
  /** The project's name. */
  readonly project: string;
  readonly now: Date;
}

export function diffPage(input: DiffPageInput): string {
  const { assets, chunk, diff, draft, now } = input;
  const data = plainData(input, `${chunk}, changes`, { chunk });
  const body = html`<main class="of-diff"><p class="back"><a href="${under(`/work-units/${chunk}`)}">← Unit ${chunk}</a></p><h2 class="name" id="diff-heading" tabindex="-1">Changes in ${chunk}</h2>${diffView(diff, { path: under(diffPath(chunk)), draft })}</main>`;
  return shell({
    assets,
    data,
    now,
    body,
    skipTo: { id: 'diff-heading', label: 'Skip to the changes' },
  });
}
