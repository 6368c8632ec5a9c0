/** One unit in the grid: a line, and a second one while it runs. */
import { html, nothing, type TemplateResult } from 'lit';
import type { AgeKind } from '../age.ts';
import type { Cell, Pulse } from '../board.ts';
import { statWords } from '../sentences.ts';
import type { Status } from '../words.ts';
import { age, type ViewClock } from './when.ts';

const AGES: Readonly<Record<Status, AgeKind>> = {
  RUNNING: 'for',
  NEEDS_ATTENTION: 'waits',
  READY: 'for',
  BLOCKED: 'for',
  DONE: 'done',
};

export const cellView = (
  cell: Cell,
  clock: ViewClock,
  pulse: Pulse | undefined,
  base: string,
): TemplateResult =>
  html`<li class="cell cell-${cell.status.toLowerCase()}">
    <a href="${base}/work-units/${cell.chunk}">${cell.chunk}</a>
    <span class=${cell.why === '' ? 'title' : 'why'} dir="auto">${cell.why === '' ? cell.title : cell.why}</span>
    ${cell.status === 'RUNNING' ? nothing : html`<span class="phase">${factsOf(cell)}</span>`}
    ${changesOf(cell, base)}
    ${age(AGES[cell.status], cell.since, clock)}
    ${cell.status === 'RUNNING' ? atWork(cell, pulse, clock) : nothing}
  </li>`;

/** The second line: always there, so that nothing moves when the run prints. */
const atWork = (cell: Cell, pulse: Pulse | undefined, clock: ViewClock): TemplateResult =>
  html`<span class="pulse"><span class="phase">${factsOf(cell)}</span> <span class="line" dir="auto">${pulse?.lines.at(-1) ?? ''}</span> ${pulse ? age('silent', pulse.at, clock) : nothing}</span>`;

/** Its phase where it has several, its run and agent where they are not the first and the shell. */
const factsOf = ({ phase, phases, finished, run, agent }: Cell): string =>
  [
    phases > 1 ? `${phase} ${Math.min(finished + 1, phases)} of ${phases}` : '',
    run > 1 ? `run ${run}` : '',
    agent === 'shell' ? '' : agent,
  ]
    .filter((part) => part !== '')
    .join(' · ');

const changesOf = ({ changes, chunk }: Cell, base: string) =>
  changes?.files
    ? html`<a class="changes" href="${base}/work-units/${chunk}/diff" title=${statWords(changes)}><span class="plus">+${changes.added}</span> <span class="minus">−${changes.deleted}</span></a>`
    : nothing;
