/** The page on which units are added, and its two forms. */
import type Router from '@koa/router';
import type { Context as KoaContext } from 'koa';
import { newUnitInput, planInput } from '../../shared/new-unit.ts';
import { takingUnknown } from '../../shared/unknown-input.ts';
import { type RefusalForCaller, refusalOf } from '../api/refusal-of.ts';
import { createCaller } from '../api/router.ts';
import { isForm } from './action-routes.ts';
import { type Fields, formKey, readForm } from './forms.ts';
import { newUnitPage } from './new-unit-page.ts';
import { projectOf, type RouteParts, sendJson, sendPage } from './reply.ts';
import { seeOther } from './return-address.ts';

/** So many names complete what is typed; others are taken as well. */
const MOST_NAMES = 200;

const FORMS = {
  unit: { path: '/new', procedure: 'create', inputOf: newUnitInput },
  plan: { path: '/new/plan', procedure: 'plan', inputOf: planInput },
} as const;
type Form = keyof typeof FORMS;

export function addNewUnitRoutes(router: Router, parts: RouteParts): void {
  router.get('/new', (ctx) => sendPage(ctx, 200, draw(parts, ctx)));
  // Where a refused plan leaves the address of the browser.
  router.get('/new/plan', (ctx) => ctx.redirect('/new'));
  for (const form of ['unit', 'plan'] as const) router.post(FORMS[form].path, (ctx) => add(parts, ctx, form));
}

async function add(parts: RouteParts, ctx: KoaContext, form: Form): Promise<void> {
  const { procedure, inputOf } = FORMS[form];
  const perform = takingUnknown(createCaller(parts.contextFor(ctx)).units[procedure]);
  if (!isForm(ctx)) return sendJson(ctx, await perform(ctx.request.body ?? {}));
  const fields = readForm(String(ctx.request.body ?? ''));
  try {
    const { result } = await perform({ ...inputOf(fields), key: formKey(form, '', fields) });
    const [chunk = '', ...more] = result.chunks ?? [];
    seeOther(ctx, more.length === 0 ? `/work-units/${chunk}` : '/');
  } catch (error) {
    const refusal = refusalOf(error);
    if (!refusal) throw error;
    sendPage(ctx, refusal.status, draw(parts, ctx, { form, fields, refusal }));
  }
}

interface Refused {
  readonly form: Form;
  readonly fields: Fields;
  readonly refusal: RefusalForCaller;
}

function draw(parts: RouteParts, ctx: KoaContext, refused?: Refused): string {
  const context = parts.contextFor(ctx);
  const { boardFeed, store } = context;
  const { trusted } = store.state;
  const units = boardFeed.chunks({ status: ['RUNNING', 'NEEDS_ATTENTION', 'READY', 'BLOCKED'] });
  return newUnitPage({
    assets: parts.assets,
    project: projectOf(context),
    snapshot: boardFeed.snapshot({ only: 'counts' }),
    agents: trusted.agents,
    units: units.slice(0, MOST_NAMES),
    base: trusted.work.base,
    fields: refused?.fields ?? new Map(),
    mistake: refused
      ? { form: refused.form, field: refused.refusal.field, message: refused.refusal.message }
      : null,
    now: new Date(),
  });
}
