/** One unit in the grid: a line, and a second one while it runs. */
import { html, nothing, type TemplateResult } from 'lit';
import type { AgeKind } from '../age.ts';
import type { Cell, Pulse } from '../board.ts';
import { statWords } from '../sentences.ts';
import { phaseCount } from '../unit-sentences.ts';
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
    ${hasLine(cell, pulse) ? nothing : html`<span class="phase">${factsOf(cell)}</span>`}
    ${changesOf(cell, base)}
    ${age(AGES[cell.status], cell.since, clock)}
    ${hasLine(cell, pulse) ? atWork(cell, pulse, clock) : nothing}
  </li>`;

/** Of a run always, so that nothing moves when it prints; else while the unit is made ready. */
const hasLine = ({ status }: Cell, pulse: Pulse | undefined): boolean =>
  status === 'RUNNING' || (pulse?.lines.length ?? 0) > 0;

/** The second line. */
const atWork = (cell: Cell, pulse: Pulse | undefined, clock: ViewClock): TemplateResult =>
  html`<span class="pulse"><span class="phase">${factsOf(cell)}</span> <span class="line" dir="auto">${pulse?.lines.at(-1) ?? ''}</span> ${pulse && cell.status === 'RUNNING' ? age('silent', pulse.at, clock) : nothing}</span>`;

/** Its phase where it has several, its run, agent and machine where they are not the first, the shell and this one. */
const factsOf = (cell: Cell): string =>
  [
    phaseWords(cell),
    cell.run > 1 ? `run ${cell.run}` : '',
    cell.agent === 'shell' ? '' : cell.agent,
    cell.executor ? `on ${cell.executor}` : '',
    // Inline, since other sites load this.
    cell.usage?.micro_usd ? `$${(cell.usage.micro_usd / 1e6).toFixed(2)}` : '',
  ]
    .filter((part) => part !== '')
    .join(' · ');

/** A step of our own, such as MERGE, is none of the unit's phases, and is said in any case. */
function phaseWords(cell: Cell): string {
  const count = phaseCount(cell);
  if (count) return `${cell.phase} ${count.at} of ${count.of}`;
  return cell.phases > 1 ? cell.phase : '';
}

const changesOf = ({ changes, chunk }: Cell, base: string) =>
  changes?.files
    ? html`<a class="changes" href="${base}/work-units/${chunk}/diff" title=${statWords(changes)}><span class="plus">+${changes.added}</span> <span class="minus">−${changes.deleted}</span></a>`
    : nothing;
