/** A store on a real database in a folder of its own, with a clock that only the test moves. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { answer, undo } from '../../server/domain/commands/answers.ts';
import { type AskInput, ask, confirm, withdraw } from '../../server/domain/commands/asks.ts';
import type { ItemRef } from '../../server/domain/commands/decision.ts';
import { noteRun } from '../../server/domain/commands/notes.ts';
import { endRun, spawned, startRun } from '../../server/domain/commands/runs.ts';
import { closeUnit, retryUnit } from '../../server/domain/commands/steering.ts';
import { timePasses } from '../../server/domain/commands/time.ts';
import { addUnits } from '../../server/domain/commands/units.ts';
import { workOf } from '../../server/domain/lookup.ts';
import { Refusal, type RefusalKind } from '../../server/domain/refusal.ts';
import { findItem, liveRun, type State } from '../../server/domain/state.ts';
import { type StatusAndWhy, statusOf } from '../../server/domain/status.ts';
import type { Decide } from '../../server/store/decide-batch.ts';
import type { Committed, Idempotency } from '../../server/store/idempotency.ts';
import { Db } from '../../server/store/sqlite.ts';
import { SqliteJournal } from '../../server/store/sqlite-journal.ts';
import { Store } from '../../server/store/store.ts';
import type { By } from '../../shared/access-words.ts';
import { askingOf } from '../../shared/daemon-question-sentences.ts';
import { codeOf } from '../../shared/daemon-questions.ts';
import type { Event } from '../../shared/events.ts';
import type { Asking, Item, ItemCode } from '../../shared/item-words.ts';
import { statusReasonWords } from '../../shared/status-sentences.ts';
import type { Outcome, Run, Status, ToolRefusal, UnitSpec, WorkUnit } from '../../shared/words.ts';

export const OPERATOR: By = { actor: 'operator', role: 'operator', door: 'page', origin: null };
export const AGENT: By = { actor: 'agent', role: 'agent', door: 'cli', origin: null };
export const DAEMON: By = { actor: 'signalbox', role: 'daemon', door: 'daemon', origin: null };

export const SLOTS = 1000;

/** The same state under another `max_agents`. */
export const withSlots = (state: State, max_agents: number): State => ({
  ...state,
  settings: { ...state.settings, max_agents },
});
const NINE = Date.UTC(2026, 0, 5, 9);

/** A unit with one command per phase. */
export const spec = (chunk: string, more: Partial<UnitSpec> & { phases?: string[] } = {}): UnitSpec => {
  const { phases = ['IMPLEMENT'], ...rest } = more;
  const steps = phases.map((phase) => ({ phase, command: `do ${phase}` }));
  return {
    chunk,
    title: '',
    goal: '',
    steps,
    agent: null,
    after: [],
    env: [],
    priority: 0,
    paths: [],
    external: false,
    review: [],
    retry: null,
    time_limit: null,
    worktree: null,
    base: null,
    merge: null,
    ...rest,
  };
};

export const exited = (code: number): Outcome => ({ exit: 'exited', code });
export const NEVER_BEGAN: Outcome = { exit: 'never-began', code: 'cannot-start', detail: 'no shell' };

type WordedItem = Item & Asking & { readonly code: ItemCode | null };
const worded = (item: Item): WordedItem => ({ ...item, ...askingOf(item), code: codeOf(item) }) as WordedItem;

interface Said {
  readonly text?: string;
  readonly options?: readonly string[];
  readonly version?: number;
  /** How long it can be taken back. */
  readonly wait?: number;
  readonly key?: string;
  readonly by?: By;
}

export const storeOn = (db: Db, now?: () => Date, journal = new SqliteJournal(db)): Store =>
  new Store(journal, db.state(), now);

export class StoreFixture {
  readonly folder = mkdtempSync(join(tmpdir(), 'signalbox-core-'));
  readonly path: string;
  now = NINE;
  db: Db;
  journal: SqliteJournal;
  store: Store;

  constructor(path?: string) {
    this.path = path ?? join(this.folder, 'signalbox.db');
    try {
      this.db = Db.open(this.path);
      this.journal = new SqliteJournal(this.db);
      this.store = storeOn(this.db, () => new Date(this.now), this.journal);
    } catch (error) {
      rmSync(this.folder, { recursive: true, force: true });
      throw error;
    }
  }

  /** As after a restart: everything that is only in memory is gone. */
  reopen(): void {
    this.db.close();
    this.db = Db.open(this.path);
    this.journal = new SqliteJournal(this.db);
    this.store = storeOn(this.db, () => new Date(this.now), this.journal);
  }

  leave(): void {
    try {
      this.db.close();
    } finally {
      rmSync(this.folder, { recursive: true, force: true });
    }
  }

  commit<Result extends object>(
    decide: Decide<Result>,
    by: By = OPERATOR,
    once?: Idempotency,
  ): Promise<Committed<Result>> {
    return this.store.commit(by, decide, once);
  }

  add(...specs: UnitSpec[]): Promise<Committed> {
    return this.commit((state) => addUnits(state, specs));
  }

  start(chunk: string, max_agents = SLOTS): Promise<Committed> {
    const decide: Decide = (state) => {
      const unit = workOf(state, chunk).unit.id;
      return startRun(withSlots(state, max_agents), {
        unit,
        marker: 'm',
        token: 'hash',
        at: '2026-01-05T09:00:00.000Z',
      });
    };
    return this.commit(decide, DAEMON);
  }

