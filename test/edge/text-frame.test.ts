import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { WebSocket, WebSocketServer } from 'ws';
import { textFrame } from '../../server/web/text-frame.ts';

/** At every border of how a length is written; the last has letters of several bytes. */
const TEXTS = [
  '',
  ...[1, 125, 126, 65_535, 65_536, 300_000].map((size) => 'x'.repeat(size)),
  'Ã¥ü→🚦'.repeat(40),
];

test('a WebSocket client reads each frame as the text that it was made of', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const wss = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  server.on('upgrade', (req, raw, head) =>
    wss.handleUpgrade(req, raw, head, (socket) => {
      for (const text of TEXTS) raw.write(textFrame(text));
      socket.close();
    }),
  );
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const heard: string[] = [];
  client.on('message', (data: Buffer, isBinary) => heard.push(isBinary ? 'bytes' : data.toString()));
  const [code] = (await once(client, 'close')) as [number];
  server.close();
  assert.equal(code, 1005, 'closed as it should be, not for a broken frame');
  assert.deepEqual(heard, TEXTS);
});
