/** Responses where Koa has no request: to upgrades, malformed HTTP and timeouts. */
import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Limits } from '../access/limits.ts';
import { HEADERS } from './headers.ts';
import { PROBLEM_TYPE, type ProblemDocument, problemDocument, titleOf } from './problem-document.ts';

/** How often Node checks for timeouts. */
const OVERDUE_LOOK_MS = 1000;

/** How long Node waits for a head, and for the body behind it, before it gives up with a `clientError`. */
export const patienceOf = ({ head_ms, request_ms }: Limits) => ({
  headersTimeout: head_ms,
  requestTimeout: Math.max(head_ms, request_ms),
  connectionsCheckingInterval: Math.min(OVERDUE_LOOK_MS, head_ms),
});

const BROKEN: Readonly<Record<string, number>> = { HPE_HEADER_OVERFLOW: 431, ERR_HTTP_REQUEST_TIMEOUT: 408 };

/** What Node itself gives up on is answered like everything else, unless that would stand in the middle of an answer. */
export function refuseBroken(
  error: NodeJS.ErrnoException,
  socket: Duplex,
  answer: ServerResponse | undefined,
): void {
  const isWithin = answer?.headersSent === true && !answer.writableFinished;
  if (error.code === 'ECONNRESET' || !socket.writable || isWithin) return void socket.destroy();
  const status = BROKEN[error.code ?? ''] ?? 400;
  if (status === 408) refuseRaw(socket, { status, code: 'timeout', detail: 'This came too slowly.' });
  else refuseRaw(socket, { status, code: 'unreadable', detail: 'This cannot be read as HTTP.' });
}

/** How long a refused peer may take to read the response. */
const LINGER_MS = 1000;

type RawRefusal = Pick<ProblemDocument, 'status' | 'code' | 'detail'>;

/** An answer where there is no request to answer: to an upgrade, or to what is not HTTP. */
export function refuseRaw(socket: Duplex, refused: RawRefusal, more: Record<string, string> = {}): void {
  const { status } = refused;
  const body = `${JSON.stringify(problemDocument({ ...refused, title: titleOf(status) }))}\n`;
  const headers = Object.entries({
    ...HEADERS,
    'Cache-Control': 'no-store',
    'Content-Type': PROBLEM_TYPE,
    Connection: 'close',
    'Content-Length': String(Buffer.byteLength(body)),
    ...more,
  });
  socket.end(
    `HTTP/1.1 ${status} Refused\r\n${headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`,
  );
  // A peer that never closes would keep the connection open.
  const linger = setTimeout(() => socket.destroy(), LINGER_MS).unref();
  socket.once('close', () => clearTimeout(linger));
}
