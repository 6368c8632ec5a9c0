/** What forms and scripts do to units and settings: each leads to a procedure. */
import type { RouterContext } from '@koa/router';
import type { Context as KoaContext } from 'koa';
import { ACTIONS, type Action, formInput, isAction, numberIn, SEEN } from '../../shared/actions.ts';
import { bulkInput, bulkWords } from '../../shared/bulk.ts';
import { takingUnknown } from '../../shared/unknown-input.ts';
import { type RefusalForCaller, refusalOf } from '../api/refusal-of.ts';
import { createCaller } from '../api/router.ts';
import { notFound } from '../domain/refusal.ts';
import { strictQuery } from './address-query.ts';
import { drawDashboard, drawSettings, drawUnit } from './draw-pages.ts';
import { type Fields, formKey, readForm } from './forms.ts';
import type { FormError } from './page.ts';
import { chunkOf, type RouteParts, sendJson, sendMessage, sendPage } from './reply.ts';
import { backOf, queryAt, seeOther, withLate } from './return-address.ts';

interface Act {
  readonly chunk: string;
  readonly action: Action;
}

/** One action on a unit: a form comes back by redirect, or as its page with what is wrong; a script gets JSON. */
export async function act(parts: RouteParts, ctx: RouterContext): Promise<void> {
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
export async function actOnAll(parts: RouteParts, ctx: RouterContext): Promise<void> {
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
export async function configure(parts: RouteParts, ctx: RouterContext): Promise<void> {
  const update = takingUnknown(createCaller(parts.contextFor(ctx)).config.update);
  if (!isForm(ctx)) return sendJson(ctx, await update(ctx.request.body ?? {}));
  const fields = readForm(String(ctx.request.body ?? ''));
  const given = [...fields].filter(([name, [value]]) => value !== '' && name !== SEEN);
  try {
    // Every setting is a number.
    await update(Object.fromEntries(given.map(([name, [value = '']]) => [name, numberIn(value)])));
    seeOther(ctx, '/settings');
  } catch (error) {
    const refusal = refusalOf(error);
    if (!refusal) throw error;
    const typed = new Map(given.map(([name, [value = '']]) => [name, value]));
    sendPage(ctx, refusal.status, drawSettings(parts, ctx, typed, formErrorOf(fields, refusal)));
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
  const waits = await parts.contextFor(ctx).boardFeed.waits(new Date());
  const dashboard = () => drawDashboard(parts, ctx, queryAt(back), waits, formError);
  if (!back.startsWith('/work-units/')) return dashboard();
  return drawUnit(parts, ctx, chunk, { formError }).catch(dashboard);
}

export const formErrorOf = (fields: Fields, { message, field }: RefusalForCaller): FormError => ({
  item: fields.get('item')?.[0] ?? null,
  notice: { tone: 'wrong', message, field },
  words:
    ['text', 'why', 'reason'].map((name) => fields.get(name)?.[0] ?? '').find((words) => words !== '') ?? '',
  chosen: fields.get('option') ?? [],
});

export const isForm = (ctx: KoaContext): boolean => Boolean(ctx.is('application/x-www-form-urlencoded'));
