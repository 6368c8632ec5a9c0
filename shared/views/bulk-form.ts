import { html, type TemplateResult } from 'lit';
import { under } from '../base-path.ts';
import { noticeView } from './action-form.ts';
import type { BulkForm } from './process-grid.ts';

/** One thing, done to all that the filter shows; never to everything. */
export const bulkForm: BulkForm = (query, units, notice): TemplateResult =>
  html`<details class="bulk" ?open=${notice !== undefined}><summary>Actions on ${units === 1 ? 'this unit' : `all ${units} units`}</summary>
    <form class="steer" method="post" action="${under('/bulk')}">
      <input type="hidden" name="status" value=${query.status?.join().toLowerCase()} /><input type="hidden" name="kind" value=${query.kind?.join()} /><input type="hidden" name="q" value=${query.q} />
      <label for="bulk-why">Reason for holding</label><input id="bulk-why" name="why" dir="auto" />
      <label for="bulk-minutes">Minutes to snooze</label><input id="bulk-minutes" name="minutes" inputmode="numeric" placeholder="60" />
      <div class="choices"><button name="what" value="retry">Try again</button><button name="what" value="hold">Hold</button><button name="what" value="release">Release</button><button name="what" value="snooze">Snooze</button></div>
    </form>
    <div class="told">${noticeView('bulk', notice)}</div>
  </details>`;
