import type { TemplateResult } from 'lit';
import type { Board } from '../shared/board.ts';
import type { Detail } from '../shared/detail.ts';
import { workUnit } from '../shared/views/work-unit.ts';
import { Panel } from './panel.ts';

/** Everything about one unit, asked for again whenever its board says that it changed. */
export class WorkUnitPanel extends Panel {
  #detail: Detail | null = null;
  #asking = false;

  set detail(detail: Detail) {
    this.#detail = detail;
  }

  protected override view(board: Board): TemplateResult {
    const { seq } = this.#detail ?? { seq: -1 };
    const cell = [...board.rows.values()].find((row) => row.row === 'unit');
    if (cell && cell.seq > seq) this.#ask(cell.chunk);
    if (!this.#detail) throw new Error('the page has no detail of this unit');
    return workUnit(this.#detail, this.zone);
  }

  /** One question at a time; if more has happened meanwhile, the next drawing asks again. */
  #ask(chunk: string): void {
    if (this.#asking || !this.live) return;
    this.#asking = true;
    const asked = this.live.connection.client.unit.query({ chunk }, { signal: AbortSignal.timeout(10_000) });
    asked
      .then((detail) => {
        this.#detail = detail;
      })
      .catch(() => {})
      .finally(() => {
        this.#asking = false;
        this.requestUpdate();
      });
  }
}
