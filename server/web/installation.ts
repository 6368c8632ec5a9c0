/** What a browser needs to install the page as an application of its own: a manifest and the project's mark. */
import type Router from '@koa/router';
import type { Context as KoaContext } from 'koa';
import { under } from '../../shared/base-path.ts';
import { iconSvg, projectName } from '../../shared/tab-title.ts';
import type { Context } from '../api/procedures.ts';
import { projectOf as folderOf, type RouteParts } from './reply.ts';

/** Signed-in browsers alone get them, and they name nothing but the project. */
const CACHE = 'private, max-age=3600';
/** Systems cut a maskable icon to a shape of theirs: it has no corners of its own. */
const ICONS = { '/icon.svg': 7, '/icon-maskable.svg': 0 } as const;

export function addInstallation(
  router: Router,
  { assets, contextFor }: Pick<RouteParts<Pick<Context, 'about'>>, 'assets' | 'contextFor'>,
): void {
  const projectOf = (ctx: KoaContext) => projectName(folderOf(contextFor(ctx)));
  for (const [path, corner] of Object.entries(ICONS))
    router.get(path, (ctx) => send(ctx, 'image/svg+xml', iconSvg(projectOf(ctx), 0, corner)));
  // Browsers look for a newer one at its own address.
  router.get('/notification-worker.js', (ctx) =>
    send(ctx, 'text/javascript', assets.worker, 'private, no-cache'),
  );
  router.get('/manifest.webmanifest', (ctx) =>
    send(ctx, 'application/manifest+json', JSON.stringify(manifestOf(projectOf(ctx)))),
  );
}

function send(ctx: KoaContext, type: string, body: string | Buffer, cache = CACHE): void {
  ctx.set('Cache-Control', cache);
  ctx.type = `${type}; charset=utf-8`;
  ctx.body = body;
}

/** W3C Web Application Manifest. */
const manifestOf = (project: string) => ({
  id: under('/'),
  name: `${project} – Signalbox`,
  short_name: project,
  description: 'What needs you, in which order, and what everything else is doing.',
  start_url: under('/'),
  scope: under('/'),
  display: 'standalone',
  background_color: '#f7f7f5',
  theme_color: '#f7f7f5',
  icons: [
    { src: under('/icon.svg'), type: 'image/svg+xml', sizes: 'any', purpose: 'any' },
    { src: under('/icon-maskable.svg'), type: 'image/svg+xml', sizes: 'any', purpose: 'maskable' },
  ],
  shortcuts: [{ name: 'Settings', url: under('/settings') }],
});
