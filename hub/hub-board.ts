import type { Board, Counts } from '../shared/board.ts';
import type { Query } from '../shared/query.ts';
import { STATUSES, type Status } from '../shared/words.ts';
import { ChangingRows } from './changing-rows.ts';
import type { Project } from './project.ts';
import { ProjectRows } from './project-rows.ts';

/** The rows of all projects for one query. */
export class HubBoard {
  readonly rows = new ChangingRows();
  readonly #query: Query;
  readonly #parts = new Map<string, ProjectRows>();

  constructor(query: Query, projects: Iterable<Project>, kept: (project: Project) => Board | null) {
    this.#query = query;
    for (const project of projects) this.add(project, kept(project));
    this.tell();
  }

  add(project: Project, kept: Board | null): void {
    // Of those that the filter leaves out, the page shows how many items they have.
    const query: Query = this.#isShown(project) ? this.#query : { only: 'counts' };
    const part = new ProjectRows(project, query, this.rows, () => this.tell());
    this.#parts.set(project.slug, part);
    if (kept && project.isAway && this.#isShown(project)) part.redraw(kept);
  }

  /** The project is away or back, or is called otherwise. */
  turn(project: Project, kept: Board | null): void {
    this.#parts.get(project.slug)?.redraw(this.#isShown(project) ? kept : null);
    this.tell();
  }

  remove(project: Project): void {
    this.#parts.get(project.slug)?.leave();
    this.#parts.delete(project.slug);
    this.tell();
  }

  boardOf({ slug }: Project): Board | null {
    return this.#parts.get(slug)?.board ?? null;
  }

  countsOf({ slug }: Project): Counts | null {
    return this.#parts.get(slug)?.counts ?? null;
  }

  get isReady(): boolean {
    return [...this.#parts.values()].every(({ isReady }) => isReady);
  }

  /** Adds up what the projects count, and tells who follows. */
  tell(): void {
    const shown = [...this.#parts.values()].filter(({ project }) => this.#isShown(project));
    const counts = shown.flatMap((part) => part.counts ?? []);
    const sum = sumOf(counts);
    if (JSON.stringify(this.rows.get('counts')) !== JSON.stringify(sum)) this.rows.put(sum);
    this.rows.commit();
  }

  #isShown({ slug }: Project): boolean {
    const { project } = this.#query;
    return project === undefined || project === slug;
  }

  stop(): void {
    for (const part of this.#parts.values()) part.stop();
  }
}

function sumOf(counts: readonly Counts[]): Counts {
  const add = (of: (each: Counts) => Readonly<Record<Status, number>>) =>
    Object.fromEntries(
      STATUSES.map((status) => [status, counts.reduce((sum, each) => sum + of(each)[status], 0)]),
    ) as Record<Status, number>;
  return {
    row: 'counts',
    key: 'counts',
    seq: 0,
    order: [],
    units: add(({ units }) => units),
    items: counts.reduce((sum, { items }) => sum + items, 0),
    archived: counts.reduce((sum, { archived = 0 }) => sum + archived, 0),
    found: counts.some(({ found }) => found) ? add(({ found, units }) => found ?? units) : null,
  };
}
