/** What all routes share: the caller, and the response formats. */
import type { RouterContext } from '@koa/router';
import type { Context as KoaContext } from 'koa';
import { CHUNK } from '../../shared/words.ts';
import type { FailureThrottle } from '../access/failure-throttle.ts';
import type { Caller, Listener } from '../access/gate.ts';
import type { Access, Context } from '../api/procedures.ts';
import { notFound } from '../domain/refusal.ts';
import type { Store } from '../store/store.ts';
import type { Assets } from './assets.ts';
import { messagePage } from './document.ts';

/** What signing in needs. */
export interface GateParts {
  readonly assets: Assets;
  readonly listener: Listener;
  readonly access: Access;
  readonly store: Store;
  readonly throttle: FailureThrottle;
  /** The name of this instance's cookie; what it holds. */
  readonly cookie: string;
  readonly cookieOf: (ctx: KoaContext) => string | null;
  /** The caller of this request; null: only public content. */
  readonly callerOf: (ctx: KoaContext) => Caller | null;
}

export interface RouteParts<Ctx = Context> extends GateParts {
  /** The context of procedures for whoever sent this request. */
  readonly contextFor: (ctx: KoaContext) => Ctx;
}

export function chunkOf(ctx: RouterContext): string {
  const chunk = String(ctx.params.chunk);
  if (!CHUNK.test(chunk)) throw notFound('There is no unit of this name.');
  return chunk;
}

/** The folder of the project whose pages these are. */
export const projectOf = ({ about }: Pick<Context, 'about'>): string => about.project;

/** Whether to answer in JSON: the request accepts it, has a token, or came over the Unix socket. */
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

export function sendPage(ctx: KoaContext, status: number, html: string | Buffer): void {
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
  message: string,
): void => sendPage(ctx, status, messagePage(assets, title, message));
