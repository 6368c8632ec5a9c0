/** A house of facts in which one unit is walked through its states; some of its runs are real processes. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { BoardIndex } from '../../server/board/board-index.ts';
import { reportConflict, wantToStart } from '../../server/domain/commands/conflicts.ts';
import { type ReportInput, report } from '../../server/domain/commands/reports.ts';
import { spawned, startRun } from '../../server/domain/commands/runs.ts';
import { snooze } from '../../server/domain/commands/snooze.ts';
import { holdUnit, linkUnit, releaseUnit, removeUnit } from '../../server/domain/commands/steering.ts';
import { nextDue, timePasses } from '../../server/domain/commands/time.ts';
import { Refusal } from '../../server/domain/refusal.ts';
import { startOrder } from '../../server/domain/start-order.ts';
import { Executors } from '../../server/executors/executors.ts';
import { CarriedRuns } from '../../server/runs/carried-runs.ts';
import { Dispatcher } from '../../server/runs/dispatcher.ts';
import { TouchedConflicts } from '../../server/runs/touched-conflicts.ts';
import { Worktrees } from '../../server/runs/worktrees.ts';
import type { Log } from '../../server/system/log.ts';
import { lookUp } from '../../server/system/processes.ts';
import { type Board, boardOf, follow } from '../../shared/board.ts';
import type { Item } from '../../shared/item-words.ts';
import { AGENT, DAEMON, StoreFixture } from '../core/store-fixture.ts';

/** The unit that is walked, the one that it may wait for, and the one that may be in its way. */
export const UNIT = 'unit';
export const BLOCKER = 'blocker';
export const RIVAL = 'rival';
/** The key of the one question that an agent asks in a walk. */
export const QUESTION = 'q';

/** How long an answer from the page can be taken back, and how long the daemon is away when it restarts. */
export const UNDO_MS = 4000;
export const AWAY_MS = 10_000;
export const SECOND = 1000;
export const MINUTE = 60_000;

export class Walk extends StoreFixture {
  readonly #children: ChildProcess[] = [];
  /** One index for the whole walk, as the daemon has one, and a page that follows it. */
  #index = new BoardIndex(this.store.state);
  #board: Board = boardOf({ epoch: '', build: '', seq: 0, rows: this.#index.rows({}) });

  /** What a page shows that has been open all the time. */
  board(): Board {
    this.#index.look(this.store.state);
    this.#board = follow(this.#board, this.#index.since({}, this.#board.seq));
    return this.#board;
  }

  /** What a page shows that is opened now. */
  freshBoard(): Board {
    const { seq } = this.store.state;
    return boardOf({ epoch: '', build: '', seq, rows: new BoardIndex(this.store.state).rows({}) });
  }

