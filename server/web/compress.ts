import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Context, Middleware } from 'koa';

/** Smaller bodies fit into one packet anyway. */
const WORTH_BYTES = 1024;
const PACKABLE = ['text/html', 'text/css', 'text/javascript', 'application/json'];

const pack = promisify<Buffer, Buffer>(gzip);
/** A body that is sent again is the same buffer, and is compressed once. */
const known = new WeakMap<Buffer, Promise<Buffer>>();

/**
 * Compresses text responses with gzip. They contain no secrets, so their length reveals
 * nothing. Streams, downloads and responses of the tRPC adapter are not compressed.
 */
export function packed(): Middleware {
  return async (ctx, next) => {
    await next();
    const body = ctx.respond === false ? null : packable(ctx);
    if (!body || body.length < WORTH_BYTES) return;
    ctx.vary('Accept-Encoding');
    if (ctx.acceptsEncodings('gzip', 'identity') !== 'gzip') return;
    const packing = known.get(body) ?? pack(body);
    known.set(body, packing);
    ctx.body = await packing;
    ctx.set('Content-Encoding', 'gzip');
  };
}

/** The bytes of an answer that is a text; null: it is none. */
function packable({ body, response }: Context): Buffer | null {
  if (!response.is(PACKABLE)) return null;
  if (Buffer.isBuffer(body)) return body;
  if (typeof body === 'string') return Buffer.from(body);
  const isPlain =
    body !== null && typeof body === 'object' && Object.getPrototypeOf(body) === Object.prototype;
  return isPlain ? Buffer.from(JSON.stringify(body)) : null;
}
