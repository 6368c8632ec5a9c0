/** The projects of the hub, and their boards: one for each query that somebody looks at. */
import { setTimeout as pause } from 'node:timers/promises';
import { Signal } from '../server/system/signal.ts';
import type { Pulses } from '../shared/board.ts';
import { type Query, queryKey } from '../shared/query.ts';
import { HubBoard } from './hub-board.ts';
import { type Found, Project } from './project.ts';
import { namesOf } from './project-names.ts';

/** A board that nobody looks at is kept for a while: a page asks for what was drawn a moment ago. */
const LINGER_MS = 60_000;
const MOST_BOARDS = 50;
const MOST_PROJECTS = 200;
/** A page does not wait longer for a daemon that is slow. */
const READY_MS = 1500;
const SHOWN_MS = 1000;
const LOOK_MS = 5;

/** Of a project's path. */
export const SLUG = /^[A-Za-z0-9._-]{1,100}$/;

interface KeptBoard {
  readonly board: HubBoard;
  users: number;
  timer: NodeJS.Timeout | null;
}

export class Projects {
  readonly #projects = new Map<string, Project>();
  readonly #boards = new Map<string, KeptBoard>();
  /** Followed as long as the hub runs: what it says stays when its daemon is away. */
  readonly #whole: HubBoard;
  readonly #printed = new Signal();
  /** A daemon has come. */
  readonly #listed = new Signal();

  constructor() {
    this.#whole = this.#keep({}).board;
  }

  get all(): readonly Project[] {
    return [...this.#projects.values()];
  }

  find(slug: string): Project | null {
    return this.#projects.get(slug) ?? null;
  }

  ofEpoch(epoch: string): Project | null {
    return this.all.find((project) => project.epoch === epoch) ?? null;
  }

  /** How many items of a project are open; null: it was never heard of. */
  itemsOf(project: Project): number | null {
    return this.#whole.countsOf(project)?.items ?? null;
  }

  /** Follows a daemon from now on. */
  add(found: Found): void {
    const isFit = SLUG.test(found.slug) && this.#projects.size < MOST_PROJECTS;
    if (!isFit || this.#projects.has(found.slug)) return;
    const project: Project = new Project(found, {
      turned: () => this.#turn(project),
      printed: () => this.#printed.ring(),
    });
    this.#projects.set(found.slug, project);
    for (const { board } of this.#boards.values()) board.add(project, null);
    this.#nameAll();
    for (const { board } of this.#boards.values()) board.tell();
    this.#printed.ring();
    this.#listed.ring();
  }

  /** Follows a daemon no more, and shows no rows of it. */
  remove(slug: string): void {
    const project = this.#projects.get(slug);
    if (!project) return;
    this.#projects.delete(slug);
    for (const { board } of this.#boards.values()) board.remove(project);
    project.close();
    this.#nameAll();
  }

  /** The board of a query, as soon as the daemons that answer have said what is on it; `leave` says that it is looked at no more. */
  async look(query: Query): Promise<{ board: HubBoard; leave: () => void }> {
    const { page: _, ...asked } = query;
    const kept = this.#boards.get(queryKey(asked)) ?? this.#keep(asked);
    if (kept.timer) clearTimeout(kept.timer);
    kept.users++;
    const late = Date.now() + READY_MS;
    while (!kept.board.isReady && Date.now() < late) await pause(LOOK_MS);
    let isLooking = true;
    const leave = () => {
      if (isLooking) this.#leave(queryKey(asked), kept);
      isLooking = false;
    };
    return { board: kept.board, leave };
  }

  /** Until what a daemon has just committed is on the boards, so that a page drawn next shows it; not for long. */
  async untilShown(project: Project, seq: number): Promise<void> {
    const late = Date.now() + SHOWN_MS;
    const isBehind = () =>
      [...this.#boards.values()].some(({ board }) => (board.boardOf(project)?.seq ?? seq) < seq);
    while (isBehind() && Date.now() < late) await pause(LOOK_MS);
  }

  /** What runs printed last. */
  get pulses(): Pulses {
    return Object.assign({}, ...this.all.map(({ pulses }) => pulses)) as Pulses;
  }

  /** Yields all last lines, then those that change. */
  async *followPulses(signal: AbortSignal): AsyncGenerator<Pulses> {
    const watched = new Map<Project, () => void>();
    let told: Pulses = {};
    try {
      while (!signal.aborted) {
        this.#hold(watched, 'printing');
        const now = this.pulses;
        const news = Object.entries(now).filter(([key, pulse]) => told[key] !== pulse);
        told = now;
        if (news.length > 0) yield Object.fromEntries(news);
        await this.#printed.next(signal);
      }
    } finally {
      for (const stop of watched.values()) stop();
    }
  }

  /** Somebody looks at all of them, until `signal` aborts. */
  async beSeen(signal: AbortSignal): Promise<void> {
    const seen = new Map<Project, () => void>();
    while (!signal.aborted) {
      this.#hold(seen, 'looking');
      await this.#listed.next(signal);
    }
    for (const stop of seen.values()) stop();
  }

  /** Holds a stream of each project that is not held yet. */
  #hold(held: Map<Project, () => void>, stream: 'printing' | 'looking'): void {
    for (const project of this.all) if (!held.has(project)) held.set(project, project[stream].hold());
  }

  close(): void {
    for (const { board, timer } of this.#boards.values()) {
      if (timer) clearTimeout(timer);
      board.stop();
    }
    for (const project of this.#projects.values()) project.close();
  }

  #keep(query: Query): KeptBoard {
    if (this.#boards.size >= MOST_BOARDS) this.#dropIdle();
    const board = new HubBoard(query, this.all, (project) => this.#whole.boardOf(project));
    const kept = { board, users: 0, timer: null };
    this.#boards.set(queryKey(query), kept);
    return kept;
  }

  #leave(key: string, kept: KeptBoard): void {
    kept.users--;
    if (kept.users > 0 || kept.board === this.#whole) return;
    kept.timer = setTimeout(() => this.#drop(key), LINGER_MS);
  }

  #drop(key: string): void {
    this.#boards.get(key)?.board.stop();
    this.#boards.delete(key);
  }

  #dropIdle(): void {
    const [key] =
      [...this.#boards].find(([, { users, board }]) => users === 0 && board !== this.#whole) ?? [];
    if (key !== undefined) this.#drop(key);
  }

  #turn(project: Project): void {
    for (const { board } of this.#boards.values()) board.turn(project, this.#whole.boardOf(project));
  }

  #nameAll(): void {
    for (const [project, name] of namesOf(this.all)) if (project.rename(name)) this.#turn(project);
  }
}
