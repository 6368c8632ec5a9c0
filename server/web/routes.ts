/** Paths for people and scripts. Each leads to the same procedures as every other door. */
import Router from '@koa/router';
import type { Context as KoaContext } from 'koa';
import { isAction } from '../../shared/actions.ts';
import { firstPage, type Query, queryKey } from '../../shared/query.ts';
import { createCaller } from '../api/router.ts';
import { notFound } from '../domain/refusal.ts';
import { act, actOnAll, configure } from './action-routes.ts';
import { strictQuery, wholeIn } from './address-query.ts';
import { addArchiveRoute } from './archive-routes.ts';
import { addAssets } from './asset-routes.ts';
import { addDiffRoutes } from './diff-routes.ts';
import { drawDashboard, drawSettings, drawUnit, isSignedIn, warningsFor } from './draw-pages.ts';
import { addGraphRoute } from './graph-routes.ts';
import { addInstallation } from './installation.ts';
import { addApi } from './json.ts';
import { addMonitoring, type Monitoring } from './monitoring-routes.ts';
import { addNewUnitRoutes } from './new-unit-routes.ts';
import { addNotifyRoutes } from './notify-routes.ts';
import { chunkOf, type RouteParts, sendJson, sendPage, wantsJson } from './reply.ts';
import { ResponseCache } from './response-cache.ts';
import { lateUndo } from './return-address.ts';
import { addRunRoutes } from './run-routes.ts';
import { addSignIn, addSignOut, renewing } from './sign-in-page.ts';

const asked = (ctx: KoaContext): Query => strictQuery(new URLSearchParams(ctx.querystring));

export function routes(parts: RouteParts, monitoring: Monitoring): Router {
  const router = new Router();
  const cache = new ResponseCache();
  router.use((ctx, next) => renewing(parts, ctx, next, () => parts.contextFor(ctx).notify.looked()));
  addSignIn(router, parts);
  addSignOut(router, parts, (ctx) => createCaller(parts.contextFor(ctx)).access.signOut({}));
  router.get('/embed.js', (ctx) => sendEmbed(parts, ctx));
  router.get('/', (ctx) => sendDashboard(parts, ctx, cache));
  // For programs that want all units at once.
  router.get('/board', (ctx) => {
    const query = asked(ctx);
    const snapshot = parts.contextFor(ctx).boardFeed.snapshot(query);
    const write = () => JSON.stringify(snapshot);
    sendJson(ctx, cache.at(snapshot.seq, `board ${queryKey(query)}`, write));
    ctx.type = 'application/json';
  });
  addApi(router, parts);
  addMonitoring(router, monitoring);
  router.get('/work-units/:chunk', async (ctx) => {
    const chunk = chunkOf(ctx);
    const before = wholeIn(new URLSearchParams(ctx.querystring), 'before');
    if (wantsJson(ctx)) {
      const { unit } = createCaller(parts.contextFor(ctx));
      return sendJson(ctx, await unit(before === null ? { chunk } : { chunk, before }));
    }
    sendPage(ctx, 200, await drawUnit(parts, ctx, chunk, { formError: lateUndo(parts, ctx), before }));
  });
  addRunRoutes(router, parts);
  addDiffRoutes(router, parts);
  addNewUnitRoutes(router, parts);
  addGraphRoute(router, parts);
  addArchiveRoute(router, parts);
  router.post('/work-units/:chunk/:action', (ctx) => act(parts, ctx));
  // Where a refused form leaves the address of the browser: whoever asks for it again means the unit.
  router.get('/work-units/:chunk/:action', (ctx) => {
    if (!isAction(String(ctx.params.action))) throw notFound('There is nothing at this address.');
    // 302, not 303: that is how an action that was carried out answers.
    ctx.redirect(`/work-units/${chunkOf(ctx)}`);
  });
  router.get('/settings', (ctx) => sendPage(ctx, 200, drawSettings(parts, ctx)));
  router.post('/config', (ctx) => configure(parts, ctx));
  addNotifyRoutes(router, parts);
  addInstallation(router, parts);
  router.post('/bulk', (ctx) => actOnAll(parts, ctx));
  addAssets(router, parts.assets);
  return router;
}

async function sendDashboard(parts: RouteParts, ctx: KoaContext, cache: ResponseCache): Promise<void> {
  const query = asked(ctx);
  const waits = await parts.contextFor(ctx).boardFeed.waits(new Date());
  const late = lateUndo(parts, ctx);
  if (late) return sendPage(ctx, 200, drawDashboard(parts, ctx, query, waits, late));
  const { seq } = parts.contextFor(ctx).boardFeed.snapshot(firstPage(query));
  const draw = () => drawDashboard(parts, ctx, query, waits);
  const about = JSON.stringify([isSignedIn(parts, ctx), warningsFor(parts, ctx)]);
  sendPage(ctx, 200, cache.at(seq, `page ${about} ${queryKey(query)}`, draw));
}

/** The elements for pages elsewhere, for those that are listed. */
function sendEmbed({ assets, access }: RouteParts, ctx: KoaContext): void {
  const origin = ctx.get('Origin');
  if (access.origins().includes(origin)) {
    ctx.set('Access-Control-Allow-Origin', origin);
    ctx.set('Cross-Origin-Resource-Policy', 'cross-origin');
  }
  ctx.vary('Origin');
  ctx.set('Cache-Control', 'no-cache');
  ctx.type = 'text/javascript; charset=utf-8';
  ctx.body = assets.embed;
}
