import { hydrate } from '@lit-labs/ssr-client';
import { type PropertyValues, ReactiveElement, render, type TemplateResult } from 'lit';
import type { Board } from '../shared/board.ts';
import type { Query } from '../shared/query.ts';
import { draftsIn } from './drafts.ts';
import type { Following, Live } from './live.ts';
import { keepTimes } from './times.ts';

/**
 * The base of the elements. Where the server has drawn the view into the element, it hydrates that markup, so
 * that node, focus, caret and typed text stay; else it draws into itself. Then it redraws at each change of
 * its board, with the same view that the server used.
 */
export abstract class Panel extends ReactiveElement {
  #live: Live | null = null;
  #following: Following | null = null;
  #drawn = false;
  #stopTimes = () => {};
  /** Where the focus was, should a redraw take it away. */
  #focused: Element | null = null;
  protected query: Query = {};
  protected zone = 0;

  /** Joins the element to its board. For another query, call again. */
  join(live: Live, query: Query, zone: number): void {
    this.#live = live;
    this.query = query;
    this.zone = zone;
    this.#follow(live);
  }

  #follow(live: Live): void {
    this.#following?.stop();
    this.#following = live.follow(this.query, () => this.requestUpdate());
    this.requestUpdate();
  }

  /** What to show, or null while nothing is known. */
  protected abstract view(board: Board): TemplateResult;

  protected get live(): Live | null {
    return this.#live;
  }

  protected get board(): Board | null {
    return this.#following?.board ?? null;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#stopTimes = keepTimes(this);
    if (this.#live && !this.#following) this.#follow(this.#live);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stopTimes();
    this.#following?.stop();
    this.#following = null;
  }

  /** In the page itself, not in a shadow root: forms, anchors and restored words work as without script. */
  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override willUpdate(changed: PropertyValues): void {
    super.willUpdate(changed);
    this.#focused = this.contains(document.activeElement) ? document.activeElement : null;
  }

  /** Focus never falls to the body. A node that was only moved has it back, with its caret. */
  protected override updated(changed: PropertyValues): void {
    super.updated(changed);
    if (!this.#focused || document.activeElement !== document.body) return;
    const heirs = [this.contains(this.#focused) ? this.#focused : null, this.heirOf(this.#focused)];
    for (const heir of [...heirs, this.querySelector('h2'), this.#asTarget()]) {
      if (heir instanceof HTMLElement) heir.focus();
      if (document.activeElement !== document.body) return;
    }
  }

  /** What takes the focus over from something that has left; null: the heading. */
  protected heirOf(_gone: Element): Element | null {
    return null;
  }

  #asTarget(): HTMLElement {
    this.tabIndex = -1;
    return this;
  }

  protected override update(changed: PropertyValues): void {
    super.update(changed);
    if (!this.board) return;
    const view = this.view(this.board);
    if (this.#drawn || this.childNodes.length === 0) render(view, this);
    else this.#hydrate(view);
    this.#drawn = true;
  }

  /** A mismatch must not cost the operator's words: they are carried over into a fresh drawing. */
  #hydrate(view: TemplateResult): void {
    try {
      hydrate(view, this);
      giveNodesToEmptyTexts(this);
    } catch (error) {
      console.warn('signalbox: the page is drawn anew', error);
      const drafts = draftsIn(this);
      this.replaceChildren();
      // A failed hydration leaves lit's mark on the container; without it, render starts afresh.
      delete (this as { _$litPart$?: unknown })._$litPart$;
      render(view, this);
      for (const [id, words] of drafts) {
        const field = this.querySelector<HTMLTextAreaElement>(`#${CSS.escape(id)}`);
        if (field) field.value = words;
      }
    }
  }
}

/**
 * An empty text has no node in the server's markup. Lit takes it that there is one, and would write the next
 * words into the comment that ends the place.
 */
function giveNodesToEmptyTexts(root: Element): void {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_COMMENT);
  const empty: Comment[] = [];
  while (walker.nextNode()) {
    const mark = walker.currentNode as Comment;
    const next = mark.nextSibling;
    if (mark.data === 'lit-part' && next instanceof Comment && next.data === '/lit-part') empty.push(mark);
  }
  for (const mark of empty) mark.after('');
}
