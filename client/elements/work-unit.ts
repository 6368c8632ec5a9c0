import { html, nothing, type TemplateResult } from 'lit';
import { under } from '../../shared/base-path.ts';
import type { Board, Cell } from '../../shared/board.ts';
import type { Detail } from '../../shared/detail.ts';
import type { Notice } from '../../shared/views/action-form.ts';
import type { UnitPartSetting } from '../../shared/views/unit-parts.ts';
import { workUnit } from '../../shared/views/work-unit.ts';
import { deliver, orderOf } from '../link/submit.ts';
import { Arming, TOO_SOON } from './arming.ts';
import { BoardElement } from './board-element.ts';
import { UnitDetail } from './unit-detail.ts';

/** Draws a part of a unit, as the server does. */
type UnitPart = (detail: Detail, setting: UnitPartSetting) => TemplateResult;

/** All about one unit, or on its own page one part of that; fetched again whenever its board changes. */
export class WorkUnitElement extends BoardElement {
  /** By the name in `data-part`; set on our own page, where the operator may act. */
  static parts: Readonly<Record<string, UnitPart>> = {};
  #source = new UnitDetail();
  #stopListening = () => {};
  #notice: Notice | undefined;
  readonly #arming = new Arming(undefined, 'form.steer', isFinal);

  /** Shared by the parts of a page. */
  set source(source: UnitDetail) {
    this.#stopListening();
    this.#source = source;
    this.#stopListening = source.onChange(() => this.requestUpdate());
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.source = this.#source;
    this.#arming.start(this.renderRoot, () => this.#tell(TOO_SOON));
    this.listen('submit', this.#submit);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stopListening();
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
        fold(form);
        if (order.action === 'remove') location.assign(under('/'));
      },
      (error: Error) => this.#tell({ tone: 'wrong', message: error.message, field: null }),
    );
  };

  #tell(notice: Notice | undefined): void {
    this.#notice = notice;
    this.requestUpdate();
  }

  protected override view(board: Board): TemplateResult {
    const { detail, before } = this.#source;
    const cell = [...board.rows.values()].find((row) => row.row === 'unit');
    if (cell && cell.seq > (detail?.seq ?? -1) && this.live) this.#source.ask(this.live, cell.chunk);
    if (this.isAbroad) return this.#named(cell);
    const part = WorkUnitElement.parts[this.dataset.part ?? ''];
    if (!detail || !part) throw new Error('the page has no detail of this unit');
    return part(detail, { clock: this.clock, notice: this.#notice, before });
  }

  /** On our page its heading is above the element. */
  #named(cell: Cell | undefined): TemplateResult {
    if (!cell) return html`<p class="empty">There is no work unit called ${this.query.chunk}.</p>`;
    const { detail } = this.#source;
    return html`<h2 class="name" id="unit-heading" tabindex="-1">${cell.chunk}</h2>
      ${detail ? workUnit(detail, this.clock, this.place) : nothing}`;
  }
}

/** The field has been used: its button has the focus again. */
function fold(form: HTMLFormElement): void {
  const field = form.closest('details');
  if (!field) return;
  for (let each: Element | null = field; each; each = each.parentElement?.closest('details') ?? null)
    each.removeAttribute('open');
  const outermost = [...document.querySelectorAll('details.act')].find((each) => each.contains(form));
  outermost?.querySelector('summary')?.focus();
}

/** Actions that cannot be undone. */
const isFinal = ({ action }: HTMLFormElement): boolean => /\/(resolve|kill|close|remove)$/.test(action);
