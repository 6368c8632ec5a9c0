import type { TemplateResult } from 'lit';
import type { Detail } from '../detail.ts';
import type { Notice } from './action-form.ts';
import { OUR_PAGE } from './place.ts';
import { timeStrip } from './time-strip.ts';
import { unitActions } from './unit-actions.ts';
import { unitFacts } from './unit-facts.ts';
import { unitTimeline } from './unit-timeline.ts';
import type { ViewClock } from './when.ts';
import { unitHead } from './work-unit.ts';

export interface UnitPartSetting {
  readonly clock: ViewClock;
  readonly notice: Notice | undefined;
  /** The event before which the history stops; null: it goes up to the last one. */
  readonly before: number | null;
}

/** The parts of our page of a unit, by name. Between them stand the queue, the output and the changes. */
export const UNIT_PARTS = {
  head: (detail, { clock }) => unitHead(detail, clock),
  actions: (detail, { notice }) => unitActions(detail, notice),
  facts: (detail, { clock, notice }) => unitFacts(detail, { clock, notice, strip: timeStrip(detail.time) }),
  story: (detail, { clock, before }) => unitTimeline(detail, clock, OUR_PAGE, before),
} as const satisfies Readonly<Record<string, (detail: Detail, setting: UnitPartSetting) => TemplateResult>>;
