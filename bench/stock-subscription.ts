/** A process of its own: whatever is posted goes to every subscriber by tRPC, an async generator each. */
import { EventEmitter, on } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { initTRPC, tracked } from '@trpc/server';
import { applyWSSHandler } from '@trpc/server/adapters/ws';
import { WebSocketServer } from 'ws';

const said = new EventEmitter().setMaxListeners(0);
let number = 0;

const t = initTRPC.create();
const router = t.router({
  news: t.procedure.subscription(async function* ({ signal }) {
    for await (const [id, text] of on(said, 'news', { ...(signal && { signal }) }))
      yield tracked(String(id), { text: String(text) });
  }),
});

const server = createServer((req, res) => {
  const parts: Buffer[] = [];
  req.on('data', (part: Buffer) => parts.push(part));
  req.on('end', () => {
    number++;
    said.emit('news', number, Buffer.concat(parts).toString());
    res.end();
  });
});
applyWSSHandler({ wss: new WebSocketServer({ server, perMessageDeflate: false }), router });
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
// Whoever started it is gone: so is the reason to be here.
process.on('disconnect', () => process.exit());
