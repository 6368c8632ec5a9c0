/** Frames, byte by byte: opcodes, masks, lengths and pieces that RFC 6455 does and does not know. */
import { after, before, test } from 'node:test';
import { inParallel, speak } from './connections.ts';
import { newRandom } from './how-many.ts';
import { changedBytes, oddText } from './odd-values.ts';
import { Watched } from './watched-daemon.ts';

const LANES = 48;
const watched = new Watched();
const random = newRandom();
before(() => watched.start());
after(() => watched.close());

const OPCODES = [0, 1, 1, 1, 2, 8, 9, 10];
const CODES = [1000, 1001, 1005, 1006, 1015, 3000, 4999, 5000, 0, 65535];

interface Frame {
  readonly opcode: number;
  readonly payload: Buffer;
  readonly fin?: boolean;
}

/** As a client writes it. `strange`: once in so many times, something is otherwise. */
function frame({ opcode, payload, fin = true }: Frame, strange: number): Buffer {
  const is = () => random.oneIn(strange);
  const reserved = is() ? random.below(8) << 4 : 0;
  const isMasked = !is();
  const length = is() ? random.pick([0, 125, 126, 65535, 65536, 2 ** 20, 2 ** 31, 2 ** 53]) : payload.length;
  const wide = length > 65535 ? 127 : length > 125 || is() ? 126 : length;
  const size = wide === 127 ? eight(length) : wide === 126 ? two(length) : Buffer.alloc(0);
  const mask = isMasked ? random.bytes(4) : Buffer.alloc(0);
  const hidden = isMasked ? Buffer.from(payload.map((byte, at) => byte ^ mask[at % 4]!)) : payload;
  const head = Buffer.from([
    (fin ? 0x80 : 0) | reserved | (is() ? random.below(16) : opcode),
    (isMasked ? 0x80 : 0) | wide,
  ]);
  return Buffer.concat([head, size, mask, hidden]);
}

function eight(length: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(length));
  return bytes;
}

function two(length: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(length % 65536);
  return bytes;
}

const CALL = Buffer.from('{"id":1,"method":"query","params":{"path":"status"}}');

function payloadFor(opcode: number): Buffer {
  if (opcode === 8 && !random.oneIn(4))
    return Buffer.concat([two(random.pick(CODES)), Buffer.from(oddText(random, 100))]);
  if (random.oneIn(3)) return random.oneIn(4) ? changedBytes(random, CALL) : CALL;
  if (random.oneIn(400)) return Buffer.alloc(random.pick([65_535, 65_536, 2 ** 20, 2 ** 20 + 1]), 0x20);
  return random.oneIn(2) ? random.bytes(random.below(140)) : Buffer.from(oddText(random));
}

/** One frame, or a message in pieces with others in between. */
function frames(strange: number): Buffer[] {
  const opcode = random.pick(OPCODES);
  const payload = payloadFor(opcode);
  if (opcode > 2 || !random.oneIn(4)) return [frame({ opcode, payload }, strange)];
  const at = random.below(payload.length + 1);
  return [
    frame({ opcode, payload: payload.subarray(0, at), fin: false }, strange),
    ...(random.oneIn(2) ? [frame({ opcode: 9, payload: Buffer.from('between') }, strange)] : []),
    frame({ opcode: 0, payload: payload.subarray(at) }, strange),
  ];
}

/** Opens a socket, says all this, and a good-bye whose echo is the end. */
async function say(said: readonly Buffer[]): Promise<void> {
  const head =
    `GET /trpc HTTP/1.1\r\nHost: 127.0.0.1:${watched.port}\r\nAuthorization: Bearer ${watched.token}\r\n` +
    'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n';
  const goodbye = frame({ opcode: 8, payload: two(1000) }, Number.MAX_SAFE_INTEGER);
  const bytes = Buffer.concat([Buffer.from(head), ...said, goodbye]);
  const { statuses, text } = await speak({ host: '127.0.0.1', port: watched.port }, bytes);
  watched.answered(statuses[0] ?? 0, () => text.slice(0, 200));
  if (text.includes('"httpStatus":500')) watched.wrong(`500 after ${Buffer.concat(said).toString('latin1')}`);
}

test('raw frames', async (t) => {
  await inParallel(LANES, () => {
    if (watched.left <= 0) return null;
    // The first one that is wrong is the last one that is read.
    const [count, strange] = random.pick([
      [2, 4],
      [6, 20],
      [20, 100],
      [40, 1000],
    ] as const);
    const said = Array.from({ length: count }, () => frames(strange)).flat();
    const all = random.oneIn(8) ? [changedBytes(random, Buffer.concat(said))] : said;
    watched.tried(said.length);
    return say(all);
  });
  await watched.verdict(t);
});
