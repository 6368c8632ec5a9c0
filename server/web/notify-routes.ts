/** Notifications by form and for scripts: their policies, and tests. */
import type Router from '@koa/router';
import type { RouterContext } from '@koa/router';
import { numberIn } from '../../shared/actions.ts';
import { ITEM_KINDS } from '../../shared/item-words.ts';
import { takingUnknown } from '../../shared/unknown-input.ts';
import { refusalOf } from '../api/refusal-of.ts';
import { createCaller } from '../api/router.ts';
import { formErrorOf, isForm } from './action-routes.ts';
import { drawSettings } from './draw-pages.ts';
import { type Fields, readForm } from './forms.ts';
import { type RouteParts, sendJson, sendPage, wantsJson } from './reply.ts';
import { seeOther } from './return-address.ts';

export function addNotifyRoutes(router: Router, parts: RouteParts): void {
  const procedures = (ctx: RouterContext) => createCaller(parts.contextFor(ctx)).notify;
  router.get('/notify', async (ctx) => {
    if (wantsJson(ctx)) return sendJson(ctx, await procedures(ctx).show());
    seeOther(ctx, '/settings#notify-heading');
  });
  router.post('/notify/:channel', (ctx) =>
    change(parts, ctx, takingUnknown(procedures(ctx).configure), policyIn),
  );
  router.post('/notify/:channel/test', (ctx) =>
    change(parts, ctx, takingUnknown(procedures(ctx).test), () => ({})),
  );
}

async function change(
  parts: RouteParts,
  ctx: RouterContext,
  act: (input: unknown) => Promise<object>,
  inputOf: (fields: Fields) => object,
): Promise<void> {
  const channel = String(ctx.params.channel);
  if (!isForm(ctx)) return sendJson(ctx, await act({ ...(ctx.request.body as object), channel }));
  const fields = readForm(String(ctx.request.body ?? ''));
  try {
    await act({ ...inputOf(fields), channel });
    seeOther(ctx, `/settings#notify-${channel}`);
  } catch (error) {
    const refusal = refusalOf(error);
    if (!refusal) throw error;
    const typed = new Map([...fields].map(([name, [value = '']]) => [`${channel}.${name}`, value]));
    sendPage(ctx, refusal.status, drawSettings(parts, ctx, typed, formErrorOf(fields, refusal)));
  }
}

const NUMBERS = ['min_impact', 'away_seconds', 'gather_seconds'] as const;

/** A box that is not ticked is not sent: the whole form counts. */
function policyIn(fields: Fields): object {
  const numbers = NUMBERS.map((name) => [name, numberIn(fields.get(name)?.[0] ?? '')]);
  return {
    on: fields.has('on'),
    kinds: ITEM_KINDS.filter((kind) => fields.has(`kind-${kind}`)),
    ...Object.fromEntries(numbers),
    quiet: fields.get('quiet')?.[0] ?? '',
    sound: fields.has('sound'),
  };
}
