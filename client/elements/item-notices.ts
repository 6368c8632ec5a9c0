import type { Notice } from '../../shared/views/action-form.ts';

/** What is said beside the forms of items. */
export class ItemNotices {
  #notices: Readonly<Record<string, Notice>> = {};
  readonly #changed: () => void;

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  /** By item. */
  get all(): Readonly<Record<string, Notice>> {
    return this.#notices;
  }

  set all(notices: Readonly<Record<string, Notice>>) {
    this.#notices = notices;
    this.#changed();
  }

  set(item: string, notice: Notice | null): void {
    const { [item]: _, ...others } = this.#notices;
    this.all = notice ? { ...others, [item]: notice } : others;
  }
}
