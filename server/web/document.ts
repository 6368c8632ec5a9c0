/**
 * The HTML document around what a page shows. Templates of our server are server-only: they may hold a doctype, a
 * title, text areas and data, and leave no marks for hydration, save those of the shared views that stand in them.
 */
import { html, render } from '@lit-labs/ssr';
import { collectResultSync } from '@lit-labs/ssr/lib/render-result.js';
import { nothing, type TemplateResult } from 'lit';
import { boardOf, countsOf } from '../../shared/board.ts';
import type { PageData } from '../../shared/page-data.ts';
import { faviconUrl, titleFor } from '../../shared/title.ts';
import { localText } from '../../shared/views/when.ts';
import type { Assets } from './assets.ts';

/** What stands in a template. A list where one would end with a value: lit ends such a template with a mark. */
export type Drawn = string | TemplateResult | typeof nothing | readonly Drawn[];

/** What every page of ours stands on. */
export interface ShellInput {
  readonly assets: Assets;
  readonly data: PageData;
  readonly now: Date;
  readonly body: Drawn;
  /** What the page is about, for its title; empty: the dashboard. */
  readonly name: string;
}

/** A whole page, with the data that it was drawn from. */
export function shell({ assets, data, body, name, now }: ShellInput): string {
  const items = countsOf(boardOf(data.snapshot))?.items ?? 0;
  const json = JSON.stringify(data).replaceAll('<', '\\u003c');
  const asOf = `As of ${localText(now.toISOString(), data.zone)} · reload for news`;
  const page = document({
    assets,
    title: titleFor(items, name),
    icon: items,
    body: html`${header(asOf)}${body}<script type="application/json" id="page-data"></script>`,
    script: true,
  });
  // Data in a script must not be escaped, and `unsafeHTML` would parse all of it each time that a page is drawn.
  const end = page.lastIndexOf('</script>');
  return `${page.slice(0, end)}${json}${page.slice(end)}`;
}

/** A refusal or a mistake is a page too. */
export function messagePage(assets: Assets, title: string, message: string): string {
  return notePage(assets, { title, sentences: [message], link: 'Go to the dashboard' }, '/');
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
  const words = sentences.map((message) => html`<p>${message}</p>`);
  return document({
    assets,
    title: `${title} – Signalbox`,
    icon: 0,
    body: html`<header>${NAME}</header><main class="message"><h2>${title}</h2>${words}${way}</main>`,
    script: false,
    ...(goesOn && to !== null && { next: to }),
  });
}

const NAME = html`<h1><a href="/">Signalbox</a></h1>`;

const header = (badge: string): TemplateResult =>
  html`<a class="skip" href="#queue-heading">Skip to what needs you</a><header>${NAME}<p id="badge" class="badge" data-state="page">${badge}</p><p id="lost" role="alert"></p><p id="announce" role="status" class="unseen"></p></header>`;

function document(input: {
  assets: Assets;
  title: string;
  icon: number;
  body: Drawn;
  script: boolean;
  /** Where the browser goes by itself. */
  next?: string;
}): string {
  const { assets } = input;
  const script = input.script ? html`<script type="module" src="${assets.script}"></script>` : nothing;
  return markup(
    html`<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark"><title>${input.title}</title>${input.next === undefined ? nothing : html`<meta http-equiv="refresh" content="0;url=${input.next}">`}<link rel="icon" href="${faviconUrl(input.icon)}"><link rel="stylesheet" href="${assets.style}">${script}</head><body>${input.body}</body></html>`,
  );
}

/** A view as text. */
export const markup = (view: TemplateResult): string => collectResultSync(render(view));

/** For text and for attribute values in double quotes. */
export const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
