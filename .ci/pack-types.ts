import { type AppRouter, createClient, type SignalboxClient } from 'signalbox';
import { AttentionQueue, setUp } from 'signalbox/elements.js';
import 'signalbox/process-grid.js';

const client: SignalboxClient = createClient({ url: 'http://127.0.0.1:7845', token: 'x' });
const { units } = await client.status.query();
const ready: number = units.READY;
// @ts-expect-error: there is no such status.
units.UNKNOWN;
// @ts-expect-error: an answer names its unit.
await client.items.answer.mutate({ text: String(ready) });
export type Router = AppRouter;

setUp();
customElements.define('my-queue', class extends AttentionQueue {});
const grid = document.querySelector('process-grid');
if (grid) grid.getToken = async () => 'x';
