/** The procedures of the API, with their inputs and roles. */
import type { Query } from '../../shared/query.ts';
import { mayStart } from '../access/permissions.ts';
import { conflictsOf } from '../board/conflict-list.ts';
import { detailOf } from '../board/detail.ts';
import { historyOf } from '../board/history.ts';
import { usageListOf } from '../board/usage-list.ts';
import { answer, type Giving, undo } from '../domain/commands/answers.ts';
import { askAll, confirm, withdraw } from '../domain/commands/asks.ts';
import { wantTurn } from '../domain/commands/budget.ts';
import { bulk } from '../domain/commands/bulk.ts';
import { updateConfig } from '../domain/commands/config.ts';
import { reportConflict, resolve } from '../domain/commands/conflicts.ts';
import { interruptRun } from '../domain/commands/interrupt.ts';
import { killRun } from '../domain/commands/kill.ts';
import { noteRun } from '../domain/commands/notes.ts';
import { report } from '../domain/commands/reports.ts';
import { snooze, wake } from '../domain/commands/snooze.ts';
import * as steer from '../domain/commands/steering.ts';
import { addUnits } from '../domain/commands/units.ts';
import { conflict, invalid } from '../domain/refusal.ts';
import { newId } from '../system/new-id.ts';
import { accessFor } from './access.ts';
import { archivedUnits } from './archived-units.ts';
import { ask as askInput } from './ask-input.ts';
import { carry } from './carry.ts';
import { commit, commitOrPreview } from './commit.ts';
import * as inputs from './inputs.ts';
import { newUnits } from './new-units.ts';
import { notify } from './notify.ts';
import * as planInput from './plan-input.ts';
import { policy, requestsOf, rulesFor } from './policy.ts';
import {
  agent,
  bases,
  type Context,
  onlyAtTerminal,
  operator,
  refuseCommands,
  t,
  viewer,
} from './procedures.ts';
import { followBoard, followPulses, transcriptOf } from './streams.ts';
import { ending, steering } from './unit-mutations.ts';
import { work } from './work.ts';

/** An answer from a page, or from the queue by keys, can be taken back for a while; from a command or a script it goes out at once. */
function givingOf({ by, store }: Context, at: string, key: string | undefined, undoable = false): Giving {
  const isAtOnce = !undoable && (by.door === 'cli' || by.door === 'api');
  const wait = isAtOnce ? 0 : store.state.settings.undo_seconds * 1000;
  return { at, release_due: new Date(Date.parse(at) + wait).toISOString(), key: key ?? null };
}

/** Records the run as the actor. */
const asRun = <Ctx extends Context>(ctx: Ctx, run: number | null): Ctx =>
  run === null ? ctx : { ...ctx, by: { ...ctx.by, actor: `run ${run}` } };

const units = t.router({
  ...newUnits,
  add: operator.input(planInput.add).mutation(({ ctx, input }) => {
    const specs = input.units.map(planInput.specOf);
    refuseCommands(ctx, specs);
    return commit(ctx, (state) => addUnits(state, specs), input);
  }),
  retry: operator
    .input(inputs.retry)
    .mutation(({ ctx, input }) =>
      commit(
        ctx,
        (state, at) => steer.retryUnit(state, { chunk: input.chunk, ...givingOf(ctx, at, input.key) }),
        input,
      ),
    ),
  close: ending(inputs.close, steer.closeUnit),
  kill: ending(inputs.kill, (state, { chunk, run }) => killRun(state, { chunk, run, next: 'hold' })),
  interrupt: steering(inputs.interrupt, interruptRun),
  hold: steering(inputs.hold, steer.holdUnit),
  release: steering(inputs.release, steer.releaseUnit),
  prioritize: steering(inputs.prioritize, steer.prioritizeUnit),
  edit: steering(inputs.edit, steer.editUnit),
  link: steering(inputs.link, steer.linkUnit),
  unlink: steering(inputs.unlink, steer.unlinkUnit),
  remove: ending(inputs.remove, steer.removeUnit),
  /** One action on all units that a filter matches now. */
  bulk: operator.input(inputs.bulk).mutation(async ({ ctx, input }) => {
    const { status, kind, q, key: _, dry_run: __, ...what } = input;
    const chunks = ctx.boardFeed.chunks({ status, kind, q } as Query);
    const { result, ...committed } = await commitOrPreview(
      ctx,
      (state, at) => bulk(state, chunks, what, givingOf(ctx, at, undefined)),
      input,
    );
    // Older versions stored only `chunks` with a key.
    const { refused = [], left = 0, ...rest } = result;
    return { ...committed, result: rest, refused, left };
  }),
  report: agent.input(inputs.report).mutation(({ ctx, input }) => {
    if (input.what === 'started' && !mayStart(ctx.access))
      throw conflict('read-only', 'Signalbox runs with --read-only: nothing starts now.');
    const item = newId();
    return commit(ctx, (state, at) => report(state, input, at, item), input);
  }),
});

const runs = t.router({
  /** The session and the refusals of a live run. What is known already is not kept twice: no key is needed. */
  note: agent
    .input(inputs.note)
    .mutation(({ ctx, input }) => commit(asRun(ctx, input.run), (state) => noteRun(state, input))),
  /** Whether its agent may take another turn: the item to wait for, or none. Asking twice is asking once. */
  turn: agent.input(inputs.turn).mutation(({ ctx, input }) => {
    const id = newId();
    return commit(ctx, (state, at) => wantTurn(state, { ...input, key: id, at }));
  }),
});

