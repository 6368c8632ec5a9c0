/** What the page of a unit loads beyond the first script. */
import { UNIT_FORMS } from '../../shared/views/unit-actions.ts';
import { WorkUnitElement } from '../elements/work-unit.ts';

export function defineWorkUnit(): void {
  WorkUnitElement.forms = UNIT_FORMS;
  customElements.define('work-unit', WorkUnitElement);
}
