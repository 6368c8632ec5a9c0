/** Paths for people and scripts. Each leads to the same procedures as every other door. */
import Router, { type RouterContext } from '@koa/router';
import type { Context as KoaContext } from 'koa';
import { ACTIONS, type Action, formInput, isAction } from '../../shared/actions.ts';
import { bulkInput, bulkWords } from '../../shared/bulk.ts';
import { firstPage, type Query, queryKey } from '../../shared/query.ts';
import { takingUnknown } from '../../shared/unknown-input.ts';
import { type RefusalForCaller, refusalOf } from '../api/refusal-of.ts';
import { createCaller } from '../api/router.ts';
import { notFound } from '../domain/refusal.ts';
import { findWork } from '../domain/state.ts';
import { readTail } from '../output/transcript.ts';
import { runFiles } from '../system/run-files.ts';
import { strictQuery } from './address-query.ts';
import { addDiffRoutes } from './diff-routes.ts';
import { type Fields, formKey, readForm } from './forms.ts';
import { addApi } from './json.ts';
import { dashboardPage, type FormError, unitPage } from './page.ts';
import { chunkOf, type RouteParts, sendJson, sendMessage, sendPage, wantsJson } from './reply.ts';
import { ResponseCache } from './response-cache.ts';
import { backOf, lateUndo, queryAt, seeOther, withLate } from './return-address.ts';
import { addRunRoutes, PAGE_BYTES, printedOf } from './run-routes.ts';
import { addSignIn, renew, setCookie } from './sign-in-page.ts';

const asked = (ctx: KoaContext): Query => strictQuery(new URLSearchParams(ctx.querystring));

export function routes(parts: RouteParts): Router {
  const { assets } = parts;
  const router = new Router();
  const cache = new ResponseCache();
  router.use((ctx, next) => renewing(parts, ctx, next));
  addSignIn(router, parts);
  router.post('/sign-out', (ctx) => signOut(parts, ctx));
  router.get('/embed.js', (ctx) => sendEmbed(parts, ctx));
  router.get('/', (ctx) => {
    const query = asked(ctx);
    const late = lateUndo(parts, ctx);
    if (late) return sendPage(ctx, 200, drawDashboard(parts, ctx, query, late));
    const { seq } = parts.contextFor(ctx).boardFeed.snapshot(firstPage(query));
    const draw = () => drawDashboard(parts, ctx, query);
    const about = `${isSignedIn(parts, ctx)} ${parts.access.refusals.failedLately()?.last_at}`;
    sendPage(ctx, 200, cache.at(seq, `page ${about} ${queryKey(query)}`, draw));
  });
  // What the script asks for when the first units are there: with many, too much to send by the socket.
  router.get('/board', (ctx) => {
    const query = asked(ctx);
    const snapshot = parts.contextFor(ctx).boardFeed.snapshot(query);
    const write = () => JSON.stringify(snapshot);
    sendJson(ctx, cache.at(snapshot.seq, `board ${queryKey(query)}`, write));
    ctx.type = 'application/json';
  });
  addApi(router, parts);
  router.get('/work-units/:chunk', async (ctx) => {
    if (wantsJson(ctx))
      return sendJson(ctx, await createCaller(parts.contextFor(ctx)).unit({ chunk: chunkOf(ctx) }));
    sendPage(ctx, 200, await drawUnit(parts, ctx, chunkOf(ctx), lateUndo(parts, ctx)));
  });
  addRunRoutes(router, parts);
  addDiffRoutes(router, parts);
  router.post('/work-units/:chunk/:action', (ctx) => act(parts, ctx));
  // Where a refused form leaves the address of the browser: whoever asks for it again means the unit.
  router.get('/work-units/:chunk/:action', (ctx) => {
    if (!isAction(String(ctx.params.action))) throw notFound('There is nothing at this address.');
    // 302, not 303: that is how an action that was carried out answers.
    ctx.redirect(`/work-units/${chunkOf(ctx)}`);
  });
  router.post('/config', (ctx) => configure(parts, ctx));
  router.post('/bulk', (ctx) => actOnAll(parts, ctx));
  router.get('/assets/:name', (ctx) => {
    const file = assets.files.get(ctx.path);
    if (!file) throw notFound('There is no such file. Reload the page.');
    ctx.set('Cache-Control', 'public, max-age=31536000, immutable');
    ctx.type = file.type;
    ctx.body = file.body;
  });
  return router;
}

/** Whoever looks at a page stays signed in. */
async function renewing(parts: RouteParts, ctx: KoaContext, next: () => Promise<unknown>): Promise<void> {
  const caller = parts.callerOf(ctx);
  const session = caller?.door === 'page' ? caller.credential : null;
  if (session) await renew(ctx, parts, session.id);
  await next();
}

