/** Our own page, alive: what the server drew is hydrated from the same data, then follows the daemon. */
import type { Detail } from '../../shared/detail.ts';
import type { PageData } from '../../shared/page-data.ts';
import { AttentionQueue } from '../elements/attention-queue.ts';
import { ProcessGrid } from '../elements/process-grid.ts';
import type { RunTranscript } from '../elements/run-transcript.ts';
import { submitByKeys } from '../elements/submit-by-keys.ts';
import type { WorkUnitElement } from '../elements/work-unit.ts';
import { Connection } from '../link/connection.ts';
import { LiveBoards } from '../link/live-boards.ts';
import { keepKeys } from './first-key.ts';

customElements.define('attention-queue', AttentionQueue);
customElements.define('process-grid', ProcessGrid);

const element = (id: string): HTMLElement => {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no #${id}`);
  return found;
};

function start(): void {
  const data = JSON.parse(element('page-data').textContent ?? '') as PageData;
  const { query, snapshot, detail } = data;
  const { origin } = location;
  const connection = new Connection({
    socket: `${origin.replace(/^http/, 'ws')}/trpc`,
    probe: `${origin}/status`,
    polling: async () => (await import('../link/polling.ts')).pollingLink,
  });
  const live = new LiveBoards(connection);
  live.prime(query, snapshot);
  joinAll(live, data);
  if (detail) void joinUnits(live, detail, data);
  void keepBadge(connection, live);
  void keepCount(live, data);
  stayHere(connection);
  addEventListener('keydown', submitByKeys);
  keepKeys(live);
  void keepWords(connection);
  void joinTranscripts(live);
  if (document.querySelector('.new-unit')) void keepNewUnits(connection);
}

/** Until it is loaded, the page says as of when it is. */
async function keepBadge(connection: Connection, live: LiveBoards): Promise<void> {
  const { keepBadge: keep } = await import('./connection-badge.ts');
  keep(element('badge'), element('lost'), connection, () => live.newerBuild);
}

/** The server has drawn title and icon with the count of its time. */
async function keepCount(live: LiveBoards, data: PageData): Promise<void> {
  const { keepCount: keep } = await import('./tab-count.ts');
  keep(live, data, element('announce'));
}

/** Loaded after the first script; text typed before that is saved when it loads. */
async function keepWords(connection: Connection): Promise<void> {
  const queue = document.querySelector<AttentionQueue>('attention-queue');
  if (!queue) return;
  const { keepDrafts } = await import('./saved-drafts.ts');
  await keepDrafts(queue, connection);
}

/** Only unit and run pages need these, so the dashboard does not load them. */
async function joinUnits(live: LiveBoards, detail: Detail, { query, zone }: PageData): Promise<void> {
  (await import('./later.ts')).defineWorkUnit();
  for (const unit of document.querySelectorAll<WorkUnitElement>('work-unit')) {
    unit.detail = detail;
    unit.join(live, query, zone);
  }
}

async function joinTranscripts(live: LiveBoards): Promise<void> {
  const transcripts = document.querySelectorAll<RunTranscript>('run-transcript');
  if (transcripts.length === 0) return;
  const { RunTranscript: Element } = await import('../elements/run-transcript.ts');
  customElements.define('run-transcript', Element);
  for (const transcript of transcripts) transcript.join(live);
}

async function keepNewUnits(connection: Connection): Promise<void> {
  (await import('./later.ts')).keepNewUnit(connection);
}

/** While the daemon is away, a form posted by the browser would end on the browser's error page. */
function stayHere(connection: Connection): void {
  addEventListener('submit', (event) => {
    const { life } = connection;
    if (event.defaultPrevented || (life !== 'reconnecting' && life !== 'stale')) return;
    event.preventDefault();
    element('lost').textContent = 'Not done: not connected. Try again when Signalbox is back.';
  });
}

function joinAll(live: LiveBoards, { query, zone, notices, pulses }: PageData): void {
  for (const queue of document.querySelectorAll<AttentionQueue>('attention-queue')) {
    queue.notices = notices;
    queue.join(live, query, zone);
  }
  for (const grid of document.querySelectorAll<ProcessGrid>('process-grid')) {
    grid.pulses = pulses;
    grid.onFilter = (filtered) => {
      for (const queue of document.querySelectorAll<AttentionQueue>('attention-queue'))
        queue.join(live, filtered, zone);
    };
    grid.join(live, query, zone);
  }
}

start();
