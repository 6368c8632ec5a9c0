/** What the paths of people and scripts have in common: whom they speak for, and how they answer. */
import type { RouterContext } from '@koa/router';
import type { Context as KoaContext } from 'koa';
import { CHUNK } from '../shared/words.ts';
import type { Assets } from './assets.ts';
import { messagePage } from './document.ts';
import { notFound } from './refusal.ts';
import type { Context } from './router.ts';

export interface RouteParts {
  readonly assets: Assets;
  /** The context of procedures for whoever sent this request. */
  readonly contextFor: (ctx: KoaContext) => Context;
}

export function chunkOf(ctx: RouterContext): string {
  const chunk = String(ctx.params.chunk);
  if (!CHUNK.test(chunk)) throw notFound('There is no unit of this name.');
  return chunk;
}

/** Whether a script asks, which reads JSON: it says so, shows a token, or comes by the socket. */
export const wantsJson = (ctx: KoaContext): boolean =>
  ctx.state.fromSocket === true ||
  ctx.get('Authorization') !== '' ||
  Boolean(ctx.is('application/json')) ||
  ctx.accepts('html', 'json') === 'json';

export function sendJson(ctx: KoaContext, body: object, status = 200): void {
  ctx.status = status;
  ctx.set('Cache-Control', 'no-store');
  ctx.body = body;
}

export function sendPage(ctx: KoaContext, status: number, html: string): void {
  ctx.status = status;
  ctx.type = 'text/html; charset=utf-8';
  ctx.set('Cache-Control', 'private, no-cache');
  ctx.body = html;
}

export const sendMessage = (
  ctx: KoaContext,
  assets: Assets,
  status: number,
  title: string,
  sentence: string,
): void => sendPage(ctx, status, messagePage(assets, title, sentence));
