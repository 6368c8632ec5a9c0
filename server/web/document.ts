/**
 * The HTML document around what a page shows. The templates of server/web are lit's server-only ones: they may hold a
 * doctype, a title and the content of text areas, and leave no marks for hydration. A shared view in them keeps its
 * marks, where it is itself the value of a place, not one of a list. A template that ended with a value would end with
 * `<?>`, which lit adds.
 */
import { html, renderThunked } from '@lit-labs/ssr';
import { collectResultSync } from '@lit-labs/ssr/lib/render-result.js';
import { nothing, type TemplateResult } from 'lit';
import { under } from '../../shared/base-path.ts';
import { boardOf, countsOf } from '../../shared/board.ts';
import type { PageData } from '../../shared/page-data.ts';
import { faviconUrl, projectName, titleFor } from '../../shared/tab-title.ts';
import { localText } from '../../shared/views/when.ts';
import type { Assets } from './assets.ts';

/** What may stand in a template. */
export type Drawn = string | TemplateResult | typeof nothing | readonly Drawn[];

/** What every page of ours stands on. */
export interface ShellInput {
  readonly assets: Assets;
  readonly data: PageData;
  readonly now: Date;
  readonly body: Drawn;
  /** Where the first link of the page leads. */
  readonly skipTo?: SkipLink;
  /** What is reached from everywhere. */
  readonly links?: Drawn;
}

interface SkipLink {
  readonly id: string;
  readonly label: string;
}
const TO_QUEUE: SkipLink = { id: 'queue-heading', label: 'Skip to what needs you' };

/** A whole page, with the data that it was drawn from. */
export function shell({
  assets,
  data,
  body,
  now,
  skipTo = TO_QUEUE,
  links: around = links(),
}: ShellInput): string {
  const items = countsOf(boardOf(data.snapshot))?.items ?? 0;
  const asOf = `As of ${localText(now.toISOString(), data.zone).slice(11)} · reload to update`;
  const icon = faviconUrl(data.project, items);
  const head = headOf({
    assets,
    title: titleFor(data.project, items, data.name),
    icon,
    script: true,
    next: null,
  });
  // The data stands between two templates and in none: lit would escape it, and in a script there are no escapes.
  const start = html`<!doctype html><html lang="en"><head>${head}</head><body>${header(data, asOf, skipTo, around)}${body}<script type="application/json" id="page-data" data-base="${under('')}">`;
  return markup(start) + scriptText(data) + markup(AFTER_DATA);
}

const AFTER_DATA = html`</script></body></html>`;

/** JSON that cannot end the script in which it stands. */
const scriptText = (data: PageData): string => JSON.stringify(data).replaceAll('<', '\\u003c');

/** A refusal or a mistake is a page too. */
export function messagePage(assets: Assets, title: string, message: string): string {
  return notePage(assets, { title, sentences: [message], link: 'Go to the dashboard' }, under('/'));
}

/** A page with a few words and one link. */
export interface NotePage {
  readonly title: string;
  readonly sentences: readonly string[];
  readonly link: string;
}

/** `to`: where the link leads; null: there is none. `goesOn`: the browser follows it by itself. */
export function notePage(
  assets: Assets,
  { title, sentences, link }: NotePage,
  to: string | null,
  goesOn = false,
): string {
  const way = to === null ? nothing : html`<p><a href="${to}">${link}</a></p>`;
  const words = sentences.map((sentence) => html`<p>${sentence}</p>`);
  const head = {
    assets,
    title: `${title} – Signalbox`,
    icon: faviconUrl('', 0),
    script: false,
    next: goesOn ? to : null,
  };
  return markup(
    html`<!doctype html><html lang="en"><head>${headOf(head)}</head><body><header>${nameLink()}</header><main class="message"><h2>${title}</h2>${words}${way}</main></body></html>`,
  );
}

const DESCRIPTION = 'What needs you, in which order, and what everything else is doing.';
const nameLink = () => html`<h1><a href="${under('/')}">Signalbox</a></h1>`;

const links = () =>
  html`<nav class="links" aria-label="Pages of Signalbox"><a href="${under('/new')}">New unit</a><a href="${under('/graph')}">Dependencies</a><a href="${under('/settings')}">Settings</a></nav>`;

/** On its dashboard the project's name leads nowhere: the search is within five Tabs. Elsewhere it leads there. */
const header = (
  { project, name }: PageData,
  badge: string,
  { id, label }: SkipLink,
  around: Drawn,
): TemplateResult =>
  html`<a class="skip" href="#${id}">${label}</a><header><h1>${name === '' ? html`<bdi title="${project}">${projectName(project)}</bdi>` : html`<a href="${under('/')}" title="${project}"><bdi>${projectName(project)}</bdi></a>`} <span class="product">Signalbox</span></h1>${around}<p id="badge" class="badge" data-state="page">${badge}</p><p id="lost" role="alert"></p><p id="announce" role="status" class="unseen"></p></header>`;

interface Head {
  readonly assets: Assets;
  readonly title: string;
  /** The address of the icon. */
  readonly icon: string;
  readonly script: boolean;
  /** Where the browser goes by itself; null: nowhere. */
  readonly next: string | null;
}

function headOf({ assets, title, icon, script, next }: Head): TemplateResult {
  const refresh = next === null ? nothing : html`<meta http-equiv="refresh" content="0;url=${next}">`;
  // The manifest is for those who are signed in: browsers ask for it without cookies unless told to.
  const module = script
    ? html`<script type="module" src="${under(assets.script)}"></script><link rel="manifest" href="${under('/manifest.webmanifest')}" crossorigin="use-credentials">`
    : nothing;
  return html`<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark"><meta name="description" content="${DESCRIPTION}"><title>${title}</title>${refresh}<link rel="stylesheet" href="${under(assets.style)}">${module}<link rel="icon" href="${icon}">`;
}

/** For whoever a session let in. */
export const signOutForm = () =>
  html`<form class="sign-out" method="post" action="${under('/sign-out')}"><button>Sign out</button></form>`;

/** A view as text. */
export const markup = (view: TemplateResult): string => collectResultSync(renderThunked(view));
