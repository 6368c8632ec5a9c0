/**
 * Subscriptions: the changes of a board, the last output lines of its runs, and the output of one run. If a client reads
 * slowly, changes are merged before they are sent.
 */
import { setTimeout as after } from 'node:timers/promises';
import { tracked } from '@trpc/server';
import type { BoardMessage, News, Row, Snapshot } from '../../shared/board.ts';
import type { Query } from '../../shared/query.ts';
import type { BoardFeed } from '../board/board-feed.ts';
import { newsSince } from '../board/news-between.ts';
import type { SharedBoards } from '../board/shared-boards.ts';
import { notFound } from '../domain/refusal.ts';
import { findWork } from '../domain/state.ts';
import type { LastLines } from '../output/last-lines.ts';
import { isKept } from '../output/output-file.ts';
import { type Encoding, followTranscript } from '../output/transcript.ts';
import type { Store } from '../store/store.ts';
import { runFiles } from '../system/run-files.ts';

/** What streams need to know. */
export interface Source {
  readonly store: Store;
  readonly boardFeed: BoardFeed;
  readonly pulses: LastLines;
  readonly runs: string;
  readonly boards: SharedBoards;
  /** This viewer's connection; null: it is none that messages are written to one by one. */
  readonly socket: ViewerSocket | null;
}

/** What of a WebSocket is used besides the procedures' adapter. */
export interface ViewerSocket {
  /** Bytes that were not taken from us yet. */
  readonly bufferedAmount: number;
  /** Takes a whole frame, as it goes over the wire. */
  readonly write: (frame: Buffer) => void;
}

/** While more than this is buffered for a client, nothing is sent to it; changes meanwhile are merged. */
const BACKLOG_BYTES = 256 * 1024;
const BACKLOG_MS = 50;

/** Between messages to a viewer who does not look. */
const CALM_MS = 5000;

/** Ends early with the signal. */
const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  after(ms, undefined, { signal, ref: false }).catch(() => {});

const neverAborted = () => new AbortController().signal;

/** How a board is followed. */
export interface FollowedBoard {
  /** The number that is known, `epoch:seq`; else from the beginning. */
  readonly from?: string | undefined;
  /** Whether to go on with what changes, or to end with what has changed. */
  readonly follow?: boolean;
  /** Whether at most one message is sent every five seconds. */
  readonly calm?: boolean;
  /** The id of the call on a socket, by which its messages are known. */
  readonly stream?: string | number | undefined;
}

/** A board from a number on, or from the beginning; then what changes, or what has changed. */
export async function* followBoard(
  source: Source,
  query: Query,
  { from, follow = true, stream, calm = false }: FollowedBoard,
  signal: AbortSignal = neverAborted(),
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
  const { socket, boards } = source;
  if (follow && !calm && socket && stream !== undefined) {
    // What is the same for many is encoded once: from here on it goes to the socket without passing through here.
    const send = (frame: Buffer) => socket.write(frame);
    await boards.follow({ query, at, shown, stream, send, isSlow: () => isBehind(source) }, signal);
    return;
  }
  while (!signal.aborted) {
    if (!follow && boardFeed.seq <= at) return;
    if (calm) await pause(CALM_MS, signal);
    await boardFeed.after(at, signal);
    await readyAgain(source, signal);
    if (signal.aborted) return;
    const { news, rows } = newsSince(boardFeed, epoch, query, at, shown);
    shown = rows;
    at = news.seq;
    if (news.put.length + news.drop.length > 0) yield envelope(at, { news });
  }
}

/** A message of a subscription as tRPC writes it: https://trpc.io/docs/rpc. */
export const newsAsText = (stream: string | number, id: string, message: BoardMessage): string =>
  JSON.stringify({ id: stream, jsonrpc: '2.0', result: { type: 'data', id, data: { id, data: message } } });

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

const isBehind = ({ socket }: Source): boolean => (socket?.bufferedAmount ?? 0) > BACKLOG_BYTES;

async function readyAgain(source: Source, signal: AbortSignal): Promise<void> {
  while (isBehind(source) && !signal.aborted) await new Promise((resolve) => setTimeout(resolve, BACKLOG_MS));
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
export async function transcriptOf(
  source: Source,
  input: TranscriptInput,
  signal: AbortSignal = neverAborted(),
) {
  const work = findWork(await source.store.stateWith(input.chunk), input.chunk);
  if (!work) throw notFound(`There is no unit called ${input.chunk}.`);
  const number = input.run ?? work.runs.at(-1)?.number;
  if (number === undefined) throw notFound(`${input.chunk} has not run yet.`);
  const run = work.runs.find((each) => each.number === number);
  const { output } = runFiles(source.runs, work.unit.id, number);
  if (!run) throw notFound(`${input.chunk} has no run ${number}.`);
  if (run.ended_at !== null && run.outcome?.exit === 'exited' && !isKept(output))
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
