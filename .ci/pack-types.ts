import { type AppRouter, createClient, type SignalboxClient } from 'signalbox';
import { SignalboxQueue, setUp } from 'signalbox/elements.js';
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
customElements.define('my-queue', class extends SignalboxQueue {});
const grid = document.querySelector('process-grid');
if (grid) grid.getToken = async () => 'x';
grid?.addEventListener('before-answer', (event) => {
  const words: string = event.detail.text;
  if (words === '') event.preventDefault();
});
// @ts-expect-error: a state of the connection is one of a few.
grid?.addEventListener('connection-change', ({ detail }) => detail.state === 'unknown');
