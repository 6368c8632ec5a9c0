/** HTTP as tests need it: any header, any body, and bytes as they come. */
import { once } from 'node:events';
import { type IncomingHttpHeaders, type OutgoingHttpHeaders, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { callerFor } from '../../client/daemon/proven-caller.ts';

export interface Asking {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string | Buffer;
  readonly host?: string;
}
type Where = { readonly socketPath: string } | { readonly host: string; readonly port: number };

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** One request, one connection. A body that is given has its length declared. Nobody there: status 0. */
export function send({ headers = {}, body, ...where }: Asking & Where): Promise<Answer> {
  const caller = 'socketPath' in where && !headers.authorization ? callerFor(where.socketPath) : null;
  return new Promise<Answer>((resolve) => {
    const call = request({ ...where, agent: false, headers: { ...caller?.headers, ...headers } });
    call.on('error', () => resolve({ status: 0, headers: {}, body: '' }));
    call.on('response', (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      answer.on('close', () =>
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: text }),
      );
    });
    if (body !== undefined) call.setHeader('content-length', Buffer.byteLength(body));
    call.end(body);
  }).finally(caller?.done);
}

/** Writes exactly this on a new connection and returns the status of what comes back, and all of it. */
export async function raw(where: Where, text: string): Promise<{ status: number; text: string }> {
  const socket = 'socketPath' in where ? connect(where.socketPath) : connect(where.port, where.host);
  socket.setTimeout(20_000, () => socket.destroy(new Error('no answer')));
  try {
    socket.write(text, 'latin1');
    const answer = await wholeAnswer(socket);
    return { status: Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 0), text: answer };
  } finally {
    socket.destroy();
  }
}

/** Until the other side closes; the end of the head is enough where a socket was opened. */
async function wholeAnswer(socket: Socket): Promise<string> {
  let text = '';
  socket.setEncoding('latin1').on('data', (part: string) => {
    text += part;
    if (text.startsWith('HTTP/1.1 101') && text.includes('\r\n\r\n')) socket.emit('opened');
  });
  await Promise.race([once(socket, 'opened'), once(socket, 'close')]);
  return text;
}