const conflicts = t.router({
  list: viewer.input(inputs.nothing).query(({ ctx }) => conflictsOf(ctx.store.state)),
  resolve: steering(inputs.resolve, resolve),
  report: agent.input(inputs.conflict).mutation(({ ctx, input }) => {
    const item = newId();
    const { reason: text, ...found } = input;
    const reported = { ...found, code: 'reported', text } as const;
    return commit(ctx, (state) => reportConflict(state, reported, item), input);
  }),
});

const config = t.router({
  update: operator
    .input(inputs.config)
    .mutation(({ ctx, input: { key, ...settings } }) =>
      commit(ctx, (state) => updateConfig(state, settings), { key, ...settings }),
    ),
});

const items = t.router({
  /** The key of an ask is the id of the item, so the command itself knows a repeat. */
  ask: agent.input(askInput).mutation(({ ctx, input }) => {
    const requests = requestsOf(ctx, input);
    return commit(asRun(ctx, input.run), (state, at) =>
      askAll(state, input, input.questions, rulesFor(ctx, requests, at)),
    );
  }),
  answer: operator.input(inputs.answer).mutation(({ ctx, input: { undoable, ...input } }) => {
    const { answer_bytes } = ctx.access.limits;
    if (Buffer.byteLength(input.text) > answer_bytes)
      throw invalid('text', `text: An answer has at most ${answer_bytes / 1024} KiB.`);
    return commit(ctx, (state, at) => answer(state, input, givingOf(ctx, at, input.key, undoable)), input);
  }),
  undo: steering(inputs.undo, undo),
  snooze: operator
    .input(inputs.snooze)
    .mutation(({ ctx, input }) => commit(ctx, (state, at) => snooze(state, input, at), input)),
  wake: steering(inputs.wake, wake),
  withdraw: agent.input(inputs.withdraw).mutation(({ ctx, input }) => {
    const code = ctx.by.role === 'agent' ? 'asker' : 'operator';
    return commitOrPreview(ctx, (state) => withdraw(state, input, code), input);
  }),
  /** Confirming twice is confirming once: no key is needed. */
  confirm: agent
    .input(inputs.confirm)
    .mutation(({ ctx, input }) => commit(asRun(ctx, input.run), (state) => confirm(state, input))),
});

export const appRouter = t.router({
  units,
  runs,
  items,
  conflicts,
  config,
  access: accessFor(bases),
  policy,
  work,
  notify,
  carry,
  /** Where runs may work besides this machine, and whether it is reached. */
  executors: operator.input(inputs.nothing).query(({ ctx }) => ctx.carry.lines()),
  status: viewer.input(inputs.nothing).query(async ({ ctx }) => {
    const { units, items, seq } = ctx.boardFeed.counts();
    const { settings, trusted } = ctx.store.state;
    const agents = { digest: trusted.digest, names: trusted.agents.map(({ name }) => name) };
    const { readOnly: read_only } = ctx.access;
    const waits = await ctx.boardFeed.waits(new Date());
    return {
      ...ctx.about,
      read_only,
      build: ctx.boardFeed.build,
      seq,
      units,
      items,
      waits,
      settings,
      agents,
    };
  }),
  unit: viewer.input(inputs.unit).query(async ({ ctx: { store }, input: { chunk, before } }) =>
    detailOf(await store.stateWith(chunk), chunk, {
      backwards: (unit, from) => store.eventsBackwards(unit, from),
      before,
      now: new Date().toISOString(),
    }),
  ),
  archive: archivedUnits,
  /** What agents have reported of tokens and cost. */
  usage: viewer
    .input(inputs.usage)
    .query(({ ctx, input }) => usageListOf(ctx.store.state, input.by, new Date().toISOString())),
  board: t.router({
    now: viewer.input(inputs.board).query(({ ctx, input }) => ctx.boardFeed.snapshot(input as Query)),
    follow: viewer.input(inputs.follow).subscription(({ ctx, input, signal }) => {
      const { from, lastEventId, follow, stream, calm, ...query } = input;
      const how = { from: lastEventId ?? from, follow, stream, calm };
      return followBoard(ctx, query as Query, how, signal);
    }),
    pulses: viewer.input(inputs.pulses).subscription(({ ctx, input, signal }) => {
      const { follow, ...query } = input;
      return followPulses(ctx, query as Query, signal, follow);
    }),
  }),
  history: viewer.input(inputs.history).query(({ ctx, input }) => historyOf(ctx.store, input)),
  transcript: viewer
    .input(inputs.transcript)
    .subscription(({ ctx, input, signal }) => transcriptOf(ctx, input, signal)),
  daemon: t.router({
    /** PATH of runs. */
    path: operator.input(inputs.nothing).query(({ ctx }) => ctx.path),
    stop: operator.input(inputs.nothing).mutation(({ ctx }) => {
      onlyAtTerminal(ctx, 'stops the daemon');
      ctx.stop();
      return { stopping: true };
    }),
  }),
});

export type AppRouter = typeof appRouter;
/** Calls procedures in this process: for the paths of people and scripts. */
export const createCaller = t.createCallerFactory(appRouter);