  override leave(): void {
    try {
      for (const child of this.#children) child.kill('SIGKILL');
    } finally {
      super.leave();
    }
  }

  /** The page stays open while the daemon is away, and follows the new one from its own number. */
  override reopen(): void {
    super.reopen();
    this.#index = new BoardIndex(this.store.state);
  }

  /** Starts the next run as a process that lives until the walk is over, or until this test process is. */
  async startLive(): Promise<void> {
    const marker = `walk-${process.pid}-${this.#children.length}-${this.work(UNIT).unit.id}`;
    const unit = this.work(UNIT).unit.id;
    const { result } = await this.commit(
      (state) => startRun(state, { unit, marker, token: 'hash', at: '2026-01-05T09:00:00.000Z' }),
      DAEMON,
    );
    const child = spawn('sh', ['-c', 'read -r word', marker], { stdio: ['pipe', 'ignore', 'ignore'] });
    this.#children.push(child);
    await once(child, 'spawn');
    const found = lookUp(child.pid ?? 0);
    assert.ok(found, 'the process lives');
    const identity = { pid: found.pid, started: found.started };
    await this.commit((state) => spawned(state, { unit, run: result.run, ...identity }), DAEMON);
  }

  /** The daemon ends and comes back later: what is due first, then a look at the runs that were alive. */
  async restart(): Promise<void> {
    this.reopen();
    this.now += AWAY_MS;
    await this.commit(timePasses, DAEMON);
    const folder = `${this.folder}/none`;
    const failed: unknown[] = [];
    const log: Log = { info: () => {}, error: (_, error) => failed.push(error) };
    const { store, folder: project } = this;
    const worktrees = new Worktrees({ store, log, project, folder, progress: new Map() });
    const executors = new Executors({ store, log, socket: folder, folder });
    const dispatcher = new Dispatcher({
      umask: 0o022,
      store,
      log,
      project,
      runs: folder,
      worktrees,
      executors,
      carried: new CarriedRuns({ store, project, runs: folder, worktrees, executors }),
      touched: new TouchedConflicts(store, project),
      socket: folder,
      bin: folder,
      readOnly: false,
      isShared: false,
    });
    dispatcher.start();
    // Asked to stop at once, it still ends its first look: at what lives, not at what could start.
    await dispatcher.stop();
    assert.deepEqual(failed, []);
  }

  /** An analysis says that the rival may be in the way. */
  reportConflict(): Promise<unknown> {
    const finding = {
      verdict: 'ASK_OPERATOR',
      confidence: 0.7,
      code: 'reported',
      text: 'both edit the port',
      overlapping_files: ['port.ts'],
      overlapping_symbols: [],
      overlapping_lines: '',
    } as const;
    const pair = { chunk: UNIT, other_chunk: RIVAL, ...finding };
    return this.commit((state) => reportConflict(state, pair, 'conflict-1'), AGENT);
  }

  /** An analysis finds a conflict; then the unit wants to start, if it could. */
  async findConflict(): Promise<void> {
    await this.reportConflict();
    if (this.work(UNIT).unit.spec.external) await this.report('started').catch(refusalOnly);
    else if (startOrder(this.store.state).some(({ unit }) => unit.chunk === UNIT)) await this.wantToStart();
  }

  /** As the dispatcher asks before each start. */
  wantToStart(): Promise<unknown> {
    const input = { unit: this.work(UNIT).unit.id, overlaps: [], key: 'conflict-2' };
    return this.commit((state) => wantToStart(state, input), DAEMON);
  }

  report(what: ReportInput['what'], more: Partial<ReportInput> = {}): Promise<unknown> {
    const input = { chunk: UNIT, what, all: false, override: false, words: '', ...more };
    return this.commit((state, at) => report(state, input, at, `report-${state.seq}`), AGENT);
  }

  hold(): Promise<unknown> {
    return this.commit((state) => holdUnit(state, { chunk: UNIT, why: 'wait for me' }));
  }
  letGo(): Promise<unknown> {
    return this.commit((state) => releaseUnit(state, { chunk: UNIT }));
  }
  link(): Promise<unknown> {
    return this.commit((state) => linkUnit(state, { chunk: UNIT, after: BLOCKER }));
  }
  remove(chunk: string, unlink = false): Promise<unknown> {
    return this.commit((state) => removeUnit(state, { chunk, unlink }));
  }
  snooze(item: string, minutes: number, version = 1): Promise<unknown> {
    return this.commit((state, at) => snooze(state, { chunk: UNIT, item, version, minutes }, at));
  }

  /** To the next moment at which something is due. */
  async wait(): Promise<void> {
    const due = nextDue(this.store.state);
    assert.ok(due, 'something comes with time');
    this.now = Date.parse(due);
    await this.release();
  }

  /** The item of the unit that matters now: the last one. */
  lastItem(): Item | undefined {
    return this.work(UNIT).items.at(-1);
  }
}

/** For what may be refused or not: only another error is one. */
export function refusalOnly(error: unknown): void {
  if (!(error instanceof Refusal)) throw error;
}

/** A walk in a house of its own, which is gone afterwards, also when the walk failed. */
export const inWalk = (body: (walk: Walk) => unknown) => async (): Promise<void> => {
  const walk = new Walk();
  try {
    await body(walk);
  } finally {
    walk.leave();
  }
};
