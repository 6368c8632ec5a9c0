/** What the page of a unit loads beyond the first script. */
import type { Detail } from '../../shared/detail.ts';
import type { PageData } from '../../shared/page-data.ts';
import { UNIT_PARTS } from '../../shared/views/unit-parts.ts';
import { UnitDetail } from '../elements/unit-detail.ts';
import { WorkUnitElement } from '../elements/work-unit.ts';
import type { LiveBoards } from '../link/live-boards.ts';

export function openUnitPage(live: LiveBoards, detail: Detail, { query, zone }: PageData): void {
  WorkUnitElement.parts = UNIT_PARTS;
  const before = document.querySelector<HTMLElement>('main')?.dataset.before;
  const source = new UnitDetail(detail, before ? Number(before) : null);
  customElements.define('work-unit', WorkUnitElement);
  for (const unit of document.querySelectorAll<WorkUnitElement>('work-unit')) {
    unit.source = source;
    unit.join(live, query, zone);
  }
  source.keepFresh(live, detail.chunk);
  source.onChange(() => sayNewer(source.detail));
  document.addEventListener('keydown', closeByKey);
  document.addEventListener('pointerdown', closeByPress);
}

/** The changes stand as they were when the page was drawn: redrawn under the eye, a line would move away. */
function sayNewer(detail: Detail | null): void {
  const changes = document.querySelector<HTMLElement>('.changes');
  const commit = detail?.work?.snapshot?.commit;
  if (!changes || !commit || commit === changes.dataset.snapshot || changes.querySelector('.newer')) return;
  const line = document.createElement('p');
  line.className = 'newer';
  const link = document.createElement('a');
  link.href = '';
  link.append('show it');
  line.append('There is a newer state: ', link, '.');
  changes.querySelector('h2')?.after(line);
}

const OPEN_FIELD = '.acts > details.act[open]';

function closeByKey(event: KeyboardEvent): void {
  if (event.key !== 'Escape' || event.defaultPrevented) return;
  for (const field of document.querySelectorAll(OPEN_FIELD)) {
    field.removeAttribute('open');
    field.querySelector('summary')?.focus();
  }
}

function closeByPress({ target }: PointerEvent): void {
  for (const field of document.querySelectorAll(OPEN_FIELD))
    if (target instanceof Node && !field.contains(target)) field.removeAttribute('open');
}
