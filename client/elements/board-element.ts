import { render, type TemplateResult } from 'lit';
import type { Board } from '../../shared/board.ts';
import type { Query } from '../../shared/query.ts';
import { OUR_PAGE, type Place } from '../../shared/views/place.ts';
import { clockAt, type ViewClock } from '../../shared/views/when.ts';
import type { Following, LiveBoards } from '../link/live-boards.ts';
import { keepTimes } from './relative-times.ts';
import { UpdatingElement } from './updating-element.ts';

/** How an element lives on a page that is not ours. */
export interface Surroundings {
  readonly place: Place;
  /** Where the element is drawn. */
  readonly root: ShadowRoot;
  /** Finds the daemon that the attributes name and calls `BoardElement.join`. Called again when an attribute changes. */
  arrive(): void;
  leave(): void;
  /** Wraps the view (null: nothing known yet) with the state of the connection. */
  around(view: TemplateResult | null): TemplateResult;
  /** Called after each drawing, with what is known. */
  drawn(board: Board | null): void;
}

/**
 * Base class of the elements. If the server has drawn the view into the element, it hydrates that markup, so
 * that nodes, focus, caret and typed text stay; else it renders from scratch. It redraws at each change of
 * its board, with the view that the server used. On a page that is not ours it renders into a shadow root.
 */
export abstract class BoardElement extends UpdatingElement {
  /** Makes the surroundings on pages that are not ours; set by `embed.ts` only. */
  static abroad: ((element: BoardElement) => Surroundings) | null = null;
  /** Takes over what the server drew; set on our own pages only. */
  static takeOver: ((view: TemplateResult, root: HTMLElement) => void) | null = null;
  #getToken: (() => Promise<string>) | undefined;
  #hasNewToken = false;
  /** Whether the element is inline. */
  readonly isInline: boolean = false;
  #surroundings: Surroundings | null = null;
  #connected = new AbortController();
  #live: LiveBoards | null = null;
  #following: Following | null = null;
  #drawn = false;
  #last: TemplateResult | null = null;
  #stopTimes = () => {};
  /** Where the focus was before a redraw removes it. */
  #focused: Element | null = null;
  protected query: Query = {};
  protected zone = 0;

  /** Address from which an embed fetches its token. */
  get getToken(): (() => Promise<string>) | undefined {
    return this.#getToken;
  }
  set getToken(getToken: (() => Promise<string>) | undefined) {
    this.#getToken = getToken;
    this.#hasNewToken = true;
    this.requestUpdate();
  }

  /** How moments are written before script turns them into ages. */
  protected get clock(): ViewClock {
    return clockAt(new Date(), this.zone);
  }

  /** Connects the element to a board. Call again for another query. */
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

  /** The board to show; null: nothing known yet. */
  protected abstract view(board: Board): TemplateResult;

  protected get live(): LiveBoards | null {
    return this.#live;
  }

  /** The same once it has a connection. */
  get connected(): LiveBoards | null {
    return this.#live?.isConnected ? this.#live : null;
  }

  protected get board(): Board | null {
    return this.#following?.board ?? null;
  }

  /** Why the daemon does not send what this element shows; null: it does. */
  get refusal(): string | null {
    return this.#following?.refusal ?? null;
  }

  override connectedCallback(): void {
    this.#takeEarlyToken();
    this.#connected = new AbortController();
    super.connectedCallback();
    this.#stopTimes = keepTimes(this.renderRoot);
    if (this.hasUpdated) this.#surroundings?.arrive();
    if (this.#live && !this.#following) this.#follow(this.#live);
  }

  /** Set before the class was known, it hides the accessor. */
  #takeEarlyToken(): void {
    const { getToken } = this;
    if (Object.hasOwn(this, 'getToken') && Reflect.deleteProperty(this, 'getToken')) this.getToken = getToken;
  }

  disconnectedCallback(): void {
    this.#connected.abort();
    this.#surroundings?.leave();
    this.#stopTimes();
    this.rest();
  }

  /** Stops following until `join` is called again; what is drawn stays. */
  rest(): void {
    this.#following?.stop();
    this.#following = null;
  }

  /** On our page it renders into the light DOM: forms, anchors and restored text work as without script. */
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

  /** Listens within the render root while the element is connected; some events do not leave a shadow root. */
  protected listen<Type extends keyof HTMLElementEventMap>(
    type: Type,
    listener: (event: HTMLElementEventMap[Type]) => void,
  ): void {
    const { signal } = this.#connected;
    this.renderRoot.addEventListener(type, listener as EventListener, { signal });
  }

  /** The focused element within. */
  protected get focused(): Element | null {
    const root = this.renderRoot;
    const { activeElement } = root instanceof ShadowRoot ? root : document;
    return root.contains(activeElement) ? activeElement : null;
  }

  protected override willUpdate(): void {
    if (!this.hasUpdated || this.#hasNewToken) this.#surroundings?.arrive();
    this.#hasNewToken = false;
    this.#focused = this.focused;
  }

  /** Keeps the focus from falling to the body. A node that was moved gets it back, with its caret. */
  protected override updated(): void {
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

  /** The element that gets the focus when the focused one is removed; null: the heading. */
  protected heirOf(_gone: Element): Element | null {
    return null;
  }

  #asTarget(): HTMLElement {
    this.tabIndex = -1;
    return this;
  }

  protected override update(): void {
    const view = this.board && this.view(this.board);
    if (this.#surroundings) this.#drawAbroad(this.#surroundings, view);
    else if (view) this.#draw(view);
  }

  /** The last view stays while disconnected; the surroundings show the state of the connection. */
  #drawAbroad(surroundings: Surroundings, view: TemplateResult | null): void {
    this.#last = view ?? this.#last;
    render(surroundings.around(this.#last), surroundings.root);
    surroundings.drawn(this.board);
  }

  #draw(view: TemplateResult): void {
    const { takeOver } = BoardElement;
    if (this.#drawn || this.childNodes.length === 0) render(view, this);
    else if (takeOver) takeOver(view, this);
    else drawAnew(view, this);
    this.#drawn = true;
  }
}

/** Server markup begins with lit's comment; fallback content of the page's author does not. */
const isDrawnByServer = ({ firstChild }: Element): boolean =>
  firstChild instanceof Comment && firstChild.data.startsWith('lit-part');

/** Draws in place of whatever is there. */
export function drawAnew(view: TemplateResult, root: HTMLElement): void {
  root.replaceChildren();
  // A failed hydration leaves lit's mark on the container; without it, render starts afresh.
  delete (root as { _$litPart$?: unknown })._$litPart$;
  render(view, root);
}
