/** The procedures of the hub: as those of a daemon, so that the elements of the page find what they know. */
import { setTimeout as pause } from 'node:timers/promises';
import { tracked } from '@trpc/server';
import { z } from 'zod';
import type { About } from '../server/api/about.ts';
import { accessFor } from '../server/api/access.ts';
import * as inputs from '../server/api/inputs.ts';
import { watching } from '../server/api/notify-fields.ts';
import { basesFor, type CallContext, onlyAtTerminal } from '../server/api/procedures.ts';
import { Signal } from '../server/system/signal.ts';
import type { BoardMessage, Snapshot } from '../shared/board.ts';
import type { Query } from '../shared/query.ts';
import { actOn } from './act.ts';
import type { HubBoard } from './hub-board.ts';
import { hubRow, ownItem } from './own-rows.ts';
import type { Projects } from './projects.ts';

/** What its procedures work with. */
export interface HubContext extends CallContext {
  readonly about: About;
  readonly projects: Projects;
  /** Of the page's script. */
  readonly build: string;
  /** Starts an orderly shutdown. */
  readonly stop: () => void;
}

export const bases = basesFor<HubContext>();
const { t, viewer, operator } = bases;

/** With the epoch of its daemon before it. */
const item = z.string().max(200, 'At most 200 characters.');
const project = z.string().max(100, 'At most 100 characters.').optional();
const more = { item: item.optional(), project };
const board = inputs.board.extend(more);
const follow = inputs.follow.extend(more);
const pulses = inputs.pulses.extend(more);
const also = z
  .array(z.strictObject({ item, version: z.number() }))
  .max(200)
  .optional();

const items = t.router({
  answer: operator
    .input(inputs.answer.extend({ item, also }))
    .mutation(({ ctx, input }) => actOn(ctx.projects, 'answer', input)),
  undo: operator
    .input(inputs.undo.extend({ item }))
    .mutation(({ ctx, input }) => actOn(ctx.projects, 'undo', input)),
  withdraw: operator
    .input(inputs.withdraw.extend({ item }))
    .mutation(({ ctx, input }) => actOn(ctx.projects, 'withdraw', input)),
  snooze: operator
    .input(inputs.snooze.safeExtend({ item }))
    .mutation(({ ctx, input }) => actOn(ctx.projects, 'snooze', input)),
  wake: operator
    .input(inputs.wake.extend({ item }))
    .mutation(({ ctx, input }) => actOn(ctx.projects, 'wake', input)),
});

export const hubRouter = t.router({
  items,
  access: accessFor(bases),
  status: viewer.input(inputs.nothing).query(({ ctx }) => statusOf(ctx)),
  board: t.router({
    now: viewer.input(board).query(({ ctx, input }) => boardNow(ctx, input as Query)),
    follow: viewer.input(follow).subscription(({ ctx, input, signal }) => {
      const { from, lastEventId, follow: goesOn, stream: _, calm, ...query } = input;
      return followHub(ctx, query as Query, { from: lastEventId ?? from, goesOn, calm }, signal);
    }),
    pulses: viewer
      .input(pulses)
      .subscription(({ ctx, input, signal = new AbortController().signal }) =>
        input.follow ? ctx.projects.followPulses(signal) : once(ctx.projects.pulses),
      ),
  }),
  notify: t.router({
    watch: operator
      .input(watching)
      .subscription(({ ctx, input, signal = new AbortController().signal }) =>
        watchFor(ctx.projects, input, signal),
      ),
  }),
  daemon: t.router({
    stop: operator.input(inputs.nothing).mutation(({ ctx }) => {
      onlyAtTerminal(ctx, 'stops the hub');
      ctx.stop();
      return { stopping: true };
    }),
  }),
});

export type HubRouter = typeof hubRouter;
export const createHubCaller = t.createCallerFactory(hubRouter);

/**
 * A visible page of the hub counts as one of each daemon. What is to be shown, daemons show by themselves: nothing is
 * yielded. One that only asks has looked in this moment.
 */
function watchFor(
  projects: Projects,
  { looks, follow: goesOn }: z.infer<typeof watching>,
  signal: AbortSignal,
): AsyncIterable<never> {
  if (!goesOn) return untilDone(looks ? projects.beSeen(aMoment()) : Promise.resolve());
  return untilDone(looks ? projects.beSeen(signal) : new Signal().next(signal));
}

const untilDone = (done: Promise<void>): AsyncIterable<never> => ({
  [Symbol.asyncIterator]: () => ({ next: () => done.then(() => ({ done: true, value: undefined })) }),
});

async function* once<Value>(value: Value) {
  yield value;
}

/** Until a daemon has heard of it. */
export const aMoment = (): AbortSignal => AbortSignal.timeout(1000);

/** The projects, and how many items each has open. */
export function statusOf({ about, projects }: HubContext) {
  const rows = projects.all.map((each) => ({
    project: each.folder,
    machine: each.machine,
    name: each.place.name ?? each.slug,
    items: projects.itemsOf(each),
    away_since: each.place.away_since ?? null,
  }));
  return { ...about, items: rows.reduce((sum, { items }) => sum + (items ?? 0), 0), projects: rows };
}

/** Of one item its daemon is asked, since it may have left the board. */
async function boardNow(ctx: HubContext, query: Query): Promise<Snapshot> {
  if (query.item !== undefined) return oneItem(ctx, query.item);
  const { board, leave } = await ctx.projects.look(query);
  leave();
  return board.rows.snapshot(ctx.build);
}

async function oneItem({ projects, build }: HubContext, id: string): Promise<Snapshot> {
  const own = ownItem(id);
  const found = own && projects.ofEpoch(own.epoch);
  if (!own || !found) return { epoch: '', build, seq: 0, rows: [] };
  const { rows, seq } = await found.calls.board.now.query({ item: own.item });
  return { epoch: own.epoch, build, seq, rows: rows.flatMap((row) => hubRow(row, found.owner) ?? []) };
}

const CALM_MS = 5000;

interface Followed {
  readonly from: string | undefined;
  readonly goesOn: boolean;
  /** One message every five seconds is enough: nobody looks. */
  readonly calm: boolean;
}

/** A board from a number on, or from the beginning; then what changes. */
async function* followHub(
  { projects, build }: HubContext,
  query: Query,
  { from, goesOn, calm }: Followed,
  signal: AbortSignal = new AbortController().signal,
) {
  const { board, leave } = await projects.look(query);
  const envelope = (what: Partial<BoardMessage>) =>
    tracked(`${board.rows.epoch}:${board.rows.seq}`, { build, snapshot: null, news: null, ...what });
  try {
    let at = numberIn(from, board);
    // Also where nothing has changed: by that a page learns that it is connected.
    for (let isFirst = true; !signal.aborted; isFirst = false) {
      const news = at === null ? null : board.rows.since(at);
      const message = news ? envelope({ news }) : envelope({ snapshot: board.rows.snapshot(build) });
      at = board.rows.seq;
      if (isFirst || !news || news.put.length + news.drop.length > 0) yield message;
      if (!goesOn) return;
      if (calm) await pause(CALM_MS, undefined, { signal }).catch(() => {});
      await board.rows.after(at, signal);
    }
  } finally {
    leave();
  }
}

function numberIn(from: string | undefined, { rows }: HubBoard): number | null {
  const [epoch, number = ''] = from?.split(':') ?? [];
  return epoch === rows.epoch && /^\d{1,15}$/.test(number) ? Number(number) : null;
}