  spawned(chunk: string): Promise<Committed> {
    const { unit, number } = this.lastRun(chunk);
    return this.commit((state) => spawned(state, { unit, run: number, pid: 7, started: 'now' }), DAEMON);
  }

  /** The last run ends; a stuck item, should there be one, is called `stuck-<chunk>-<run>`. */
  end(chunk: string, outcome: Outcome = exited(0), lines = ''): Promise<Committed> {
    const { unit, number } = this.lastRun(chunk);
    const key = `stuck-${chunk}-${number}`;
    return this.commit((state, at) => endRun(state, { unit, run: number, outcome, lines, key, at }), DAEMON);
  }

  /** Asks for the live run, if there is one. */
  ask(chunk: string, key: string, more: Partial<AskInput> = {}): Promise<Committed<ItemRef>> {
    const run = liveRun(this.work(chunk))?.number ?? null;
    return this.commit((state) => ask(state, asking(chunk, key, { run, ...more })), AGENT);
  }

  answer(chunk: string, item: string, said: Said = {}): Promise<Committed> {
    const { text = '', options = [], version = 1, wait = 0, key, by = OPERATOR } = said;
    const given = text === '' && options.length === 0 ? { text: 'yes', options } : { text, options };
    const input = { chunk, item, version, ...given };
    const decide: Decide = (state, at) => {
      const release_due = new Date(Date.parse(at) + wait).toISOString();
      return answer(state, input, { at, release_due, key: key ?? null });
    };
    return this.commit(decide, by, key === undefined ? undefined : { key, procedure: 'items.answer', input });
  }

  undo(chunk: string, item: string, version = 1): Promise<Committed> {
    return this.commit((state) => undo(state, { chunk, item, version }));
  }

  /** The answers that are due go out. */
  release(): Promise<Committed> {
    return this.commit(timePasses, DAEMON);
  }

  withdraw(chunk: string, item: string): Promise<Committed> {
    return this.commit((state) => withdraw(state, { chunk, item, why: 'solved' }, 'asker'), AGENT);
  }

  confirm(chunk: string, item: string, run: number | null = null): Promise<Committed> {
    return this.commit((state) => confirm(state, { chunk, item, run }), AGENT);
  }

  /** The live run says of itself that these calls were refused, or which session it has. */
  note(chunk: string, refused: readonly ToolRefusal[], session?: string): Promise<Committed> {
    const run = this.lastRun(chunk).number;
    return this.commit((state) => noteRun(state, { chunk, run, refused, session }), AGENT);
  }

  close(chunk: string, reason = 'enough'): Promise<Committed> {
    return this.commit((state) => closeUnit(state, { chunk, reason }));
  }

  retry(chunk: string): Promise<Committed> {
    return this.commit((state, at) => retryUnit(state, { chunk, at, release_due: at, key: null }));
  }

  /** Takes a unit through all its phases. */
  async finish(chunk: string): Promise<void> {
    while (this.status(chunk) === 'READY') {
      await this.start(chunk);
      await this.end(chunk);
    }
  }

  work(chunk: string): WorkUnit {
    return workOf(this.store.state, chunk);
  }
  /** Its status, and why in words. */
  said(chunk: string): Omit<StatusAndWhy, 'why'> & { why: string } {
    const work = this.work(chunk);
    const said = statusOf(this.store.state, work);
    return { ...said, why: statusReasonWords(said.why, work.items) };
  }
  status(chunk: string): Status {
    return this.said(chunk).status;
  }
  /** An item, and what the operator reads of it. */
  item(id: string): WordedItem {
    return worded(this.keptItem(id));
  }
  keptItem(id: string): Item {
    const found = findItem(this.store.state, id);
    assert.ok(found, `there is an item ${id}`);
    return found.item;
  }
  lastRun(chunk: string): Run {
    const run = this.work(chunk).runs.at(-1);
    assert.ok(run, `${chunk} has run`);
    return run;
  }
  log(after = 0): Event[] {
    return [...this.db.events(after)];
  }
  types(after = 0): string[] {
    return this.log(after).map(({ type }) => type);
  }
}

export const asking = (chunk: string, key: string, more: Partial<AskInput> = {}): AskInput => ({
  key,
  chunk,
  run: null,
  asked_by: 'agent',
  prompt: `Which port for ${key}?`,
  context: [],
  options: [],
  multiple: false,
  allows_text: true,
  ...more,
});

/** A test in a house of its own, which is gone afterwards, also when the test failed. */
export const inHouse = (body: (house: StoreFixture) => unknown) => async (): Promise<void> => {
  const house = new StoreFixture();
  try {
    await body(house);
  } finally {
    house.leave();
  }
};

/** The refusal with which this ends. */
export async function refused(
  attempt: Promise<unknown>,
  kind: RefusalKind,
  message: RegExp,
): Promise<Refusal> {
  const error = await attempt.then(
    () => assert.fail('it was not refused'),
    (error: unknown) => error,
  );
  if (!(error instanceof Refusal)) throw error;
  assert.equal(error.kind, kind);
  assert.match(error.message, message);
  return error;
}

/** One turn of the event loop: what was scheduled before has happened. */
export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export async function gathered<T>(each: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const one of each) all.push(one);
  return all;
}
