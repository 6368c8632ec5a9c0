import { html, nothing, type TemplateResult } from 'lit';
import type { Board, Cell } from '../../shared/board.ts';
import type { Detail } from '../../shared/detail.ts';
import type { Notice } from '../../shared/views/action-form.ts';
import type { UnitForms } from '../../shared/views/unit-actions.ts';
import { workUnit } from '../../shared/views/work-unit.ts';
import { deliver, orderOf } from '../link/submit.ts';
import { Arming, TOO_SOON } from './arming.ts';
import { BoardElement } from './board-element.ts';

/** All about one unit; fetched again whenever its board changes. */
export class WorkUnitElement extends BoardElement {
  /** Set on our own page, where the operator may act. */
  static forms: UnitForms | null = null;
  #detail: Detail | null = null;
  #asking = false;
  #notice: Notice | undefined;
  readonly #arming = new Arming(undefined, 'form.steer', isFinal);

  set detail(detail: Detail) {
    this.#detail = detail;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#arming.start(this.renderRoot, () => this.#tell(TOO_SOON));
    this.listen('submit', this.#submit);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#arming.stop();
  }

  /** Whether a form accepts a press now. */
  isArmed(within: Element): boolean {
    return this.#arming.isArmed(within);
  }

  /** Without a connection an action fails; it is not kept for later. No form navigates. */
  #submit = (event: SubmitEvent): void => {
    const form = event.target as HTMLFormElement;
    const order = this.live && orderOf(form, event.submitter);
    if (!this.live || !order) return;
    event.preventDefault();
    this.#tell({ tone: 'busy', message: 'Sending …', field: null });
    deliver(this.live.connection, order).then(
      () => {
        form.reset();
        this.#tell(undefined);
        if (order.action === 'remove') location.assign('/');
      },
      (error: Error) => this.#tell({ tone: 'wrong', message: error.message, field: null }),
    );
  };

  #tell(notice: Notice | undefined): void {
    this.#notice = notice;
    this.requestUpdate();
  }

  protected override view(board: Board): TemplateResult {
    const { seq } = this.#detail ?? { seq: -1 };
    const cell = [...board.rows.values()].find((row) => row.row === 'unit');
    if (cell && cell.seq > seq) this.#ask(cell.chunk);
    if (this.isAbroad) return this.#named(cell);
    if (!this.#detail) throw new Error('the page has no detail of this unit');
    return workUnit(this.#detail, this.zone, WorkUnitElement.forms, this.#notice);
  }

  /** On our page its heading is above the element. */
  #named(cell: Cell | undefined): TemplateResult {
    if (!cell) return html`<p class="empty">There is no work unit called ${this.query.chunk}.</p>`;
    return html`<h2 class="name" id="unit-heading" tabindex="-1">${cell.chunk}</h2>
      ${this.#detail ? workUnit(this.#detail, this.zone, null, this.#notice, this.place) : nothing}`;
  }

  /** One request at a time; changes meanwhile are fetched by the next render. */
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

/** Actions that cannot be undone. */
const isFinal = ({ action }: HTMLFormElement): boolean => /\/(resolve|kill|close|remove)$/.test(action);