async function signOut(parts: RouteParts, ctx: KoaContext): Promise<void> {
  await createCaller(parts.contextFor(ctx)).access.signOut({});
  setCookie(ctx, parts, '', 0);
  if (!isForm(ctx)) return sendJson(ctx, { signed_out: true });
  seeOther(ctx, '/sign-in');
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

const isSignedIn = ({ callerOf }: RouteParts, ctx: KoaContext): boolean => callerOf(ctx)?.credential != null;

/** A page of units at a time, the first unless the query names another. */
function drawDashboard(parts: RouteParts, ctx: KoaContext, query: Query, formError?: FormError): string {
  const { assets, access, contextFor } = parts;
  const { boardFeed, pulses, store } = contextFor(ctx);
  const { settings } = store.state;
  return dashboardPage({
    assets,
    query,
    formError,
    settings,
    isSignedIn: isSignedIn(parts, ctx),
    failed: access.refusals.failedLately(),
    snapshot: boardFeed.snapshot(firstPage(query)),
    pulses: pulses.now(query),
    now: new Date(),
  });
}

async function drawUnit(
  parts: RouteParts,
  ctx: KoaContext,
  chunk: string,
  formError?: FormError,
): Promise<string> {
  const context = parts.contextFor(ctx);
  const detail = await createCaller(context).unit({ chunk });
  const work = findWork(context.store.state, chunk);
  const run = work?.runs.at(-1);
  const output = run && runFiles(context.runs, run.unit, run.number).output;
  const printed =
    run && output
      ? await printedOf(run.number, output, await readTail(output, PAGE_BYTES, run.ended_at !== null))
      : null;
  const query = { chunk };
  const snapshot = context.boardFeed.snapshot(query);
  return unitPage({
    assets: parts.assets,
    query,
    formError,
    snapshot,
    pulses: {},
    detail,
    printed,
    now: new Date(),
  });
}

interface Act {
  readonly chunk: string;
  readonly action: Action;
}

/** One action on a unit: a form comes back by redirect, or as its page with what is wrong; a script gets JSON. */
async function act(parts: RouteParts, ctx: RouterContext): Promise<void> {
  const chunk = chunkOf(ctx);
  const action = String(ctx.params.action);
  if (!isAction(action)) throw notFound(`A unit knows no action "${action}".`);
  if (isForm(ctx)) return actByForm(parts, ctx, { chunk, action });
  const body: unknown = ctx.request.body;
  const input = body !== null && typeof body === 'object' && !Array.isArray(body) ? body : {};
  sendJson(ctx, await perform(parts, ctx, action, { ...input, chunk }));
}

type Procedure = (input: never) => Promise<object>;

/** Calls the procedure, which checks what it is given. */
function perform(
  { contextFor }: RouteParts,
  ctx: RouterContext,
  action: Action,
  input: object,
): Promise<object> {
  const [group, name] = ACTIONS[action];
  const procedures: Readonly<Record<string, Procedure>> = createCaller(contextFor(ctx))[group];
  const procedure = procedures[name];
  if (!procedure) return Promise.reject(new Error(`no procedure ${group}.${name}`));
  return takingUnknown(procedure)(input);
}

async function actByForm(parts: RouteParts, ctx: RouterContext, { chunk, action }: Act): Promise<void> {
  const fields = readForm(String(ctx.request.body ?? ''));
  try {
    await perform(parts, ctx, action, { ...formInput(fields), chunk, key: formKey(action, chunk, fields) });
    seeOther(ctx, action === 'remove' ? '/' : backOf(ctx));
  } catch (error) {
    const refusal = refusalOf(error);
    if (!refusal) throw error;
    const item = fields.get('item')?.[0] ?? '';
    // There are no words to keep: the page itself, at its own address, says that it was too late.
    if (action === 'undo' && refusal.kind === 'conflict') return seeOther(ctx, withLate(backOf(ctx), item));
    sendPage(ctx, refusal.status, await redraw(parts, ctx, chunk, formErrorOf(fields, refusal)));
  }
}

/** One action on all that a filter shows; a form is answered with a page that says what came of it. */
async function actOnAll(parts: RouteParts, ctx: RouterContext): Promise<void> {
  const bulk = takingUnknown(createCaller(parts.contextFor(ctx)).units.bulk);
  if (!isForm(ctx)) return sendJson(ctx, await bulk(ctx.request.body ?? {}));
  const body = String(ctx.request.body ?? '');
  const fields = readForm(body);
  // With a part of the filter left out, more units would be changed than it says.
  strictQuery(new URLSearchParams(body));
  const outcome = await bulk(bulkInput(fields));
  sendMessage(ctx, parts.assets, 200, 'Done', bulkWords(outcome));
}

/** Sets what is given; an empty field stays as it was. */
async function configure(parts: RouteParts, ctx: RouterContext): Promise<void> {
  const update = takingUnknown(createCaller(parts.contextFor(ctx)).config.update);
  if (!isForm(ctx)) return sendJson(ctx, await update(ctx.request.body ?? {}));
  const fields = readForm(String(ctx.request.body ?? ''));
  const given = new Map([...fields].filter(([, [value]]) => value !== ''));
  try {
    await update(formInput(given));
    seeOther(ctx, '/');
  } catch (error) {
    const refusal = refusalOf(error);
    if (!refusal) throw error;
    sendPage(ctx, refusal.status, drawDashboard(parts, ctx, {}, formErrorOf(fields, refusal)));
  }
}

/** The page that the form stood on, with what is wrong and the operator's words; if that is gone, the dashboard. */
async function redraw(
  parts: RouteParts,
  ctx: RouterContext,
  chunk: string,
  formError: FormError,
): Promise<string> {
  const back = backOf(ctx);
  const dashboard = () => drawDashboard(parts, ctx, queryAt(back), formError);
  if (!back.startsWith('/work-units/')) return dashboard();
  return drawUnit(parts, ctx, chunk, formError).catch(dashboard);
}

const formErrorOf = (fields: Fields, { message, field }: RefusalForCaller): FormError => ({
  item: fields.get('item')?.[0] ?? null,
  notice: { tone: 'wrong', message, field },
  words:
    ['text', 'why', 'reason'].map((name) => fields.get(name)?.[0] ?? '').find((words) => words !== '') ?? '',
  chosen: fields.get('option') ?? [],
});

const isForm = (ctx: KoaContext): boolean => Boolean(ctx.is('application/x-www-form-urlencoded'));
