/**
 * Subscriptions: the changes of a board, the last output lines of its runs, and the output of one run. If a client reads
 * slowly, changes are merged before they are sent.
 */
import { existsSync } from 'node:fs';
import { tracked } from '@trpc/server';
import type { BoardMessage, News, Row, Snapshot } from '../../shared/board.ts';
import type { Query } from '../../shared/query.ts';
import type { BoardFeed } from '../board/board-feed.ts';
import { notFound } from '../domain/refusal.ts';
import { findWork } from '../domain/state.ts';
import type { LastLines } from '../output/last-lines.ts';
import { type Encoding, followTranscript } from '../output/transcript.ts';
import type { Store } from '../store/store.ts';
import { runFiles } from '../system/run-files.ts';

/** What streams need to know. */
export interface Source {
  readonly store: Store;
  readonly boardFeed: BoardFeed;
  readonly pulses: LastLines;
  readonly runs: string;
  /** Bytes buffered in this viewer's socket. */
  readonly backlog: () => number;
}

/** While more than this is buffered for a client, nothing is sent to it; changes meanwhile are merged. */
const BACKLOG_BYTES = 256 * 1024;
const BACKLOG_MS = 50;

const neverAborted = () => new AbortController().signal;

/** A board from a number on (`epoch:seq`), or from the beginning; then what changes, or, without `follow`, what has changed. */
export async function* followBoard(
  source: Source,
  query: Query,
  from: string | undefined,
  signal: AbortSignal = neverAborted(),
  follow = true,
) {
  const { boardFeed, store } = source;
  const { epoch } = store;
  const envelope = (seq: number, what: { snapshot?: Snapshot; news?: News }) => {
    const message: BoardMessage = {
      build: boardFeed.build,
      snapshot: what.snapshot ?? null,
      news: what.news ?? null,
    };
    return tracked(`${epoch}:${seq}`, message);
  };
  const [theirs = '', number = ''] = from?.split(':') ?? [];
  let at = /^\d{1,15}$/.test(number) ? Number(number) : -1;
  let shown: readonly Row[] = [];
  const emptyUpdate = () => envelope(at, { news: { seq: at, put: [], drop: [] } });
  if (boardFeed.since(query, theirs, at) === null) {
    const snapshot = boardFeed.snapshot(query);
    // A page drawn a moment ago is compared with this one; the content of an older one is unknown.
    const isFresh = theirs === epoch && at === snapshot.seq;
    at = snapshot.seq;
    shown = snapshot.rows;
    yield isFresh ? emptyUpdate() : envelope(at, { snapshot });
  } else yield emptyUpdate();
  while (!signal.aborted) {
    if (!follow && boardFeed.seq <= at) return;
    await boardFeed.after(at, signal);
    await readyAgain(source, signal);
    if (signal.aborted) return;
    const rows: readonly Row[] = query.page === undefined ? [] : boardFeed.snapshot(query).rows;
    const news = boardFeed.since(query, epoch, at) ?? newsBetween(shown, rows, boardFeed.seq);
    shown = rows;
    at = news.seq;
    if (news.put.length + news.drop.length > 0) yield envelope(at, { news });
  }
}

/**
 * Cached by the two pages, so that it is computed once for all viewers. The number in it is right only because the board
 * index makes a new array of each page for every number: an array kept over two numbers would bring back the older one.
 */
const newsCache = new WeakMap<readonly Row[], WeakMap<readonly Row[], News>>();

/** The difference between two pages. Equal rows are the same object. */
function newsBetween(before: readonly Row[], after: readonly Row[], seq: number): News {
  const from = newsCache.get(before) ?? new WeakMap<readonly Row[], News>();
  newsCache.set(before, from);
  const news = from.get(after) ?? compare(before, after, seq);
  from.set(after, news);
  return news;
}

function compare(before: readonly Row[], after: readonly Row[], seq: number): News {
  const known = new Map(before.map((row) => [row.key, row]));
  const put = after.filter((row) => !isSame(known.get(row.key), row));
  const there = new Set(after.map(({ key }) => key));
  return { seq, put, drop: [...known.keys()].filter((key) => !there.has(key)) };
}

/** The page row itself is a new object each time. */
const isSame = (a: Row | undefined, b: Row): boolean =>
  a === b || (a?.row === 'page' && b.row === 'page' && a.pages === b.pages && a.total === b.total);

export async function* followPulses(
  source: Source,
  query: Query,
  signal: AbortSignal = neverAborted(),
  follow = true,
) {
  if (!follow) {
    yield source.pulses.now(query);
    return;
  }
  for await (const pulses of source.pulses.follow(query, signal)) {
    yield pulses;
    await readyAgain(source, signal);
  }
}

async function readyAgain({ backlog }: Source, signal: AbortSignal): Promise<void> {
  while (backlog() > BACKLOG_BYTES && !signal.aborted)
    await new Promise((resolve) => setTimeout(resolve, BACKLOG_MS));
}

export interface TranscriptInput {
  readonly chunk: string;
  readonly run?: number | undefined;
  readonly offset: number;
  readonly follow: boolean;
  readonly encoding?: Encoding | undefined;
  readonly lastEventId?: string | undefined;
}

/** Checks before the stream starts, so that a refusal is an error of the call. */
export function transcriptOf(source: Source, input: TranscriptInput, signal: AbortSignal = neverAborted()) {
  const work = findWork(source.store.state, input.chunk);
  if (!work) throw notFound(`There is no unit called ${input.chunk}.`);
  const number = input.run ?? work.runs.at(-1)?.number;
  if (number === undefined) throw notFound(`${input.chunk} has not run yet.`);
  const run = work.runs.find((each) => each.number === number);
  if (!run) throw notFound(`${input.chunk} has no run ${number}.`);
  const isKept = existsSync(runFiles(source.runs, work.unit.id, number).output);
  if (run.ended_at !== null && run.outcome?.exit === 'exited' && !isKept)
    throw notFound(`What run ${number} of ${input.chunk} printed is no longer kept.`);
  return stretches(source, work.unit.id, number, input, signal);
}

async function* stretches(
  source: Source,
  unit: number,
  run: number,
  input: TranscriptInput,
  signal: AbortSignal,
) {
  const isLive = () => {
    const runs = source.store.state.works.get(unit)?.runs ?? [];
    return input.follow && runs.find(({ number }) => number === run)?.ended_at === null;
  };
  const offset = input.lastEventId === undefined ? input.offset : Number(input.lastEventId);
  const { output } = runFiles(source.runs, unit, run);
  let sent: { text: string } | null = null;
  for await (const stretch of followTranscript(output, offset, isLive, signal, input.encoding)) {
    const sending = { run, ...stretch };
    yield tracked(String(stretch.to), sending);
    // tRPC holds what it was given until a full garbage collection, and may read one message ahead.
    if (sent) sent.text = '';
    sent = sending;
    await readyAgain(source, signal);
  }
}
