/** A cell as it goes over the wire, and the status of what comes back. */
import { connect, type Socket } from 'node:net';
import { type Cell, headersOf } from './scene.ts';

const UPGRADE =
  'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n';
const PATIENCE_MS = 20_000;

/** What the names of the scene are in a house that stands: old and new in turn. */
export type Renamed = readonly (readonly [string, string])[];

/**
 * The head, and where it is `whole` a body as long as is declared. Of what is refused only the head is sent: who
 * writes on while the other side closes may never see the refusal.
 */
export function bytesOf(cell: Cell, renamed: Renamed, whole: boolean): string {
  const headers = headersOf(cell);
  let head = `${cell.method} ${cell.target} HTTP/1.1\r\n`;
  for (let at = 0; at < headers.length; at += 2) head += `${headers[at]}: ${headers[at + 1]}\r\n`;
  head += cell.upgrade ? UPGRADE : 'Connection: close\r\n';
  for (const [name, real] of renamed) head = head.replaceAll(name, real);
  const body = cell.type?.toLowerCase().startsWith('application/json') ? '{}' : 'a=';
  return `${head}\r\n${cell.length === null || !whole ? '' : body.padEnd(Number(cell.length))}`;
}

export interface Reply {
  /** 0 where the connection ended without one. */
  readonly status: number;
  /** What has come until then: at least the first line. */
  readonly text: string;
}

/** Writes this on a connection of its own; the first line of the answer is enough. */
export function replyTo(
  where: { readonly path: string } | { readonly host: string; readonly port: number },
  bytes: string,
): Promise<Reply> {
  return new Promise((resolve) => {
    const socket: Socket = connect(where);
    let text = '';
    const done = () => {
      socket.destroy();
      resolve({ status: Number(/^HTTP\/1\.1 (\d{3}) /.exec(text)?.[1] ?? 0), text });
    };
    socket.setEncoding('latin1').setTimeout(PATIENCE_MS, done);
    socket.on('data', (part: string) => {
      text += part;
      if (text.includes('\r\n\r\n')) done();
    });
    // A refusal may come before all of a body is written: what came first counts.
    socket.on('error', done).on('close', done);
    socket.write(bytes, 'latin1');
  });
}
