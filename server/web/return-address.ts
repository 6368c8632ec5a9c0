/** Where a browser goes after a form: to the page on which it stood. */
import type { Context as KoaContext } from 'koa';
import { within } from '../../shared/base-path.ts';
import { localPath } from '../../shared/local-path.ts';
import { addressOf, type Query, queryOf } from '../../shared/query.ts';
import { undoRefusal } from '../domain/commands/answers.ts';
import { findItem } from '../domain/state.ts';
import { oneIn } from './address-query.ts';
import type { FormError } from './page.ts';
import type { RouteParts } from './reply.ts';

export function seeOther(ctx: KoaContext, path: string): void {
  ctx.redirect(path);
  ctx.status = 303;
}

/** The path of ours that a form stood on. */
export const refererOf = (ctx: KoaContext): string =>
  within(localPath(ctx.get('Referer'), ctx.get('Origin')) ?? '') || '/';

/** The page that contained the form, if it is one of ours, rebuilt from its parsed parts. */
export function backOf(ctx: KoaContext): string {
  const path = refererOf(ctx);
  const unit = /^\/work-units\/([a-z0-9_-]+)/.exec(path);
  return unit ? `/work-units/${unit[1]}` : addressOf(queryAt(path));
}

/** The filter of the dashboard at a path; of all other pages none. */
export const queryAt = (path: string): Query =>
  path.startsWith('/?') ? queryOf(new URLSearchParams(path.slice(2))) : {};

/** Says of which item an *Undo* came too late. */
const LATE = 'late';

/** The address of a page, with the item whose answer could not be taken back. */
export const withLate = (path: string, item: string): string =>
  `${path}${path.includes('?') ? '&' : '?'}${LATE}=${encodeURIComponent(item)}`;

/** What to say on a page at such an address: what is true of the item now, so that a reload says no more than that. */
export function lateUndo({ store }: RouteParts, ctx: KoaContext): FormError | undefined {
  const id = oneIn(new URLSearchParams(ctx.querystring), LATE);
  const item = id === null ? undefined : findItem(store.state, id)?.item;
  const refusal = item ? undoRefusal(item) : null;
  if (!item || refusal === null) return undefined;
  const { message } = refusal;
  return { item: item.id, notice: { tone: 'wrong', message, field: null }, words: '', chosen: [] };
}
