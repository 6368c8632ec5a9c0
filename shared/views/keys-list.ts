import { html, type TemplateResult } from 'lit';
import type { KeyLine } from '../keys.ts';

/** What each key does. */
export const keysList = (keys: readonly KeyLine[]): TemplateResult =>
  html`<dl class="keys">${keys.map(line)}</dl>`;

const line = ({ keys, does }: KeyLine): TemplateResult =>
  html`<div><dt>${keys.map((key, nth) => html`${nth > 0 ? joint(keys) : ''}<kbd>${key}</kbd>`)}</dt><dd>${does}</dd></div>`;

/** `g q` is one after the other, `1–9` a range, others stand in for each other. */
function joint([first]: readonly string[]): string {
  if (first === 'g') return ' then ';
  return first === '1' ? ' to ' : ' or ';
}
