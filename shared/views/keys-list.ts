import { html, type TemplateResult } from 'lit';
import { HELD_KEYS, type KeyLine, SINGLE_KEYS } from '../keys.ts';

/** What each key does. */
export const keysList = (): TemplateResult =>
  html`<dl class="keys">${[...SINGLE_KEYS, ...HELD_KEYS].map(line)}</dl>`;

const line = ({ keys, does }: KeyLine): TemplateResult =>
  html`<div><dt>${keys.map((key, nth) => html`${nth > 0 ? joint(keys) : ''}<kbd>${key}</kbd>`)}</dt><dd>${does}</dd></div>`;

/** `g q` is one after the other, `1–9` a range, others stand in for each other. */
function joint([first]: readonly string[]): string {
  if (first === 'g') return ' then ';
  return first === '1' ? ' to ' : ' or ';
}
