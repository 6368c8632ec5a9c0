import { html } from '@lit-labs/ssr';
import { nothing, type TemplateResult } from 'lit';
import type { ChangeStat } from '../../shared/diff.ts';

/** How much changed, in one line: `3 files +12 −4 ++++−`. */
export const diffStat = (stat: ChangeStat): TemplateResult =>
  html`<span class="diff-stat">${filesText(stat.files)} ${lineStat(stat)}</span>`;

/** `+12 −4 ++++−`. */
export function lineStat({ added, deleted }: Omit<ChangeStat, 'files'>): TemplateResult {
  const { plus, minus } = barOf(added, deleted);
  const bar = html`<span class="bar" aria-hidden="true"><span class="plus">${'+'.repeat(plus)}</span><span class="minus">${'−'.repeat(minus)}</span></span>`;
  return html`<span class="lines">${counted(added, 'plus')} ${counted(deleted, 'minus')} ${bar}</span>`;
}

const counted = (lines: number, kind: 'plus' | 'minus') =>
  lines === 0 ? nothing : html`<span class=${kind}>${kind === 'plus' ? '+' : '−'}${grouped(lines)}</span>`;

const BAR = 5;

/** Of five characters; whatever there is has one at least. */
function barOf(added: number, deleted: number): { plus: number; minus: number } {
  const all = added + deleted;
  const length = Math.min(BAR, all);
  const share = all === 0 ? 0 : Math.round((length * added) / all);
  const plus = Math.min(Math.max(share, Math.sign(added)), length - Math.sign(deleted));
  return { plus, minus: length - plus };
}

export const filesText = (files: number): string => (files === 1 ? '1 file' : `${grouped(files)} files`);

export const grouped = (count: number): string => count.toLocaleString('en');
