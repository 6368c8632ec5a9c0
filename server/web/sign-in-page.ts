/** What somebody sees who has not signed in, and how they do. */
import type Router from '@koa/router';
import type { Context as KoaContext } from 'koa';
import { under } from '../../shared/base-path.ts';
import { localPath } from '../../shared/local-path.ts';
import type { Listener } from '../access/gate.ts';
import { hashOf, newSecret } from '../access/secret.ts';
import { BROWSER } from '../domain/actors.ts';
import { isToRenew, openSession, renewSession, SESSION_MS } from '../domain/commands/access.ts';
import { invalid } from '../domain/refusal.ts';
import { newId } from '../system/new-id.ts';
import { isForm } from './action-routes.ts';
import { oneIn } from './address-query.ts';
import type { Assets } from './assets.ts';
import { notePage } from './document.ts';
import { type GateParts, sendJson, sendPage } from './reply.ts';
import { seeOther } from './return-address.ts';

/**
 * Says how to sign in, and nothing else. Whoever is signed in and came by a link from elsewhere goes on by the one
 * link: the browser sends the cookie only to what our own page asks for. Under another name there is none: who does
 * not know where one signs in is not told, or could stand at another port under that name and be sent the cookie.
 */
export function sendSignIn(ctx: KoaContext, assets: Assets, listener: Listener, status: number): void {
  const isHome = isAtHome(ctx, listener);
  const path = /^\/sign-in(\/|$)/.test(ctx.path) ? '/' : (localPath(ctx.url) ?? '/');
  sendPage(ctx, status, notePage(assets, isHome ? SIGN_IN : SIGN_IN_ELSEWHERE, isHome ? under(path) : null));
}

const isAtHome = (ctx: KoaContext, listener: Listener): boolean =>
  listener.kind === 'tcp' && ctx.get('Host') === listener.own.host;

const SIGN_IN_ELSEWHERE = {
  title: 'Sign in',
  sentences: [
    'You cannot sign in at this address. Run “signalbox open” in the project: it opens the right one, signed in.',
  ],
  link: '',
} as const;

const SIGN_IN = {
  title: 'Sign in',
  sentences: [
    'You are not signed in, or you followed a link from another page.',
    'To sign in, run “signalbox open” in the project: it opens this page with a link that works once.',
  ],
  link: 'Continue to this address',
} as const;

/** The address that signs a browser in, once, and the one that signs it out. */
export function addSignIn(router: Router, parts: GateParts): void {
  router.get('/sign-in', (ctx) => {
    const given = oneIn(new URLSearchParams(ctx.querystring), 'to');
    if (given === null) return sendSignIn(ctx, parts.assets, parts.listener, 200);
    const to = localPath(given);
    if (to === null) throw invalid('to', 'to takes the path of a page here, as /work-units/NAME.');
    sendPage(ctx, 200, notePage(parts.assets, SIGNED_IN, under(to), true));
  });
  router.get('/sign-in/:code', (ctx) => signIn(parts, ctx, String(ctx.params.code)));
}

const SIGNED_IN = {
  title: 'Signed in',
  sentences: ['Redirecting …'],
  link: 'Continue',
} as const;

async function signIn(parts: GateParts, ctx: KoaContext, code: string): Promise<void> {
  const { assets, listener, access, store, throttle } = parts;
  if (!isAtHome(ctx, listener) || !isTopLevel(ctx)) return sendSignIn(ctx, assets, listener, 401);
  const to = access.links.use(code);
  if (to === null) {
    access.refusals.countFailedSignIn({
      what: 'A sign-in link that does not count.',
      host: ctx.host,
      origin: '',
    });
    await throttle.wait();
    return sendPage(ctx, 401, notePage(assets, USED, under('/')));
  }
  const secret = newSecret();
  await store.commit(BROWSER, (state, at) => openSession(state, { id: newId(), hash: hashOf(secret) }, at));
  setCookie(ctx, parts, secret, SESSION_MS / 1000);
  ctx.set('Cache-Control', 'no-store');
  // By a page of ours: what a page elsewhere began is sent no cookie, redirects included.
  ctx.redirect(`/sign-in?to=${encodeURIComponent(to)}`);
  ctx.status = 303;
}

const USED = {
  title: 'This sign-in link is no longer valid',
  sentences: [
    'A sign-in link works once and expires soon.',
    'Run “signalbox open” in the project for a new one.',
  ],
  link: 'Go to the dashboard',
} as const;

/** A whole page that somebody asked for: not a preview, a prefetch, an image or a frame. */
function isTopLevel(ctx: KoaContext): boolean {
  const mode = ctx.get('Sec-Fetch-Mode');
  const dest = ctx.get('Sec-Fetch-Dest');
  const isAhead = ctx.get('Sec-Purpose') !== '' || ctx.get('Purpose') !== '';
  return (
    ctx.method === 'GET' && !isAhead && ['', 'navigate'].includes(mode) && ['', 'document'].includes(dest)
  );
}

/** Whoever looks at a page stays signed in. `seen`: what else follows from an operator's look at a page. */
export async function renewing(
  parts: GateParts,
  ctx: KoaContext,
  next: () => Promise<unknown>,
  seen: () => void,
): Promise<void> {
  const caller = parts.callerOf(ctx);
  const session = caller?.door === 'page' ? caller.credential : null;
  if (session) await renew(ctx, parts, session.id);
  await next();
  if (isLook(ctx) && caller?.role === 'operator') seen();
}

/** A page is drawn for somebody who looks at it, with script or without; what is fetched ahead may never be seen. */
const isLook = (ctx: KoaContext): boolean =>
  ctx.method === 'GET' &&
  ctx.status === 200 &&
  Boolean(ctx.response.is('html')) &&
  ctx.get('Sec-Purpose') === '';

/** `end` ends the session of whoever asks. */
export function addSignOut(
  router: Router,
  parts: GateParts,
  end: (ctx: KoaContext) => Promise<unknown>,
): void {
  router.post('/sign-out', async (ctx) => {
    await end(ctx);
    setCookie(ctx, parts, '', 0);
    if (isForm(ctx)) seeOther(ctx, '/sign-in');
    else sendJson(ctx, { signed_out: true });
  });
}

/** A session that is used goes on: its cookie and its fact are renewed together. */
async function renew(ctx: KoaContext, parts: GateParts, id: string): Promise<void> {
  const session = parts.store.state.sessions.find((each) => each.id === id);
  // Most looks come to nothing more than this.
  if (!session || !isToRenew(session, new Date().toISOString())) return;
  await parts.store.commit(BROWSER, (state, at) => renewSession(state, { id }, at));
  const secret = parts.cookieOf(ctx);
  if (secret) setCookie(ctx, parts, secret, SESSION_MS / 1000);
}

function setCookie(ctx: KoaContext, { cookie, listener }: GateParts, value: string, seconds: number): void {
  const secure = listener.kind === 'tcp' && listener.own.origin.startsWith('https:') ? '; Secure' : '';
  ctx.append(
    'Set-Cookie',
    `${cookie}=${value}; Path=${under('') || '/'}; HttpOnly; SameSite=Strict; Max-Age=${seconds}${secure}`,
  );
}
