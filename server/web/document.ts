/** The HTML document around what a page shows. */
import { render } from '@lit-labs/ssr';
import { collectResultSync } from '@lit-labs/ssr/lib/render-result.js';
import type { TemplateResult } from 'lit';
import { boardOf, countsOf } from '../../shared/board.ts';
import type { PageData } from '../../shared/page-data.ts';
import { faviconUrl, titleFor } from '../../shared/tab-title.ts';
import { localText } from '../../shared/views/when.ts';
import type { Assets } from './assets.ts';

/** What every page of ours stands on. */
export interface ShellInput {
  readonly assets: Assets;
  readonly data: PageData;
  readonly now: Date;
  readonly body: string;
  /** What the page is about, for its title; empty: the dashboard. */
  readonly name: string;
}

/** A whole page, with the data that it was drawn from. */
export function shell({ assets, data, body, name, now }: ShellInput): string {
  const items = countsOf(boardOf(data.snapshot))?.items ?? 0;
  const json = JSON.stringify(data).replaceAll('<', '\\u003c');
  const asOf = `As of ${localText(now.toISOString(), data.zone)} · reload for news`;
  return document({
    assets,
    title: titleFor(items, name),
    icon: items,
    body: `${header(asOf)}${body}<script type="application/json" id="page-data">${json}</script>`,
    script: true,
  });
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
  const way = to === null ? '' : `<p><a href="${escaped(to)}">${escaped(link)}</a></p>`;
  const words = sentences.map((message) => `<p>${escaped(message)}</p>`).join('');
  const body = `<main class="message"><h2>${escaped(title)}</h2>${words}${way}</main>`;
  return document({
    assets,
    title: `${title} – Signalbox`,
    icon: 0,
    body: BARE_HEADER + body,
    script: false,
    ...(goesOn && to !== null && { next: to }),
  });
}

const NAME = '<h1><a href="/">Signalbox</a></h1>';
const BARE_HEADER = `<header>${NAME}</header>`;

const header = (badge: string): string =>
  `<a class="skip" href="#queue-heading">Skip to what needs you</a><header>${NAME}<p id="badge" class="badge" data-state="page">${escaped(badge)}</p><p id="lost" role="alert"></p><p id="announce" role="status" class="unseen"></p></header>`;

function document(input: {
  assets: Assets;
  title: string;
  icon: number;
  body: string;
  script: boolean;
  /** Where the browser goes by itself. */
  next?: string;
}): string {
  const { assets } = input;
  const script = input.script ? `<script type="module" src="${assets.script}"></script>` : '';
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark"><title>${escaped(input.title)}</title>${input.next === undefined ? '' : `<meta http-equiv="refresh" content="0;url=${escaped(input.next)}">`}<link rel="icon" href="${escaped(faviconUrl(input.icon))}"><link rel="stylesheet" href="${assets.style}">${script}</head><body>${input.body}</body></html>`;
}

/** A view as text. */
export const markup = (view: TemplateResult): string => collectResultSync(render(view));

/** For text and for attribute values in double quotes. */
export const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
