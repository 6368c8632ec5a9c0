/** An operator who adds units and answers every question, over a daemon that may die at any moment, and notes what came of it. */
import type { Card, Row } from '../../shared/board.ts';
import type { DaemonFixture } from '../daemon-fixture.ts';
import { Callers } from '../edge/callers.ts';
import type { ClientLog } from './client-log.ts';

export class FaultOperator {
  readonly #callers: Callers;
  readonly #log: ClientLog;
  /** Units that nobody has acknowledged yet. */
  #toAdd: object[] = [];
  /** The last event that was known at the latest look. */
  seq = 0;

  constructor(house: DaemonFixture, log: ClientLog) {
    this.#callers = new Callers(house);
    this.#log = log;
  }

  wants(unit: { readonly chunk: string }): void {
    this.#log.units.add(unit.chunk);
    this.#toAdd.push(unit);
  }

  /** Does once what there is to do. What is not acknowledged is sent again, the same. Resolves to whether all is done. */
  async look(): Promise<boolean> {
    for (const unit of [...this.#toAdd] as { chunk: string }[]) {
      await this.#callers.must('units.add', { units: [unit] });
      this.#log.addedUnits.add(unit.chunk);
      this.#toAdd = this.#toAdd.filter((each) => each !== unit);
    }
    const { rows, seq } = await this.#callers.read<{ rows: Row[]; seq: number }>('board.now', {});
    this.seq = seq;
    for (const row of rows) if (row.row === 'item' && row.state === 'open') await this.#answer(row);
    const units = rows.filter((row) => row.row === 'unit');
    return units.length > 0 && units.every(({ status }) => status === 'DONE');
  }

  async #answer({ chunk, id: item, version, kind, options }: Card): Promise<void> {
    const isQuestion = kind === 'question';
    const text = isQuestion ? `words for ${chunk}` : '';
    const option = options.find((each) => each.id === 'retry') ?? options[0];
    const chosen = isQuestion || !option ? [] : [option.id];
    this.#log.sends(item, text);
    await this.#callers.must('items.answer', { chunk, item, version, options: chosen, text });
    if (isQuestion) this.#log.acknowledged.set(item, text);
  }
}
