/**
 * The daemon's end of a link to a carrier that has no way to the daemon of its own: over one line of bytes, in HTTP/2, it is
 * asked for its launch, and for connections to the daemon's socket. Whoever comes by one of these shows a token, as by ssh.
 */
import {
  constants,
  performServerHandshake,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { endWhenSilent } from './link-alive.ts';

const MOST_CONNECTIONS = 100;
export const LAUNCH_PATH = '/launch';

interface LinkParts {
  /** The daemon's socket. */
  readonly socket: string;
  /** What the carrier needs to claim its run, as JSON; null: it is not (or no longer) given. */
  readonly launch: () => string | null;
  /** The other end is there. */
  readonly opened: () => void;
}

/** Serves the link until it is closed, or `signal` ends it. */
export function serveLink(line: Duplex, parts: LinkParts, signal: AbortSignal): Promise<void> {
  const session = performServerHandshake(line, { settings: { maxConcurrentStreams: MOST_CONNECTIONS } });
  session.on('stream', (stream, { ':method': method, ':path': path }) => {
    stream.on('error', () => {});
    if (method === 'CONNECT') relay(stream, parts.socket);
    else if (method === 'GET' && path === LAUNCH_PATH) bring(stream, parts.launch());
    else stream.close(constants.NGHTTP2_REFUSED_STREAM);
  });
  session.once('remoteSettings', parts.opened);
  endWhenSilent(session);
  return closed(session, line, signal);
}

function bring(stream: ServerHttp2Stream, text: string | null): void {
  stream.respond({ ':status': text === null ? 204 : 200 });
  stream.end(text ?? '');
}

function relay(stream: ServerHttp2Stream, path: string): void {
  const socket = connect({ path, allowHalfOpen: true });
  socket.once('connect', () => {
    stream.respond({ ':status': 200 });
    stream.pipe(socket).pipe(stream);
  });
  socket.on('error', () => stream.close());
  stream.on('close', () => socket.destroy());
}

function closed(session: ServerHttp2Session, line: Duplex, signal: AbortSignal): Promise<void> {
  const end = () => session.destroy();
  return new Promise((resolve) => {
    session.on('error', () => {});
    line.on('error', end).on('close', end);
    session.once('close', () => {
      signal.removeEventListener('abort', end);
      line.destroy();
      resolve();
    });
    if (signal.aborted) end();
    else signal.addEventListener('abort', end);
  });
}
