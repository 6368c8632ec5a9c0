/** Standard input and output of a command in a pod, by a WebSocket: each message begins with the number of its stream. */
import { Duplex } from 'node:stream';
import { text } from 'node:stream/consumers';
import { type ClientOptions, WebSocket } from 'ws';

const PROTOCOLS = ['v5.channel.k8s.io', 'v4.channel.k8s.io'];
const [STDIN, STDOUT, STDERR, STATUS] = [0, 1, 2, 3];
const OPEN_MS = 30_000;

/** Opens it. Rejects with what the server says. `complained` is told what the command complains of, and how it failed. */
export function openExec(
  url: string,
  options: ClientOptions,
  complained: (what: string) => void,
): Promise<Duplex> {
  const socket = new WebSocket(url, PROTOCOLS, { ...options, handshakeTimeout: OPEN_MS });
  const line = lineOver(socket, complained);
  return new Promise((resolve, reject) => {
    socket.once('open', () => resolve(line));
    socket.once('error', reject);
    socket.once('unexpected-response', (_, answer) => {
      text(answer).then(
        (body) => reject(new Error(messageIn(body) || `the server answers ${answer.statusCode}`)),
        reject,
      );
    });
  });
}

function lineOver(socket: WebSocket, complained: (what: string) => void): Duplex {
  const line = new Duplex({
    read: () => socket.readyState === WebSocket.OPEN && socket.resume(),
    write: (part: Buffer, _, done) => socket.send(Buffer.concat([Buffer.of(STDIN), part]), done),
    final: (done) => {
      socket.close();
      done();
    },
    destroy: (error, done) => {
      socket.terminate();
      done(error);
    },
  });
  socket.on('message', (data: Buffer) => {
    const part = data.subarray(1);
    if (data[0] === STDOUT && part.length > 0 && !line.push(part)) socket.pause();
    if (data[0] === STDERR) complained(String(part));
    if (data[0] === STATUS) complained(failureIn(String(part)));
  });
  socket.on('close', () => line.destroy());
  socket.on('error', () => line.destroy());
  return line;
}

/** What the API says of how a command ended; empty: well. */
function failureIn(body: string): string {
  return /"status":\s*"Failure"/.test(body) ? messageIn(body) : '';
}

function messageIn(body: string): string {
  try {
    return (JSON.parse(body) as { message?: string }).message ?? '';
  } catch {
    return '';
  }
}
