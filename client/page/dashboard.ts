/** Our own page, alive: what the server drew is hydrated from the same data, then follows the daemon. */
import type { Detail } from '../../shared/detail.ts';
import type { PageData } from '../../shared/page-data.ts';
import type { AttentionQueue } from '../elements/attention-queue.ts';
import { draftsIn } from '../elements/drafts.ts';
import { joinBoard } from '../elements/join-board.ts';
import { defineElements } from '../elements/our-page.ts';
import type { RunTranscript } from '../elements/run-transcript.ts';
import { submitByKeys } from '../elements/submit-by-keys.ts';
import type { Connection } from '../link/connection.ts';
import { LiveBoards } from '../link/live-boards.ts';
import { element, takePageData, wayBack } from './drawn-page.ts';
import { keepKeys } from './first-key.ts';

defineElements(() => import('./later.ts'));

/** Takes over what the server drew, then loads the connection. */
async function start(): Promise<void> {
  const data = takePageData();
  const { query, snapshot, detail } = data;
  const live = new LiveBoards(null);
  live.prime(query, snapshot);
  joinBoard(document, live, data);
  addEventListener('keydown', submitByKeys);
  keepKeys({
    single: /^[jkasznguq/?1-9]$/,
    held: 'k',
    load: async () => (await import('./later.ts')).keyboardOf(live),
  });
  const connection = await connect();
  live.connect(connection);
  if (detail) void joinUnits(live, detail, data);
  void keepPage(live, data);
  void keepWords(connection);
  void joinTranscripts(live);
  if (document.querySelector('[data-later]')) void enhance(live);
}

async function connect(): Promise<Connection> {
  const { Connection: Socket } = await import('../link/connection.ts');
  return new Socket(wayBack());
}

async function keepPage(live: LiveBoards, data: PageData): Promise<void> {
  const { keepPage: keep } = await import('./soon.ts');
  keep(live, data, element, () => draftsIn(document).size > 0);
}

/** Loaded after the first script; text typed before that is saved when it loads. */
async function keepWords(connection: Connection): Promise<void> {
  const queue = document.querySelector<AttentionQueue>('attention-queue');
  if (!queue) return;
  const { keepDrafts } = await import('./saved-drafts.ts');
  await keepDrafts(queue, connection);
}

/** Only unit and run pages need these, so the dashboard does not load them. */
async function joinUnits(live: LiveBoards, detail: Detail, data: PageData): Promise<void> {
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
