/** What the asker sent along: a line beside its label, a difference in its colours, what is long folded away. */
import { html, type TemplateResult } from 'lit';
import type { Card } from '../board.ts';

const MOST_LINES = 12;
const LONGEST_LINE = 120;

export function contextView({ label, text }: Card['context'][number]): TemplateResult {
  const lines = text.split('\n');
  if (lines.length === 1 && text.length <= LONGEST_LINE)
    return html`<div class="context-line"><h3 dir="auto">${label}</h3> <code dir="auto">${text}</code></div>`;
  return html`<details class="context" ?open=${lines.length <= MOST_LINES}><summary><h3 dir="auto">${label}</h3></summary><pre tabindex="0" dir="auto">${isDifference(lines) ? lines.map(differenceLine) : text}</pre></details>`;
}

/** Every line begins as those of a unified difference do, and one is added: a list in markdown has no such line. */
const isDifference = (lines: readonly string[]): boolean =>
  lines.every((line) => /^(?:[-+ @\\]|$)/.test(line)) && lines.some((line) => line.startsWith('+'));

const TONES: Readonly<Record<string, string>> = { '+': 'line-added', '-': 'line-taken', '@': 'line-place' };

const differenceLine = (line: string): TemplateResult =>
  html`<span class=${TONES[line.charAt(0)] ?? ''}>${`${line}\n`}</span>`;
