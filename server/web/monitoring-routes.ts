/** What a monitoring system asks: whether the daemon lives, whether it can store something, and its metrics. */
import type Router from '@koa/router';
import type { Context as KoaContext } from 'koa';

export interface Monitoring {
  /** Rejects with a `Refusal` where nothing can be stored now. */
  readonly checkReady: () => Promise<void>;
  /** In the text format of Prometheus, with its media type. */
  readonly metrics: () => Promise<{ readonly type: string; readonly text: string }>;
}

export function addMonitoring(router: Router, { checkReady, metrics }: Monitoring): void {
  router.get('/healthz', (ctx) => send(ctx, 'text/plain; charset=utf-8', 'ok\n'));
  router.get('/readyz', async (ctx) => {
    await checkReady();
    send(ctx, 'text/plain; charset=utf-8', 'ok\n');
  });
  router.get('/metrics', async (ctx) => {
    const { type, text } = await metrics();
    send(ctx, type, text);
  });
}

function send(ctx: KoaContext, type: string, text: string): void {
  ctx.set('Cache-Control', 'no-store');
  ctx.type = type;
  ctx.body = text;
}
