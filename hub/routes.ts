/** The paths of the hub: its page, the forms on it, and the ways to the pages of the projects. */
import Router, { type RouterContext } from '@koa/router';
import type { Context as KoaContext } from 'koa';
import { refusalOf } from '../server/api/refusal-of.ts';
import { invalid, notFound } from '../server/domain/refusal.ts';
import { formErrorOf, isForm } from '../server/web/action-routes.ts';
import { oneIn, strictQuery } from '../server/web/address-query.ts';
import { addAssets } from '../server/web/asset-routes.ts';
import { formKey, readForm } from '../server/web/forms.ts';
import { addInstallation } from '../server/web/installation.ts';
import type { FormError } from '../server/web/page.ts';
import { chunkOf, type RouteParts, sendJson, sendPage, wantsJson } from '../server/web/reply.ts';
import { refererOf } from '../server/web/return-address.ts';
import { addSignIn, addSignOut, renewing } from '../server/web/sign-in-page.ts';
import { formInput } from '../shared/actions.ts';
import { localPath } from '../shared/local-path.ts';
import { addressOf, type Query } from '../shared/query.ts';
import { takingUnknown } from '../shared/unknown-input.ts';
import { checkIsOf, type HubAction, isHubAction } from './act.ts';
import { hubPage } from './page.ts';
import type { Project } from './project.ts';
import { SLUG } from './projects.ts';
import { aMoment, createHubCaller, type HubContext } from './router.ts';

type HubParts = RouteParts<HubContext>;

export function hubRoutes(parts: HubParts): Router {
  const router = new Router();
  router.use((ctx, next) =>
    renewing(parts, ctx, next, () => void parts.contextFor(ctx).projects.beSeen(aMoment())),
  );
  addSignIn(router, parts);
  addSignOut(router, parts, (ctx) => createHubCaller(parts.contextFor(ctx)).access.signOut({}));
  router.get('/', async (ctx) => sendPage(ctx, 200, await draw(parts, ctx, queryIn(ctx.querystring))));
  // The page asks here whether the hub is back.
  router.get('/status', async (ctx) => sendJson(ctx, await createHubCaller(parts.contextFor(ctx)).status()));
  addInstallation(router, parts);
  addAssets(router, parts.assets);
  router.post('/projects/:slug/work-units/:chunk/:action', (ctx) => act(parts, ctx));
  // Where a refused form leaves the address of the browser.
  router.get('/projects/:slug/work-units/:chunk/:action', async (ctx, next) => {
    if (!isHubAction(String(ctx.params.action))) return next();
    ctx.redirect('/');
  });
  router.get('/projects/:slug{/*path}', (ctx) => openProject(parts, ctx));
  return router;
}

/** The filter of an address; `project` is the last part of a project's path. */
function queryIn(text: string): Query {
  const address = new URLSearchParams(text);
  const project = oneIn(address, 'project');
  if (project !== null && !SLUG.test(project))
    throw invalid('project', 'project takes the name of one in the list.');
  const { page: _, ...query } = strictQuery(address);
  return project === null ? query : { ...query, project };
}

/** The page as of now. */
async function draw(parts: HubParts, ctx: KoaContext, query: Query, formError?: FormError): Promise<string> {
  const { projects, build: _ } = parts.contextFor(ctx);
  if (query.project !== undefined && !projects.find(query.project))
    throw notFound('There is no such project here. Show all projects.');
  const { board, leave } = await projects.look(query);
  leave();
  return hubPage({
    assets: parts.assets,
    snapshot: board.rows.snapshot(parts.assets.build),
    query,
    pulses: projects.pulses,
    formError,
    isSignedIn: parts.callerOf(ctx)?.credential != null,
    now: new Date(),
  });
}

function projectAt({ contextFor }: HubParts, ctx: RouterContext): Project {
  const project = contextFor(ctx).projects.find(String(ctx.params.slug));
  if (!project) throw notFound('There is no such project here.');
  return project;
}

/** A form comes back by redirect, or as the page with what is wrong; a script gets JSON. */
async function act(parts: HubParts, ctx: RouterContext): Promise<void> {
  const project = projectAt(parts, ctx);
  const chunk = chunkOf(ctx);
  const action = String(ctx.params.action);
  if (!isHubAction(action))
    throw notFound(`Here an item knows no action "${action}": see the page of its unit.`);
  if (isForm(ctx)) return actByForm(parts, ctx, { project, chunk, action });
  const body: unknown = ctx.request.body;
  const input = body !== null && typeof body === 'object' && !Array.isArray(body) ? body : {};
  checkIsOf(project, (input as { item?: unknown }).item);
  sendJson(ctx, await perform(parts, ctx, action, { ...input, chunk }));
}

function perform(
  { contextFor }: HubParts,
  ctx: KoaContext,
  action: HubAction,
  input: object,
): Promise<object> {
  return takingUnknown(createHubCaller(contextFor(ctx)).items[action])(input);
}

interface Act {
  readonly project: Project;
  readonly chunk: string;
  readonly action: HubAction;
}

async function actByForm(
  parts: HubParts,
  ctx: RouterContext,
  { project, chunk, action }: Act,
): Promise<void> {
  const fields = readForm(String(ctx.request.body ?? ''));
  const back = backOf(ctx);
  try {
    checkIsOf(project, fields.get('item')?.[0]);
    const key = formKey(action, `${project.slug}/${chunk}`, fields);
    await perform(parts, ctx, action, { ...formInput(fields), chunk, key });
    ctx.redirect(addressOf(back));
    ctx.status = 303;
  } catch (error) {
    const refusal = refusalOf(error);
    if (!refusal) throw error;
    sendPage(ctx, refusal.status, await draw(parts, ctx, back, formErrorOf(fields, refusal)));
  }
}

/** The filter of the page on which the form stood. */
function backOf(ctx: KoaContext): Query {
  const path = refererOf(ctx);
  return path.startsWith('/?') ? queryIn(path.slice(2)) : {};
}

/** On to a page of the project's own daemon, signed in: reaching its socket is the proof. */
async function openProject(parts: HubParts, ctx: RouterContext): Promise<void> {
  const project = projectAt(parts, ctx);
  const to = localPath(ctx.url.slice(`/projects/${project.slug}`.length) || '/') ?? '/';
  if (project.isAway)
    throw notFound(`The daemon of ${project.place.name} does not answer now, and its pages are there.`);
  if (project.machine !== '')
    throw notFound(
      `The pages of ${project.place.name} are on that machine. There, in its folder: signalbox open`,
    );
  const { url } = await project.calls.access.link.mutate({ to });
  if (wantsJson(ctx)) return sendJson(ctx, { url });
  ctx.set('Cache-Control', 'no-store');
  ctx.redirect(url);
  ctx.status = 303;
}
