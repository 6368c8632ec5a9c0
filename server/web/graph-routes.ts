/** The page of the dependency picture. */
import type Router from '@koa/router';
import type { Context as KoaContext } from 'koa';
import { boardOf, type Cell, cellsOf } from '../../shared/board.ts';
import { STATUSES, type Status } from '../../shared/words.ts';
import type { Context } from '../api/procedures.ts';
import { among, apart, type Dependencies, dependenciesOf, relatedTo } from '../board/dependencies.ts';
import { notFound } from '../domain/refusal.ts';
import { graphPage } from './graph-page.ts';
import { type GraphQuery, graphQueryOf } from './graph-query.ts';
import { projectOf, type RouteParts, sendPage } from './reply.ts';
import { ResponseCache } from './response-cache.ts';

const NOT_DONE = STATUSES.filter((each) => each !== 'DONE');

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

/** The unit in focus is among them also where the filter leaves it out. */
function unitsFor({ boardFeed }: Context, { status, q, done, unit }: GraphQuery): readonly Cell[] {
  const of = (filter: { readonly status?: readonly Status[] | undefined; readonly q?: string | undefined }) =>
    cellsOf(boardOf(boardFeed.snapshot({ only: 'units', ...filter })));
  const found = of({ status: status ?? (done ? undefined : NOT_DONE), q });
  if (unit === null || found.some(({ chunk }) => chunk === unit)) return found;
  return [...found, ...of({}).filter(({ chunk }) => chunk === unit)];
}

function everything(all: Dependencies) {
  const { tied, loose } = apart(all);
  return { shown: among(all, tied), focus: null, loose };
}

function around(all: Dependencies, unit: string) {
  const at = all.units.findIndex(({ chunk }) => chunk === unit);
  if (at < 0) throw notFound(`There is no unit called ${unit}.`);
  const { frees, needs } = relatedTo(all, at);
  const shown = among(all, new Set([at, ...frees, ...needs]));
  const here = shown.units.findIndex(({ chunk }) => chunk === unit);
  return { shown, focus: { at: here, frees: relatedTo(shown, here).frees }, loose: [] };
}
