/** JSON for scripts: the same procedures, at addresses that read well in a curl command. */
import type Router from '@koa/router';
import type { RouterContext } from '@koa/router';
import type { Context as KoaContext } from 'koa';
import { type Board, boardOf, type Card, cardsOf, cellsOf, pageOf } from '../../shared/board.ts';
import { addressOf } from '../../shared/query.ts';
import { takingUnknown } from '../../shared/unknown-input.ts';
import { createCaller } from '../api/router.ts';
import { invalid } from '../domain/refusal.ts';
import { oneIn, strictQuery, switchIn, wholeIn } from './address-query.ts';
import { chunkOf, type RouteParts, sendJson, wantsJson } from './reply.ts';

export function addApi(router: Router, { assets, contextFor }: RouteParts): void {
  const callerOf = (ctx: KoaContext) => createCaller(contextFor(ctx));
  const board = async (ctx: KoaContext, more: { page?: number }): Promise<Board> => {
    const query = { ...more, ...strictQuery(new URLSearchParams(ctx.querystring)) };
    return boardOf(await callerOf(ctx).board.now(query));
  };
  /** A person who comes here means the dashboard. */
  const look = (path: string, produce: (ctx: RouterContext) => Promise<object>) =>
    router.get(path, async (ctx) => {
      if (wantsJson(ctx)) return sendJson(ctx, await produce(ctx));
      ctx.redirect(addressOf(strictQuery(new URLSearchParams(ctx.querystring))));
    });
  router.get('/openapi.json', (ctx) => {
    ctx.set('Cache-Control', 'private, no-cache');
    ctx.type = 'application/json; charset=utf-8';
    ctx.body = assets.description;
  });
  look('/attention', async (ctx) => {
    const now = Date.now();
    const found = await board(ctx, {});
    const open = cardsOf(found).filter(({ state }) => state === 'open');
    return { seq: found.seq, items: open.map((card) => attentionItem(card, now)) };
  });
  look('/conflicts', (ctx) => callerOf(ctx).conflicts.list());
  look('/status', (ctx) => callerOf(ctx).status());
  look('/history', (ctx) => takingUnknown(callerOf(ctx).history)(historyInput(ctx)));
  look('/work-units', async (ctx) => unitsOf(await board(ctx, { page: 1 })));
  router.post('/work-units', async (ctx) =>
    sendJson(ctx, await takingUnknown(callerOf(ctx).units.add)(plan(ctx))),
  );
  router.post('/conflicts', async (ctx) =>
    sendJson(ctx, await takingUnknown(callerOf(ctx).conflicts.report)(objectIn(ctx))),
  );
  router.delete('/work-units/:chunk', async (ctx) => {
    const address = new URLSearchParams(ctx.querystring);
    const [unlink, kill] = [switchIn(address, 'unlink'), switchIn(address, 'kill')];
    const input = { chunk: chunkOf(ctx), unlink, kill };
    sendJson(ctx, await callerOf(ctx).units.remove(input));
  });
}

function unitsOf(board: Board) {
  const { page = 1, pages = 1, total = 0 } = pageOf(board) ?? {};
  const units = cellsOf(board).map(({ row: _row, key: _key, order: _order, ...unit }) => unit);
  return { seq: board.seq, page, pages, total, units };
}

/** An open item as a script reads it. `time_waiting` is in whole seconds. */
const attentionItem = (card: Card, now: number) => ({
  item: card.id,
  version: card.version,
  chunk: card.chunk,
  phase: card.phase,
  run: card.run,
  kind: card.kind,
  prompt: card.prompt,
  context: card.context,
  options: card.options,
  multiple: card.multiple,
  allows_text: card.allows_text,
  asked_at: card.asked_at,
  asked_by: card.asked_by,
  time_waiting: Math.max(0, Math.floor((now - Date.parse(card.asked_at)) / 1000)),
  wait: card.wait,
  blocks_count: card.blocks_count,
  unblocks: card.unblocks,
});

/** One unit, or a plan. */
function plan(ctx: RouterContext): object {
  const body = objectIn(ctx);
  return 'units' in body ? body : { units: [body] };
}

function objectIn(ctx: RouterContext): object {
  const body: unknown = ctx.request.body;
  if (body !== null && typeof body === 'object' && !Array.isArray(body)) return body;
  throw invalid('', 'Send a JSON object.');
}

function historyInput({ querystring }: RouterContext): object {
  const address = new URLSearchParams(querystring);
  const given = {
    after: wholeIn(address, 'after'),
    limit: wholeIn(address, 'limit'),
    chunk: oneIn(address, 'chunk'),
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null));
}
