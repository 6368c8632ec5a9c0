import { html, nothing, type TemplateResult } from 'lit';
import type { Query } from '../shared/query.ts';
import type { Place } from '../shared/views/place.ts';
import { type Line, type LineState, lineTo } from './line.ts';
import type { Panel, Surroundings } from './panel.ts';
import { nameParts } from './parts.ts';
import { whileSeen } from './while-seen.ts';

const ATTRIBUTES = ['server', 'query', 'chunk', 'token'];

/** What an element wants to see, by its attributes; null: they do not say. */
export type QueryOfElement = (element: Element) => Query | null;

/** An element on somebody else's page: its attributes say which daemon and what of it. */
export class ElementSurroundings implements Surroundings {
  readonly root: ShadowRoot;
  readonly #panel: Panel;
  readonly #home: string;
  readonly #queryOf: QueryOfElement;
  readonly #observer = new MutationObserver(() => this.arrive());
  #line: Line | null = null;
  #letGo = () => {};
  #stopWatching = () => {};

  /** `home` is where the script came from: the daemon, unless the element names another. */
  constructor(panel: Panel, home: string, sheet: CSSStyleSheet, queryOf: QueryOfElement) {
    this.#panel = panel;
    this.#home = home;
    this.#queryOf = queryOf;
    this.root = panel.shadowRoot ?? panel.attachShadow({ mode: 'open' });
    this.root.adoptedStyleSheets = [sheet];
  }

  get place(): Place {
    return { base: this.#server, may: this.#line?.state.may ?? 'read' };
  }

  get #server(): string {
    const named = this.#panel.getAttribute('server');
    return named && URL.canParse(named) ? new URL(named).origin : this.#home;
  }

  arrive(): void {
    this.#observer.observe(this.#panel, { attributeFilter: ATTRIBUTES });
    this.#stopWatching();
    this.#stopWatching = whileSeen(
      () => this.#take(this.#queryOf(this.#panel)),
      () => this.#rest(),
    );
  }

  #take(query: Query | null): void {
    this.#line =
      query && lineTo(this.#server, this.#panel.getToken ?? this.#panel.getAttribute('token') ?? '');
    this.#letGo = this.#line?.hold(() => this.#panel.requestUpdate()) ?? (() => {});
    if (query && this.#line) this.#panel.join(this.#line.live, query, -new Date().getTimezoneOffset());
  }

  leave(): void {
    this.#observer.disconnect();
    this.#stopWatching();
  }

  /** Whoever follows nothing does not keep the socket, either. */
  #rest(): void {
    this.#panel.rest();
    this.#letGo();
    this.#letGo = () => {};
    this.#line = null;
  }

  around(view: TemplateResult | null): TemplateResult {
    const life = this.#line?.state.life ?? 'connecting';
    const state = html`<span class="state" part="state">${this.#words()}</span>`;
    return this.#panel.isInline
      ? html`<span class="frame" part="frame" data-life=${life}>${view ?? nothing} ${state}</span>`
      : html`<div class="frame" part="frame" data-life=${life}>${state}${view ?? nothing}</div>`;
  }

  #words(): string {
    if (!this.#queryOf(this.#panel)) return 'This element needs the attribute “chunk”.';
    return this.#line ? this.#wordsFor(this.#line.state) : 'Connecting …';
  }

  #wordsFor({ life, lastTrue }: LineState): string {
    const since = lastTrue.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
    switch (life) {
      case 'live':
        return 'Live';
      case 'newer':
        return 'Live; reload for a newer version';
      case 'connecting':
        return 'Connecting …';
      case 'stale':
      case 'reconnecting':
        return `Not connected since ${since}`;
      case 'unreached':
        return `Not connected to Signalbox at ${this.#server}. Is this page listed? signalbox origin add ${location.origin}`;
      case 'signed-out':
        return `Signed out: this token is not known here. Make one: signalbox token add --role embed --origin ${location.origin}`;
    }
  }

  drawn(): void {
    nameParts(this.root);
  }
}
