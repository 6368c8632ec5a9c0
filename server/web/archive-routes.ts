/** Archived units, for people and scripts. */
import type Router from '@koa/router';
import type { Context as KoaContext } from 'koa';
import { takingUnknown } from '../../shared/unknown-input.ts';
import { createCaller } from '../api/router.ts';
import { oneIn, wholeIn } from './address-query.ts';
import { archivePage } from './archive-page.ts';
import { projectOf, type RouteParts, sendJson, sendPage, wantsJson } from './reply.ts';

export function addArchiveRoute(router: Router, parts: RouteParts): void {
  router.get('/archive', async (ctx: KoaContext) => {
    const context = parts.contextFor(ctx);
    const address = new URLSearchParams(ctx.querystring);
    const [q, before, limit] = [oneIn(address, 'q'), wholeIn(address, 'before'), wholeIn(address, 'limit')];
    const given = { ...(q && { q }), ...(before !== null && { before }), ...(limit !== null && { limit }) };
    const found = await takingUnknown(createCaller(context).archive)(given);
    if (wantsJson(ctx)) return sendJson(ctx, found);
    const snapshot = context.boardFeed.snapshot({ only: 'counts' });
    const project = projectOf(context);
    sendPage(
      ctx,
      200,
      archivePage({ assets: parts.assets, project, snapshot, q: q ?? '', ...found, now: new Date() }),
    );
  });
}
