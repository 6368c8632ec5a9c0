import type { Card, Row } from '../../shared/board.ts';
import type { Detail } from '../../shared/detail.ts';
import type { Status } from '../../shared/words.ts';
import type { DaemonFixture } from '../daemon-fixture.ts';
import { Callers } from '../edge/callers.ts';
import { until } from '../until.ts';

/** The units of a house, over its socket: a process less for each look than at the terminal. */
export class Units {
  readonly #callers: Callers;

  constructor(house: DaemonFixture) {
    this.#callers = new Callers(house);
  }

  add(chunk: string, command: string): Promise<unknown> {
    return this.addAll([{ chunk, command }]);
  }

  addAll(units: readonly { readonly chunk: string; readonly command: string }[]): Promise<unknown> {
    return this.#callers.must('units.add', { units });
  }

  detail(chunk: string): Promise<Detail> {
    return this.#callers.read('unit', { chunk });
  }

  /** Waits until a unit has a status, and says everything about it then. */
  async becomes(chunk: string, status: Status): Promise<Detail> {
    let last: Detail | undefined;
    await until(`${chunk} to be ${status}`, async () => {
      last = await this.detail(chunk);
      return last.status === status;
    });
    return last as Detail;
  }

  /** How many units have each status, and how many items are open. */
  counts(): Promise<{ readonly items: number; readonly units: Readonly<Record<Status, number>> }> {
    return this.#callers.read('status');
  }

  /** The open items; of one unit, if given. */
  async cards(chunk?: string): Promise<Card[]> {
    const { rows } = await this.#callers.read<{ rows: Row[] }>('board.now', { chunk });
    return rows.filter((row) => row.row === 'item').filter(({ state }) => state === 'open');
  }

  async answer({ chunk, id: item, version }: Card, text: string): Promise<void> {
    await this.#callers.must('items.answer', { chunk, item, version, options: [], text });
  }

  async kill(chunk: string): Promise<void> {
    await this.#callers.must('units.kill', { chunk });
  }

  /** What a person sees of a unit. */
  async page(chunk: string): Promise<string> {
    const { status, body } = await this.#callers.anyone({ path: `/work-units/${chunk}` });
    if (status !== 200) throw new Error(`the page of ${chunk} is a ${status}`);
    return body;
  }
}
