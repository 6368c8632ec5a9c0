/** The commands (Ctrl-K): goes to a unit or a page, and acts on a unit. A combobox over a list that is always open. */
import { html, nothing, render, type TemplateResult } from 'lit';
import { under } from '../../shared/base-path.ts';
import { statusMark } from '../../shared/views/status-mark.ts';
import type { LiveBoards } from '../link/live-boards.ts';
import { openDialog } from './open-dialog.ts';
import { actionsOn, type Choice, pages, unitChoice } from './palette-choices.ts';

/** After the last key, before the daemon is asked. */
const PAUSE_MS = 60;
/** What cannot be undone is not done within this time of its appearing: the key was meant for what stood there before. */
const ARMING_MS = 500;

export function openPalette(live: LiveBoards): void {
  new Palette(live).draw();
}

class Palette {
  readonly #live: LiveBoards;
  readonly #dialog = openDialog('palette', 'Commands');
  #choices: readonly Choice[] = pages('');
  #at = 0;
  /** The unit whose actions are listed; empty: units and pages are. */
  #unit = '';
  #actions: readonly Choice[] = [];
  #said = '';
  #shownAt = performance.now();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(live: LiveBoards) {
    this.#live = live;
    void this.#find('');
  }

  draw(): void {
    render(this.#view(), this.#dialog);
    const field = this.#field;
    if (document.activeElement !== field) field?.focus();
    this.#dialog.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' });
  }

  get #field(): HTMLInputElement | null {
    return this.#dialog.querySelector('input');
  }

  #view(): TemplateResult {
    const label = this.#unit === '' ? 'Go to a unit or a page' : `What to do with ${this.#unit}`;
    return html`<label for="palette-input">${label}</label>
      <input id="palette-input" role="combobox" type="text" autocomplete="off" autocapitalize="none" spellcheck="false" aria-expanded="true" aria-autocomplete="list" aria-controls="palette-list" aria-activedescendant=${this.#choices.length > 0 ? `palette-${this.#at}` : nothing} @input=${this.#typed} @keydown=${this.#key} />
      <ul id="palette-list" role="listbox" aria-label="Commands">${this.#choices.map((choice, nth) => this.#line(choice, nth))}</ul>
      <p class="note" role="status">${this.#said}</p>`;
  }

  #line({ label, hint, status, isFinal }: Choice, nth: number): TemplateResult {
    const mark = status ? statusMark(status) : nothing;
    return html`<li id="palette-${nth}" role="option" class=${isFinal ? 'final' : ''} aria-selected=${nth === this.#at ? 'true' : 'false'} @click=${() => this.#choose(nth)}>${mark}<bdi class="what">${label}</bdi> <span class="hint">${hint}</span></li>`;
  }

  #key = (event: KeyboardEvent): void => {
    if (event.isComposing) return;
    const last = this.#choices.length - 1;
    const steps: Readonly<Record<string, number>> = {
      ArrowDown: this.#at === last ? 0 : this.#at + 1,
      ArrowUp: this.#at === 0 ? last : this.#at - 1,
      PageDown: Math.min(last, this.#at + 8),
      PageUp: Math.max(0, this.#at - 8),
    };
    const to = steps[event.key];
    const isBack = event.key === 'Backspace' && this.#unit !== '' && this.#field?.value === '';
    if (to !== undefined) this.#at = Math.max(0, to);
    else if (event.key === 'Enter') this.#choose(this.#at);
    else if (isBack) this.#leaveUnit();
    else return;
    event.preventDefault();
    this.draw();
  };

  #typed = (): void => {
    const words = this.#field?.value ?? '';
    clearTimeout(this.#timer);
    this.#said = '';
    if (this.#unit !== '') this.#show(this.#actions.filter(({ label }) => says(label, words)));
    else this.#timer = setTimeout(() => void this.#find(words), PAUSE_MS);
  };

  /** The daemon looks among all units, however many there are. */
  async #find(words: string): Promise<void> {
    const here = pages(words);
    try {
      const { units } = this.#live.connection.client;
      const found = await units.find.query({ q: words.slice(0, 200) }, { signal: AbortSignal.timeout(5000) });
      if (this.#unit !== '' || (this.#field?.value ?? '') !== words) return;
      const those = found.map((unit) => unitChoice(unit, () => this.#enterUnit(unit.chunk)));
      this.#said = words === '' ? '' : counted(found.length);
      this.#show(words === '' ? [...here, ...those] : [...those, ...here]);
    } catch {
      this.#said = 'Not connected: units cannot be looked up now.';
      this.#show(here);
    }
  }

  #show(choices: readonly Choice[]): void {
    this.#choices = choices;
    this.#at = 0;
    this.#shownAt = performance.now();
    this.draw();
  }

  #choose(nth: number): void {
    const choice = this.#choices[nth];
    if (!choice) return;
    if (choice.isFinal && performance.now() - this.#shownAt < ARMING_MS) {
      this.#said = 'Not done: this only just appeared. Press again.';
      this.draw();
      return;
    }
    const { does } = choice;
    if (typeof does === 'string') {
      this.#dialog.close();
      location.assign(under(does));
    } else if (typeof does === 'function') void this.#do(does);
    else {
      this.#empty();
      this.#show(does);
    }
  }

  /** Says what came of it; the list then shows the unit as it is now. */
  async #do(does: () => Promise<string>): Promise<void> {
    const unit = this.#unit;
    this.#said = 'Sending …';
    this.draw();
    try {
      const said = await does();
      if (unit !== '' && unit === this.#unit) await this.#enterUnit(unit);
      this.#said = said;
    } catch (error) {
      this.#said = (error as Error).message;
    }
    this.draw();
  }

  #enterUnit = async (chunk: string): Promise<string> => {
    const { connection } = this.#live;
    const detail = await connection.client.unit.query({ chunk }, { signal: AbortSignal.timeout(5000) });
    this.#unit = chunk;
    this.#actions = actionsOn(detail, connection);
    this.#empty();
    this.#show(this.#actions);
    return '';
  };

  #leaveUnit(): void {
    this.#unit = '';
    this.#empty();
    void this.#find('');
  }

  #empty(): void {
    this.#said = '';
    if (this.#field) this.#field.value = '';
  }
}

const says = (label: string, words: string): boolean => label.toLowerCase().includes(words.toLowerCase());

const counted = (units: number): string => (units === 1 ? '1 unit found' : `${units} units found`);
