import { html, nothing, type TemplateResult } from 'lit';
import { homeOf } from '../../shared/base-path.ts';
import { type Board, countsOf } from '../../shared/board.ts';
import type { Query } from '../../shared/query.ts';
import type { Place } from '../../shared/views/place.ts';
import type { BoardElement, Surroundings } from '../elements/board-element.ts';
import { whileVisible } from '../link/while-visible.ts';
import { nameParts, openInNewTab } from './css-parts.ts';
import { ElementSignals } from './element-signals.ts';
import { connectionTo, type SharedConnection, type SharedConnectionState } from './shared-connection.ts';

const ATTRIBUTES = ['server', 'query', 'chunk', 'token'];

/** The query from an element's attributes; null: incomplete. */
export type QueryOfElement = (element: BoardElement) => Query | null;

/** What reconnects is stale to a page. */
type ElementState = Exclude<SharedConnectionState['life'], 'reconnecting'> | 'over-limit';

/** An element on another site: its attributes name the daemon and the query. */
export class ElementSurroundings implements Surroundings {
  readonly root: ShadowRoot;
  readonly #element: BoardElement;
  readonly #home: string | null;
  readonly #queryOf: QueryOfElement;
  readonly #observer = new MutationObserver(() => this.arrive());
  readonly #signals: ElementSignals;
  #line: SharedConnection | null = null;
  #letGo = () => {};
  #stopWatching = () => {};

  /** `home`: the daemon unless the element names another; null: the element has to. */
  constructor(element: BoardElement, home: string | null, sheet: CSSStyleSheet, queryOf: QueryOfElement) {
    this.#element = element;
    this.#home = home;
    this.#queryOf = queryOf;
    this.#signals = new ElementSignals(element);
    this.root = element.shadowRoot ?? element.attachShadow({ mode: 'open' });
    this.root.adoptedStyleSheets = [sheet];
  }

  get place(): Place {
    return { base: this.#server ?? '', may: this.#line?.state.may ?? 'read' };
  }

  get #server(): string | null {
    const named = this.#element.getAttribute('server');
    return named && URL.canParse(named) ? homeOf(new URL(named)) : this.#home;
  }

  arrive(): void {
    this.#observer.observe(this.#element, { attributeFilter: ATTRIBUTES });
    this.#stopWatching();
    this.#stopWatching = whileVisible(
      () => this.#take(this.#server, this.#queryOf(this.#element)),
      () => this.#rest(),
    );
  }

  #take(server: string | null, query: Query | null): void {
    const token = this.#element.getToken ?? this.#element.getAttribute('token') ?? '';
    this.#line = server !== null && query ? connectionTo(server, token) : null;
    this.#letGo = this.#line?.hold(() => this.#element.requestUpdate()) ?? (() => {});
    if (query && this.#line) this.#element.join(this.#line.live, query, -new Date().getTimezoneOffset());
  }

  leave(): void {
    this.root.removeEventListener('submit', this.#signals.beforeAnswer, true);
    this.#observer.disconnect();
    this.#stopWatching();
  }

  /** Without a subscription the socket is released. */
  #rest(): void {
    this.#element.rest();
    this.#letGo();
    this.#letGo = () => {};
    this.#line = null;
  }

  around(view: TemplateResult | null): TemplateResult {
    const life = this.#state;
    const state = html`<span class="state" part="state">${this.#words()}</span>`;
    return this.#element.isInline
      ? html`<span class="frame" part="frame" data-life=${life}>${view ?? nothing} ${state}</span>`
      : html`<div class="frame" part="frame" data-life=${life}>${state}${view ?? nothing}</div>`;
  }

  #words(): string {
    if (this.#server === null) return 'This element needs the attribute “server”: where Signalbox is.';
    if (!this.#queryOf(this.#element)) return 'This element needs the attribute “chunk”.';
    return this.#line ? this.#wordsFor(this.#state, this.#line.state.lastTrue) : 'Connecting …';
  }

  /** As the page is told. Only while it is live it is known what this very element lacks. */
  get #state(): ElementState {
    const life = this.#line?.state.life ?? 'connecting';
    if (life === 'reconnecting') return 'stale';
    return (life === 'live' || life === 'newer') && this.#element.refusal !== null ? 'over-limit' : life;
  }

  #wordsFor(state: ElementState, lastTrue: Date): string {
    const since = lastTrue.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
    switch (state) {
      case 'live':
        return 'Live';
      case 'newer':
        return 'Live; reload for a newer version';
      case 'connecting':
        return 'Connecting …';
      case 'stale':
        return `Not connected since ${since}`;
      case 'over-limit':
        return `Not shown: ${this.#element.refusal} Leave elements out, or: signalbox limits set subscriptions 64`;
      case 'unreached':
        return `Not connected to Signalbox at ${this.#server}. Is this page listed? signalbox origin add ${location.origin}`;
      case 'signed-out':
        return `Signed out: this token is not known here. Make one: signalbox token add --role embed --origin ${location.origin}`;
    }
  }

  drawn(board: Board | null): void {
    nameParts(this.root);
    openInNewTab(this.root);
    // Behind the listener that keeps a press from being sent that came too early, whenever that began.
    this.root.addEventListener('submit', this.#signals.beforeAnswer, true);
    this.#signals.connection(this.#state);
    const items = board && countsOf(board)?.items;
    if (items != null) this.#signals.attention(items);
  }
}
