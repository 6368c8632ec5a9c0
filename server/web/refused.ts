/** Sends a refusal in the caller's format: a page, JSON, or a tRPC error. */
import type Koa from 'koa';
import type { Listener, Verdict } from '../access/gate.ts';
import { isTrpc } from '../access/request-head.ts';
import { type RefusalForCaller, refusalOf } from '../api/refusal-of.ts';
import type { Log } from '../system/log.ts';
import type { Assets } from './assets.ts';
import { PROBLEM_TYPE, type ProblemDocument, problemDocument, titleOf } from './problem-document.ts';
import { sendJson, sendMessage, wantsJson } from './reply.ts';
import { sendSignIn } from './sign-in-page.ts';

export type RefusedRequest = Extract<Verdict, { admitted: false }>;

/** Sends the gate's refusal in the caller's format. */
export function refuse(
  ctx: Koa.Context,
  assets: Assets,
  listener: Listener,
  { status, code, message }: RefusedRequest,
): void {
  if (status === 401) ctx.set('WWW-Authenticate', 'Bearer realm="Signalbox"');
  if (isTrpc(ctx.url)) refuseCall(ctx, status, message);
  else if (status === 401 && !wantsJson(ctx)) sendSignIn(ctx, assets, listener, 401);
  else {
    const title = status === 404 ? 'Not found' : 'Access denied';
    tell(ctx, assets, { status, code, title, detail: message });
  }
}

/** As the tRPC adapter says it. */
export function refuseCall(ctx: Koa.Context, status: number, message: string): void {
  const code = CODES[status] ?? 'FORBIDDEN';
  ctx.status = status;
  ctx.set('Cache-Control', 'no-store');
  ctx.body = { error: { message, code: -32600, data: { code, httpStatus: status, refusal: null } } };
}

const CODES: Readonly<Record<number, string>> = { 401: 'UNAUTHORIZED', 404: 'NOT_FOUND' };

/** A refusal is a page for a person and JSON for a script; anything unexpected is a line in the log. */
export function tellRefusals({ assets, log }: { assets: Assets; log: Log }): Koa.Middleware {
  return async (ctx, next) => {
    try {
      await next();
      if (ctx.status === 404 && !ctx.body)
        tell(ctx, assets, {
          status: 404,
          code: 'not-found',
          title: 'Not found',
          detail: 'There is nothing at this address.',
        });
      if (ctx.status === 405 || ctx.status === 501)
        tell(ctx, assets, {
          status: ctx.status,
          code: 'method',
          title: 'Method not allowed',
          detail: 'This address does not accept this method.',
        });
    } catch (error) {
      const refusal = refusalOf(error);
      const status = refusal ? statusFor(ctx, refusal) : (clientStatus(error) ?? 500);
      if (status === 500) log.error(`${ctx.method} ${ctx.path}`, error);
      tell(ctx, assets, {
        status,
        code: refusal?.code ?? (status === 500 ? 'failed' : 'unreadable'),
        title: titleOf(status),
        detail:
          refusal?.message ??
          (status === 500 ? 'Something went wrong.' : (DETAILS[status] ?? 'The request cannot be read.')),
        ...(refusal && { field: refusal.field, items: refusal.items }),
      });
    }
  };
}

/** For a page that is read, an invalid field means a wrong address. */
const statusFor = (ctx: Koa.Context, { kind, status }: RefusalForCaller): number =>
  kind === 'invalid' && ['GET', 'HEAD'].includes(ctx.method) && !wantsJson(ctx) ? 400 : status;

const DETAILS: Readonly<Record<number, string>> = {
  413: 'The request is too large.',
  415: 'Send it as UTF-8, not compressed.',
};

function tell(ctx: Koa.Context, assets: Assets, problem: ProblemDocument): void {
  const { status, title, detail } = problem;
  if (!wantsJson(ctx)) sendMessage(ctx, assets, status, title, detail);
  else {
    sendJson(ctx, problemDocument(problem), status);
    ctx.type = PROBLEM_TYPE;
  }
}

/** Errors of the body parser carry a status that blames the caller. */
function clientStatus(error: unknown): number | null {
  const status = (error as { status?: unknown } | null)?.status;
  return typeof status === 'number' && status >= 400 && status < 500 ? status : null;
}
