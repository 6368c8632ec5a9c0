/** Our own page, alive: what the server drew is hydrated from the same data, then follows the daemon. */
import { countsOf } from '../../shared/board.ts';
import type { Detail } from '../../shared/detail.ts';
import type { PageData } from '../../shared/page-data.ts';
import { faviconUrl, titleFor } from '../../shared/tab-title.ts';
import type { AttentionQueue } from '../elements/attention-queue.ts';
import { joinBoard } from '../elements/join-board.ts';
import { defineElements } from '../elements/our-page.ts';
import type { RunTranscript } from '../elements/run-transcript.ts';
import type { WorkUnitElement } from '../elements/work-unit.ts';
import type { Connection } from '../link/connection.ts';
import { LiveBoards } from '../link/live-boards.ts';

const ANNOUNCE_MS = 5000;

defineElements();

const element = (id: string): HTMLElement => {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no #${id}`);
  return found;
};

/** Takes over what the server drew, then loads the connection. */
async function start(): Promise<void> {
  const data = JSON.parse(element('page-data').textContent ?? '') as PageData;
  const { query, snapshot, detail } = data;
  const live = new LiveBoards(null);
  live.prime(query, snapshot);
  joinBoard(document, live, data);
  keepCount(live, data, detail?.chunk ?? '');
  const connection = await connect();
  live.connect(connection);
  if (detail) void joinUnits(live, detail, data);
  void keepBadge(connection, live);
  stayHere(connection);
  void keepWords(connection);
  void joinTranscripts(live);
}

async function connect(): Promise<Connection> {
  const { Connection: Socket } = await import('../link/connection.ts');
  const { origin } = location;
  return new Socket({
    socket: `${origin.replace(/^http/, 'ws')}/trpc`,
    probe: `${origin}/status`,
    polling: async () => (await import('../link/polling.ts')).pollingLink,
  });
}

/** Until it is loaded, the page says as of when it is. */
async function keepBadge(connection: Connection, live: LiveBoards): Promise<void> {
  const { keepBadge: keep } = await import('./connection-badge.ts');
  keep(element('badge'), element('lost'), connection, () => live.newerBuild);
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
  (await import('./unit-page.ts')).defineWorkUnit();
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

/** While the daemon is away, a form posted by the browser would end on the browser's error page. */
function stayHere(connection: Connection): void {
  addEventListener('submit', (event) => {
    const { life } = connection;
    if (event.defaultPrevented || (life !== 'reconnecting' && life !== 'stale')) return;
    event.preventDefault();
    element('lost').textContent = 'Not done: not connected. Try again when Signalbox is back.';
  });
}

/** Title and icon show the count; new items are announced to screen readers, rate-limited. */
function keepCount(live: LiveBoards, { project, query }: PageData, name: string): void {
  const icon = document.querySelector<HTMLLinkElement>('link[rel=icon]');
  const status = element('announce');
  let told = -1;
  let pause: ReturnType<typeof setTimeout> | null = null;
  const tell = () => {
    const { board } = following;
    const items = (board && countsOf(board)?.items) ?? 0;
    document.title = titleFor(project, items, name);
    const href = faviconUrl(project, items);
    if (icon && icon.href !== href) icon.href = href;
    if (told === -1 || items < told) told = items;
    if (items > told && !pause) {
      status.textContent = items === 1 ? '1 item needs you' : `${items} items need you`;
      told = items;
      pause = setTimeout(() => {
        pause = null;
        tell();
      }, ANNOUNCE_MS);
    }
  };
  const following = live.follow(query, tell);
  tell();
}

void start();
