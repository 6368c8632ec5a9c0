/** Our own page, alive: what the server drew is hydrated from the same data, then follows the daemon. */
import type { Detail } from '../../shared/detail.ts';
import type { PageData } from '../../shared/page-data.ts';
import type { AttentionQueue } from '../elements/attention-queue.ts';
import { draftsIn } from '../elements/drafts.ts';
import { defineQueue, joinQueue } from '../elements/join-queue.ts';
import type { RunTranscript } from '../elements/run-transcript.ts';
import { submitByKeys } from '../elements/submit-by-keys.ts';
import type { Connection } from '../link/connection.ts';
import { LiveBoards } from '../link/live-boards.ts';
import { element, takePageData, wayBack } from './drawn-page.ts';
import { keepKeys } from './first-key.ts';

defineQueue();

/** Takes over what the operator may use at once, then loads the connection, and what is of use only with it. */
async function start(): Promise<void> {
  const data = takePageData();
  const { query, snapshot, detail } = data;
  const live = new LiveBoards(null);
  live.prime(query, snapshot);
  joinQueue(document, live, data);
  addEventListener('keydown', submitByKeys);
  keepKeys({
    single: /^[jkasznguq/?1-9]$/,
    held: 'k',
    load: async () => (await import('./later.ts')).keyboardOf(live),
  });
  const [connection, soon] = await Promise.all([connect(), import('./soon.ts')]);
  soon.defineConnected(() => import('./later.ts'));
  // As they were drawn: what comes by the connection is newer.
  soon.joinUnits(document, live, data);
  live.connect(connection);
  if (detail) void openUnit(live, detail, data);
  soon.keepPage(live, data, element, () => draftsIn(document).size > 0);
  void keepWords(connection);
  void joinTranscripts(live);
  if (document.querySelector('[data-later]')) void enhance(live);
}

async function connect(): Promise<Connection> {
  const { Connection: Socket } = await import('../link/connection.ts');
  return new Socket(wayBack());
}

/** Loaded after the first script; text typed before that is saved when it loads. */
async function keepWords(connection: Connection): Promise<void> {
  const queue = document.querySelector<AttentionQueue>('attention-queue');
  if (!queue) return;
  const { keepDrafts } = await import('./saved-drafts.ts');
  await keepDrafts(queue, connection);
}

/** Only unit and run pages need these, so the dashboard does not load them. */
async function openUnit(live: LiveBoards, detail: Detail, data: PageData): Promise<void> {
  (await import('./later.ts')).openUnitPage(live, detail, data);
}

/** The server has drawn the line as of its time. */
async function joinTranscripts(live: LiveBoards): Promise<void> {
  const transcripts = document.querySelectorAll<RunTranscript>('run-transcript');
  if (transcripts.length === 0) return;
  const { RunTranscript: Element } = await import('../elements/run-transcript.ts');
  customElements.define('run-transcript', Element);
  for (const transcript of transcripts) void transcript.join(live);
}

async function enhance(live: LiveBoards): Promise<void> {
  (await import('./later.ts')).enhance(live);
}

void start();
