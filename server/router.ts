import { existsSync } from 'node:fs';
import { initTRPC, TRPCError, tracked } from '@trpc/server';
import type { z } from 'zod';
import type { BoardMessage, News, Query, Snapshot } from '../shared/board.ts';
import type { By } from '../shared/words.ts';
import { answer, type Giving, undo } from './commands/answers.ts';
import { askAll, confirm, withdraw } from './commands/asks.ts';
import { updateConfig } from './commands/config.ts';
import { reportConflict, resolve } from './commands/conflicts.ts';
import type { Decision } from './commands/decision.ts';
import { interruptRun } from './commands/interrupt.ts';
import { killRun } from './commands/kill.ts';
import { report } from './commands/reports.ts';
import { snooze, wake } from './commands/snooze.ts';
import * as steer from './commands/steering.ts';
import { addUnits } from './commands/units.ts';
import { detailOf } from './detail.ts';
import * as inputs from './inputs.ts';
import type { Log } from './log.ts';
import { newId } from './new-id.ts';
import type { Newsroom } from './news.ts';
import type { PulseReader } from './pulses.ts';
import { notFound } from './refusal.ts';
import { type RefusalForCaller, refusalOf } from './refusal-of.ts';
import { runFiles } from './runs/wrapper.ts';
import { findWork, type State } from './state.ts';
import type { Decide, Idempotency, Store } from './store.ts';
import { followTranscript } from './transcript.ts';

/** What procedures work with, and who calls. */
export interface Context {
  readonly by: By;
  readonly store: Store;
  readonly newsroom: Newsroom;
  readonly pulses: PulseReader;
  readonly runs: string;
  readonly log: Log;
  readonly about: About;
  /** Where runs look for programs: for the operator alone. */
  readonly path: string;
  /** Asks the daemon to end in order. */
  readonly stop: () => void;
  /** Bytes sent to this viewer that the network has not taken yet. */
  readonly backlog: () => number;
}

/** Which daemon this is. */
export interface About {
  readonly project: string;
  readonly address: string;
  readonly pid: number;
  readonly started_at: string;
}

const t = initTRPC.context<Context>().create({
  /** A refusal travels whole; of anything else the caller learns no more than that it happened. */
  errorFormatter({ shape, error }) {
    const { code, httpStatus, path } = shape.data;
    const refusal = refusalOf(error);
    const ours = refusal === null && error.code === 'INTERNAL_SERVER_ERROR';
    const message = refusal?.sentence ?? (ours ? 'Something went wrong.' : shape.message);
    return { ...shape, message, data: { code, httpStatus, path, refusal } };
  },
});

const CODES = {
  'not-found': 'NOT_FOUND',
  conflict: 'CONFLICT',
  invalid: 'UNPROCESSABLE_CONTENT',
  unavailable: 'SERVICE_UNAVAILABLE',
  forbidden: 'FORBIDDEN',
} as const satisfies Record<RefusalForCaller['kind'], TRPCError['code']>;

const base = t.procedure.use(async ({ ctx, next, path }) => {
  const result = await next();
  if (result.ok) return result;
  const { cause } = result.error;
  const refusal = refusalOf(result.error);
  if (refusal) throw new TRPCError({ code: CODES[refusal.kind], message: refusal.sentence, cause });
  if (result.error.code === 'INTERNAL_SERVER_ERROR') ctx.log.error(path, cause ?? result.error);
  return result;
});

const only = (...roles: By['role'][]) =>
  base.use(({ ctx, next, path }) => {
    if (!roles.includes(ctx.by.role))
      throw new TRPCError({ code: 'FORBIDDEN', message: `${path} is not for the role ${ctx.by.role}.` });
    return next();
  });

const viewer = only('viewer', 'operator', 'agent');
const operator = only('operator');
const agent = only('agent', 'operator');

type Once = Idempotency | undefined;
const once = (key: string | undefined, input: unknown): Once =>
  key === undefined ? undefined : { key, input };
const commit = ({ store, by }: Context, decide: Decide, same?: Once) => store.commit(by, decide, same);

/** An answer from a page can be taken back for a while; from a terminal or a script it goes out at once. */
function givingOf({ by, store }: Context, at: string, key: string | undefined): Giving {
  const wait = by.door === 'cli' || by.door === 'api' ? 0 : store.state.settings.undo_seconds * 1000;
  return { at, release_due: new Date(Date.parse(at) + wait).toISOString(), key: key ?? null };
}

/** What a run says of itself is recorded as said by the run. */
const asRun = (ctx: Context, run: number | null): Context =>
  run === null ? ctx : { ...ctx, by: { ...ctx.by, actor: `run ${run}` } };

