import type { Pulses } from '../../shared/board.ts';
import type { Query } from '../../shared/query.ts';
import type { LiveBoards } from '../link/live-boards.ts';
import { BoardElement } from './board-element.ts';

/** An element that shows what live runs print, too. */
export abstract class PulsingElement extends BoardElement {
  /** Called with the last lines of all runs, when one has changed. */
  onPulses: (pulses: Pulses) => void = () => {};
  /** By unit, the last lines of its live run. */
  pulses: Pulses = {};
  #stopPulses = () => {};

  override join(live: LiveBoards, query: Query, zone: number): void {
    super.join(live, query, zone);
    this.#stopPulses();
    this.#stopPulses = live.followPulses(query, (pulses) => {
      this.pulses = { ...this.pulses, ...pulses };
      this.onPulses(this.pulses);
      this.requestUpdate();
    });
  }

  override rest(): void {
    super.rest();
    this.#stopPulses();
  }
}
