/** The page of the dependency picture. */
import type Router from '@koa/router';
import type { Context as KoaContext } from 'koa';
import { boardOf, type Cell, cellsOf } from '../../shared/board.ts';
import { STATUSES } from '../../shared/words.ts';
import type { Context } from '../api/procedures.ts';
import { among, apart, type Dependencies, dependenciesOf, relatedTo } from '../board/dependencies.ts';
import { notFound } from '../domain/refusal.ts';
import { graphPage } from './graph-page.ts';
import { type GraphQuery, graphQueryOf } from './graph-query.ts';
import { projectOf, type RouteParts, sendPage } from './reply.ts';
import { ResponseCache } from './response-cache.ts';

export function addGraphRoute(router: Router, parts: RouteParts): void {
  const cache = new ResponseCache();
  router.get('/graph', (ctx: KoaContext) => {
    const query = graphQueryOf(new URLSearchParams(ctx.querystring));
    const context = parts.contextFor(ctx);
    const { seq } = context.boardFeed.counts();
    sendPage(
      ctx,
      200,
      cache.at(seq, JSON.stringify(query), () => draw(parts, context, query)),
    );
  });
}

function draw({ assets }: RouteParts, context: Context, query: GraphQuery): string {
  const { boardFeed, store } = context;
  const all = dependenciesOf(store.state, unitsFor(context, query));
  const { shown, focus, loose } = query.unit === null ? everything(all) : around(all, query.unit);
  return graphPage({
    assets,
    query,
    focus,
    loose,
    project: projectOf(context),
    snapshot: boardFeed.snapshot({ only: 'counts' }),
    counts: boardFeed.counts().units,
    dependencies: shown,
    now: new Date(),
  });
}

/** Of a unit in focus also those that are done: it may be done itself. */
function unitsFor({ boardFeed }: Context, { status, q, done, unit }: GraphQuery): readonly Cell[] {
  const open = STATUSES.filter((each) => each !== 'DONE');
  const those = status ?? (done || unit !== null ? undefined : open);
  const cells = cellsOf(boardOf(boardFeed.snapshot({ only: 'units', status: those, q })));
  return done || status ? cells : cells.filter((cell) => cell.status !== 'DONE' || cell.chunk === unit);
}

function everything(all: Dependencies) {
  const { tied, loose } = apart(all);
  return { shown: among(all, tied), focus: null, loose };
}

function around(all: Dependencies, unit: string) {
  const at = all.units.findIndex(({ chunk }) => chunk === unit);
  if (at < 0) throw notFound(`There is no unit called ${unit} in this part of the picture.`);
  const { frees, needs } = relatedTo(all, at);
  const shown = among(all, new Set([at, ...frees, ...needs]));
  const here = shown.units.findIndex(({ chunk }) => chunk === unit);
  return { shown, focus: { at: here, frees: relatedTo(shown, here).frees }, loose: [] };
}