/** A mutation on one unit: what it takes, and the command that decides. */
const steering = <Input extends { chunk: string; key?: string | undefined }>(
  input: z.ZodType<Input>,
  decide: (state: State, input: Input) => Decision,
) =>
  operator
    .input(input)
    .mutation(({ ctx, input }) =>
      commit(ctx, (state) => decide(state, input as Input), once((input as Input).key, input)),
    );

const units = t.router({
  add: operator.input(inputs.add).mutation(({ ctx, input }) => {
    const specs = input.units.map(inputs.specOf);
    return commit(ctx, (state) => addUnits(state, specs), once(input.key, input));
  }),
  retry: operator
    .input(inputs.retry)
    .mutation(({ ctx, input }) =>
      commit(
        ctx,
        (state, at) => steer.retryUnit(state, { chunk: input.chunk, ...givingOf(ctx, at, input.key) }),
        once(input.key, input),
      ),
    ),
  close: steering(inputs.close, steer.closeUnit),
  kill: steering(inputs.kill, (state, { chunk, run }) =>
    killRun(state, { chunk, run, next: 'hold', reason: 'killed by you' }),
  ),
  interrupt: steering(inputs.interrupt, interruptRun),
  hold: steering(inputs.hold, steer.holdUnit),
  release: steering(inputs.release, steer.releaseUnit),
  prioritize: steering(inputs.prioritize, steer.prioritizeUnit),
  edit: steering(inputs.edit, steer.editUnit),
  link: steering(inputs.link, steer.linkUnit),
  unlink: steering(inputs.unlink, steer.unlinkUnit),
  remove: steering(inputs.remove, steer.removeUnit),
  report: agent.input(inputs.report).mutation(({ ctx, input }) => {
    const item = newId();
    return commit(ctx, (state, at) => report(state, input, at, item), once(input.key, input));
  }),
});

const conflicts = t.router({
  resolve: steering(inputs.resolve, resolve),
  report: agent.input(inputs.conflict).mutation(({ ctx, input }) => {
    const item = newId();
    return commit(ctx, (state) => reportConflict(state, input, item), once(input.key, input));
  }),
});

const config = t.router({
  update: operator
    .input(inputs.config)
    .mutation(({ ctx, input: { key, ...settings } }) =>
      commit(ctx, (state) => updateConfig(state, settings), once(key, settings)),
    ),
});

const items = t.router({
  /** The key of an ask is the id of the item, so the command itself knows a repeat. */
  ask: agent
    .input(inputs.ask)
    .mutation(({ ctx, input }) =>
      commit(asRun(ctx, input.run), (state) => askAll(state, input, input.questions)),
    ),
  answer: operator
    .input(inputs.answer)
    .mutation(({ ctx, input }) =>
      commit(ctx, (state, at) => answer(state, input, givingOf(ctx, at, input.key)), once(input.key, input)),
    ),
  undo: steering(inputs.undo, undo),
  snooze: operator
    .input(inputs.snooze)
    .mutation(({ ctx, input }) =>
      commit(ctx, (state, at) => snooze(state, input, at), once(input.key, input)),
    ),
  wake: steering(inputs.wake, wake),
  withdraw: agent
    .input(inputs.withdraw)
    .mutation(({ ctx, input }) => commit(ctx, (state) => withdraw(state, input), once(input.key, input))),
  /** Confirming twice is confirming once: no key is needed. */
  confirm: agent
    .input(inputs.confirm)
    .mutation(({ ctx, input }) => commit(asRun(ctx, input.run), (state) => confirm(state, input))),
});

/** More than this waiting in the socket, and the next news is held back and merged. */
const BACKLOG_BYTES = 256 * 1024;
const BACKLOG_MS = 50;

async function* followBoard(
  ctx: Context,
  query: Query,
  from: string | undefined,
  signal = new AbortController().signal,
) {
  const { newsroom } = ctx;
  const { epoch } = ctx.store;
  const message = (what: { snapshot?: Snapshot; news?: News }): BoardMessage => ({
    build: newsroom.build,
    snapshot: what.snapshot ?? null,
    news: what.news ?? null,
  });
  const [theirs = '', number = ''] = from?.split(':') ?? [];
  let at = /^\d{1,15}$/.test(number) ? Number(number) : -1;
  if (newsroom.since(query, theirs, at) === null) {
    const snapshot = newsroom.snapshot(query);
    at = snapshot.seq;
    yield tracked(`${epoch}:${at}`, message({ snapshot }));
  } else yield tracked(`${epoch}:${at}`, message({ news: { seq: at, put: [], drop: [] } }));
  while (!signal.aborted) {
    await newsroom.after(at, signal);
    await readyAgain(ctx, signal);
    const news = newsroom.since(query, epoch, at);
    if (!news || signal.aborted) return;
    at = news.seq;
    if (news.put.length + news.drop.length > 0) yield tracked(`${epoch}:${at}`, message({ news }));
  }
}

