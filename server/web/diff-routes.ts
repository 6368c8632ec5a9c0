/** The page of what a unit has changed, also as JSON and as a patch; and the forms on it. */
import type Router from '@koa/router';
import type { RouterContext } from '@koa/router';
import { formInput } from '../../shared/actions.ts';
import { under } from '../../shared/base-path.ts';
import type { LinePlace } from '../../shared/diff.ts';
import { takingUnknown } from '../../shared/unknown-input.ts';
import { mayAnswer } from '../access/permissions.ts';
import { refusalOf } from '../api/refusal-of.ts';
import { createCaller } from '../api/router.ts';
import { newId } from '../system/new-id.ts';
import { diffAddress, diffPath, diffQueryOf, openPlaceOf } from './diff-address.ts';
import { diffPage } from './diff-page.ts';
import { type Fields, formKey, readForm } from './forms.ts';
import { chunkOf, projectOf, type RouteParts, sendJson, sendPage, wantsJson } from './reply.ts';
import { seeOther } from './return-address.ts';

export function addDiffRoutes(router: Router, parts: RouteParts): void {
  router.get(diffPath(':chunk'), async (ctx) => {
    const chunk = chunkOf(ctx);
    const { work } = createCaller(parts.contextFor(ctx));
    if (ctx.accepts('html', 'json', 'text/x-patch') === 'text/x-patch') {
      const { patch } = await work.patch({ chunk });
      ctx.type = 'text/x-patch; charset=utf-8';
      ctx.body = patch;
      return;
    }
    const address = new URLSearchParams(ctx.querystring);
    if (wantsJson(ctx)) return sendJson(ctx, await work.diff({ chunk, ...diffQueryOf(address) }));
    sendPage(ctx, 200, await drawDiff(parts, ctx, { address, open: openPlaceOf(address) }));
  });
  for (const action of ['comment', 'uncomment'] as const)
    router.post(`${diffPath(':chunk')}/${action}`, (ctx) => actOnLine(parts, ctx, action));
}

interface Drawing {
  readonly address: URLSearchParams;
  readonly open: LinePlace | null;
  /** Of a comment that could not be taken. */
  readonly problem?: string;
  readonly words?: string;
}

async function drawDiff(parts: RouteParts, ctx: RouterContext, drawing: Drawing): Promise<string> {
  const chunk = chunkOf(ctx);
  const context = parts.contextFor(ctx);
  const caller = createCaller(context);
  const [diff, { work }] = await Promise.all([
    caller.work.diff({ chunk, ...diffQueryOf(drawing.address) }),
    caller.unit({ chunk }),
  ]);
  const path = diffPath(chunk);
  const isOpen = mayAnswer(context) && work !== null && work.end === null;
  const draft = isOpen
    ? {
        post: under(`${path}/comment`),
        remove: under(`${path}/uncomment`),
        seen: newId(),
        snapshot: diff.to,
        comments: work.comments,
        open: drawing.open,
        problem: drawing.problem ?? null,
        words: drawing.words ?? '',
      }
    : null;
  const snapshot = context.boardFeed.snapshot({ chunk });
  const project = projectOf(context);
  return diffPage({ assets: parts.assets, project, snapshot, chunk, diff, draft, now: new Date() });
}

/** Back to the line, or to the open form with what is wrong and the words. */
async function actOnLine(
  parts: RouteParts,
  ctx: RouterContext,
  action: 'comment' | 'uncomment',
): Promise<void> {
  const chunk = chunkOf(ctx);
  const fields = readForm(String(ctx.request.body ?? ''));
  const { file, ...open } = placeOf(fields);
  const procedure = takingUnknown(createCaller(parts.contextFor(ctx)).work[action]);
  try {
    await procedure({ ...inputOf(action, fields), chunk, key: formKey(action, chunk, fields) });
    const place = { path: diffPath(chunk), query: { file: null, page: 1 } };
    seeOther(ctx, diffAddress(place, { file: file === '' ? null : file, page: 1 }));
  } catch (error) {
    const refusal = refusalOf(error);
    if (!refusal) throw error;
    const words = fields.get('words')?.[0] ?? '';
    const address = new URLSearchParams({ file });
    const drawing = { address, open: { file, ...open }, problem: refusal.message, words };
    sendPage(ctx, refusal.status, await drawDiff(parts, ctx, drawing));
  }
}

const placeOf = (fields: Fields): LinePlace => ({
  file: fields.get('file')?.[0] ?? '',
  side: fields.get('side')?.[0] === 'old' ? 'old' : 'new',
  line: Number(fields.get('line')?.[0]) || 1,
});

/** A form says of a comment that is removed where it stands, to come back there. */
function inputOf(action: 'comment' | 'uncomment', fields: Fields): Record<string, unknown> {
  const input = formInput(fields);
  return action === 'comment' ? input : { id: input.id };
}
