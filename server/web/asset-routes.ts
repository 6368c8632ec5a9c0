import type Router from '@koa/router';
import { notFound } from '../domain/refusal.ts';
import type { Assets } from './assets.ts';

/** The scripts and styles of a build: each has a hash of its content in its name, so it may be kept for ever. */
export function addAssets(router: Router, { files }: Assets): void {
  router.get('/assets/:name', (ctx) => {
    const file = files.get(ctx.path);
    if (!file) throw notFound('There is no such file. Reload the page.');
    ctx.set('Cache-Control', 'public, max-age=31536000, immutable');
    ctx.type = file.type;
    ctx.body = file.body;
  });
}
