import { hydrate } from '@lit-labs/ssr-client';
import { type PropertyValues, ReactiveElement, render, type TemplateResult } from 'lit';
import type { Board } from '../../shared/board.ts';
import type { Query } from '../../shared/query.ts';
import { OUR_PAGE, type Place } from '../../shared/views/place.ts';
import type { Following, LiveBoards } from '../link/live-boards.ts';
import { draftsIn } from './drafts.ts';
import { keepTimes } from './relative-times.ts';

/** What stands around an element on a page that is not ours. */
export interface Surroundings {
  readonly place: Place;
  /** Where the element is drawn. */
  readonly root: ShadowRoot;
  /** Finds a daemon, as the page's author wants it, and calls `BoardElement.join`. Once more: the author has changed his mind. */
  arrive(): void;
  leave(): void;
  /** All that is shown: what is known, or null, and how sure that is. */
  around(view: TemplateResult | null): TemplateResult;
  /** Called after each drawing. */
  drawn(): void;
}

/**
 * The base of the elements. Where the server has drawn the view into the element, it hydrates that markup, so
 * that node, focus, caret and typed text stay; else it draws into itself. Then it redraws at each change of
 * its board, with the same view that the server used. On a page that is not ours it draws into a shadow root.
 */
export abstract class BoardElement extends ReactiveElement {
  /** How to stand on pages that are not ours; set by `embed.ts`, and by nobody else. */
  static abroad: ((element: BoardElement) => Surroundings) | null = null;
  static override properties = { getToken: { attribute: false } };
  /** Where a token is fetched on pages that are not ours. */
  declare getToken: (() => Promise<string>) | undefined;
  /** Whether it stands in a line of text. */
  readonly isInline: boolean = false;
  #surroundings: Surroundings | null = null;
  #connected = new AbortController();
  #live: LiveBoards | null = null;
  #following: Following | null = null;
  #drawn = false;
  #last: TemplateResult | null = null;
  #stopTimes = () => {};
  /** Where the focus was, should a redraw take it away. */
  #focused: Element | null = null;
  protected query: Query = {};
  protected zone = 0;

  /** Joins the element to its board. For another query, call again. */
  join(live: LiveBoards, query: Query, zone: number): void {
    this.#live = live;
    this.query = query;
    this.zone = zone;
    this.#follow(live);
  }

  #follow(live: LiveBoards): void {
    this.#following?.stop();
    this.#following = live.follow(this.query, () => this.requestUpdate());
    this.requestUpdate();
  }

  /** What to show, or null while nothing is known. */
  protected abstract view(board: Board): TemplateResult;

  protected get live(): LiveBoards | null {
    return this.#live;
  }

  protected get board(): Board | null {
    return this.#following?.board ?? null;
  }

  override connectedCallback(): void {
    this.#connected = new AbortController();
    super.connectedCallback();
    this.#stopTimes = keepTimes(this.renderRoot);
    if (this.hasUpdated) this.#surroundings?.arrive();
    if (this.#live && !this.#following) this.#follow(this.#live);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#connected.abort();
    this.#surroundings?.leave();
    this.#stopTimes();
    this.rest();
  }

  /** Follows nothing more, until it joins again; what is drawn stays. */
  rest(): void {
    this.#following?.stop();
    this.#following = null;
  }

  /** On our page in the page itself: forms, anchors and restored words work as without script. */
  protected override createRenderRoot(): HTMLElement | ShadowRoot {
    if (!BoardElement.abroad || isDrawnByServer(this)) return this;
    this.#surroundings = BoardElement.abroad(this);
    return this.#surroundings.root;
  }

  protected get isAbroad(): boolean {
    return this.#surroundings !== null;
  }

  protected get place(): Place {
    return this.#surroundings?.place ?? OUR_PAGE;
  }

  /** Listens in here, also where events do not leave a shadow root, as long as the element is in a page. */
  protected listen<Type extends keyof HTMLElementEventMap>(
    type: Type,
    listener: (event: HTMLElementEventMap[Type]) => void,
  ): void {
    const { signal } = this.#connected;
    this.renderRoot.addEventListener(type, listener as EventListener, { signal });
  }

  /** What in here has the focus. */
  protected get focused(): Element | null {
    const root = this.renderRoot;
    const { activeElement } = root instanceof ShadowRoot ? root : document;
    return root.contains(activeElement) ? activeElement : null;
  }

  protected override willUpdate(changed: PropertyValues): void {
    super.willUpdate(changed);
    if (!this.hasUpdated || changed.has('getToken')) this.#surroundings?.arrive();
    this.#focused = this.focused;
  }

  /** Focus never falls to the body. A node that was only moved has it back, with its caret. */
  protected override updated(changed: PropertyValues): void {
    super.updated(changed);
    if (!this.#focused || document.activeElement !== document.body) return;
    const heirs = [
      this.renderRoot.contains(this.#focused) ? this.#focused : null,
      this.heirOf(this.#focused),
    ];
    for (const heir of [...heirs, this.renderRoot.querySelector('h2'), this.#asTarget()]) {
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
    const view = this.board && this.view(this.board);
    if (this.#surroundings) this.#drawAbroad(this.#surroundings, view);
    else if (view) this.#draw(view);
  }

  /** What was shown stays until there is something newer to show; how true it is, is said beside it. */
  #drawAbroad(surroundings: Surroundings, view: TemplateResult | null): void {
    this.#last = view ?? this.#last;
    render(surroundings.around(this.#last), surroundings.root);
    surroundings.drawn();
  }

  #draw(view: TemplateResult): void {
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

/** Its markup begins with lit's mark; what the author of a page puts in for want of a script does not. */
const isDrawnByServer = ({ firstChild }: Element): boolean =>
  firstChild instanceof Comment && firstChild.data.startsWith('lit-part');

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