async function* followPulses(ctx: Context, query: Query, signal = new AbortController().signal) {
  for await (const pulses of ctx.pulses.follow(query, signal)) {
    yield pulses;
    await readyAgain(ctx, signal);
  }
}

/** A slow reader gets what has been merged meanwhile, not a queue of its own. */
async function readyAgain({ backlog }: Context, signal: AbortSignal): Promise<void> {
  while (backlog() > BACKLOG_BYTES && !signal.aborted) await pause(BACKLOG_MS);
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

interface TranscriptInput {
  readonly chunk: string;
  readonly run?: number | undefined;
  readonly offset: number;
  readonly follow: boolean;
  readonly lastEventId?: string | undefined;
}

/** Checks before the stream begins, so that a refusal is one. */
function transcriptOf(ctx: Context, input: TranscriptInput, signal = new AbortController().signal) {
  const work = findWork(ctx.store.state, input.chunk);
  if (!work) throw notFound(`There is no unit called ${input.chunk}.`);
  const number = input.run ?? work.runs.at(-1)?.number;
  if (number === undefined) throw notFound(`${input.chunk} has not run yet.`);
  const run = work.runs.find((each) => each.number === number);
  if (!run) throw notFound(`${input.chunk} has no run ${number}.`);
  const isKept = existsSync(runFiles(ctx.runs, work.unit.id, number).output);
  if (run.ended_at !== null && run.outcome?.how === 'exited' && !isKept)
    throw notFound(`What run ${number} of ${input.chunk} printed is no longer kept.`);
  return stretches(ctx, work.unit.id, number, input, signal);
}

async function* stretches(
  ctx: Context,
  unit: number,
  run: number,
  input: TranscriptInput,
  signal: AbortSignal,
) {
  const isLive = () => {
    const runs = ctx.store.state.works.get(unit)?.runs ?? [];
    return input.follow && runs.find(({ number }) => number === run)?.ended_at === null;
  };
  const offset = input.lastEventId === undefined ? input.offset : Number(input.lastEventId);
  const { output } = runFiles(ctx.runs, unit, run);
  for await (const stretch of followTranscript(output, offset, isLive, signal)) {
    yield tracked(String(stretch.to), { run, ...stretch });
    await readyAgain(ctx, signal);
  }
}

export const appRouter = t.router({
  units,
  items,
  conflicts,
  config,
  status: viewer.input(inputs.nothing).query(({ ctx }) => {
    const { units, items, seq } = ctx.newsroom.counts();
    const { settings, trusted } = ctx.store.state;
    const agents = { digest: trusted.digest, names: trusted.agents.map(({ name }) => name) };
    return { ...ctx.about, build: ctx.newsroom.build, seq, units, items, settings, agents };
  }),
  unit: viewer
    .input(inputs.one)
    .query(({ ctx, input }) => detailOf(ctx.store.state, input.chunk, (unit) => ctx.store.events(0, unit))),
  board: t.router({
    now: viewer.input(inputs.board).query(({ ctx, input }) => ctx.newsroom.snapshot(input as Query)),
    follow: viewer.input(inputs.follow).subscription(({ ctx, input, signal }) => {
      const { from, lastEventId, ...query } = input;
      return followBoard(ctx, query as Query, lastEventId ?? from, signal);
    }),
    pulses: viewer
      .input(inputs.board)
      .subscription(({ ctx, input, signal }) => followPulses(ctx, input as Query, signal)),
  }),
  transcript: viewer
    .input(inputs.transcript)
    .subscription(({ ctx, input, signal }) => transcriptOf(ctx, input, signal)),
  daemon: t.router({
    /** Where runs look for programs. */
    path: operator.input(inputs.nothing).query(({ ctx }) => ctx.path),
    stop: operator.input(inputs.nothing).mutation(({ ctx }) => {
      if (ctx.by.door !== 'cli')
        throw new TRPCError({ code: 'FORBIDDEN', message: 'Only the terminal can stop the daemon.' });
      ctx.stop();
      return { stopping: true };
    }),
  }),
});

export type AppRouter = typeof appRouter;
/** Calls procedures in this process: for the paths of people and scripts. */
export const createCaller = t.createCallerFactory(appRouter);
