/** A server on 127.0.0.1 that speaks as a model's does, and says what a script in the prompt tells it to. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { type ModelStep, nextStep, type Turn } from './script.ts';

export interface ModelServer {
  readonly url: string;
  /** The bodies of the latest requests, oldest first. */
  readonly requests: readonly string[];
  /** What tools gave back to the model. */
  readonly heard: ReadonlySet<string>;
  /** Hosts elsewhere that somebody wanted to reach through this server as a proxy. All are refused. */
  readonly elsewhere: ReadonlySet<string>;
  close(): Promise<void>;
}

export interface ModelRequest {
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly response: ServerResponse;
  /** What the script says next. `names`: what `$NAME` in it stands for. */
  next(turns: readonly Turn[], names?: Readonly<Record<string, string>>): Promise<ModelStep>;
}

/** A request holds a whole conversation, and the description of every tool. */
const BODY_BYTES = 16 * 1024 * 1024;
const REQUESTS_KEPT = 1000;

export async function serveModel(answer: (request: ModelRequest) => Promise<void>): Promise<ModelServer> {
  const requests: string[] = [];
  const heard = new Set<string>();
  const elsewhere = new Set<string>();
  const next: ModelRequest['next'] = (turns, names = {}) => {
    for (const { who, text } of turns) if (who === 'tool') heard.add(text);
    return nextStep(turns, names);
  };
  const take = async (request: IncomingMessage, response: ServerResponse) => {
    const { pathname: path, host } = new URL(request.url ?? '/', 'http://here');
    if (host !== 'here') {
      elsewhere.add(host);
      return sendJson(response, 403, { error: { message: 'Nothing elsewhere is reached.' } });
    }
    const body = await textOf(request);
    requests.push(body);
    if (requests.length > REQUESTS_KEPT) requests.shift();
    await answer({ path, body: objectIn(body), response, next });
  };
  const server = createServer((request, response) => {
    take(request, response).catch((error: unknown) => {
      if (!response.headersSent) sendJson(response, 500, { error: { message: String(error) } });
      response.destroy();
    });
  });
  server.on('connect', ({ url = '' }: IncomingMessage, socket: Duplex) => {
    elsewhere.add(url);
    socket.on('error', () => {});
    socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n');
  });
  server.on('upgrade', (_request, socket) => {
    socket.on('error', () => {});
    socket.end('HTTP/1.1 426 Upgrade Required\r\nContent-Length: 0\r\n\r\n');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    heard,
    elsewhere,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > BODY_BYTES) throw new Error(`More than ${BODY_BYTES} bytes.`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function objectIn(body: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

export function sendJson(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(value));
}

/** Server-sent events, each named by its type. */
export function sendEvents(response: ServerResponse, events: readonly { readonly type: string }[]): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (const event of events) response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
  response.end();
}

/** Server-sent events without names: texts as they are, everything else as JSON. */
export function sendData(response: ServerResponse, events: readonly unknown[]): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (const event of events)
    response.write(`data: ${typeof event === 'string' ? event : JSON.stringify(event)}\n\n`);
  response.end();
}
