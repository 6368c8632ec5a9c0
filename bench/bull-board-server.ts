/**
 * A process of its own: bull-board as its documentation shows it, over one queue in Redis. Arguments: the folder that its
 * packages are installed in, the Redis socket, and how many jobs there are. Whatever is posted to /say is a job's name.
 */
import type { RequestListener } from 'node:http';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

const [folder = '', path = '', jobs = '0'] = process.argv.slice(2);

interface Queue {
  add(name: string, data: object): Promise<unknown>;
}
interface App {
  use(path: string, handler: unknown): void;
  post(path: string, handler: (req: { query: { name?: string } }, res: { end(): void }) => unknown): void;
}

// Its packages are not ours, and neither are their types.
const load = createRequire(join(folder, 'package.json')) as (name: string) => Record<string, unknown>;
const made = <T>(maker: unknown, ...args: unknown[]): T => Reflect.construct(maker as () => T, args) as T;

const { Queue } = load('bullmq');
const { createBullBoard } = load('@bull-board/api');
const { BullMQAdapter } = load('@bull-board/api/bullMQAdapter');
const { ExpressAdapter } = load('@bull-board/express');
const express = load('express') as unknown as () => App;

const queue = made<Queue>(Queue, 'work', { connection: { path } });
for (let nth = 0; nth < Number(jobs); nth++) await queue.add(`unit-${nth}`, { title: 'Something to do' });

const adapter = made<{ setBasePath(path: string): void; getRouter(): unknown }>(ExpressAdapter);
adapter.setBasePath('/board');
(createBullBoard as (options: object) => void)({
  queues: [made(BullMQAdapter, queue)],
  serverAdapter: adapter,
});
const app = express();
app.use('/board', adapter.getRouter());
app.post('/say', async ({ query }, res) => {
  await queue.add(query.name ?? '', {});
  res.end();
});
const server = createServer(app as unknown as RequestListener);
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
// Whoever started it is gone: so is the reason to be here.
process.on('disconnect', () => process.exit());
