import type { Board } from './board.ts';
import { type Section, Sections } from './sections.ts';

/** Follows a board of several projects: the sections of each, by the key of its row. */
export class ProjectSections {
  readonly #known = new Map<string, Sections>();

  look(board: Board): ReadonlyMap<string, readonly Section[]> {
    const projects = [...board.rows.values()].filter((row) => row.row === 'project');
    const found = new Map<string, readonly Section[]>();
    for (const { key, place } of projects) {
      const sections = this.#known.get(key) ?? new Sections();
      this.#known.set(key, sections);
      const rows = [...board.rows].filter(([, row]) => row.row === 'unit' && row.place?.base === place.base);
      found.set(key, sections.look({ ...board, rows: new Map(rows) }));
    }
    for (const key of this.#known.keys()) if (!found.has(key)) this.#known.delete(key);
    return found;
  }
}
