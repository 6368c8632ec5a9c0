import { html, nothing, type TemplateResult } from 'lit';
import type { Action } from '../actions.ts';
import type { ConflictLine, Detail } from '../detail.ts';
import { type Notice, noticeView } from './action-form.ts';

/** The forms of a unit. Given to its view where the operator may act, so that other sites load none of them. */
export interface UnitForms {
  unitActions(detail: Detail, notice: Notice | undefined): TemplateResult;
  resolveForm(detail: Detail, conflict: ConflictLine): TemplateResult;
}

/** What the operator may do to a unit, each a plain form. */
function unitActions(detail: Detail, notice: Notice | undefined): TemplateResult {
  return html`<section class="actions" aria-labelledby="actions-heading">
    <h3 id="actions-heading">Actions</h3>
    ${detail.status === 'DONE' ? folder(detail) : steering(detail)}
    <details><summary>Edit</summary>${edit(detail)}</details>
    ${detail.status === 'DONE' ? nothing : html`<details><summary>Close</summary>${close(detail)}</details>`}
    <details><summary>Remove</summary>${remove(detail)}</details>
    <div class="told">${noticeView('unit', notice)}</div>
  </section>`;
}

/** The hidden number makes two equal forms, drawn at different times, two mutations. */
const form = (detail: Detail, action: Action, body: TemplateResult): TemplateResult =>
  html`<form class="steer" method="post" action="/work-units/${detail.chunk}/${action}" name="${action}-${detail.chunk}">
    <input type="hidden" name="seen" value=${detail.seq} />${body}
  </form>`;

/** What the operator decides about this unit and another. */
const resolveForm = (detail: Detail, { chunk }: ConflictLine): TemplateResult =>
  form(
    detail,
    'resolve',
    html`<input type="hidden" name="other_chunk" value=${chunk} />
      <div class="choices"><button name="verdict" value="serialize">One after the other</button><button name="verdict" value="parallelize">Side by side</button></div>`,
  );

/** Of a unit that is done, what becomes of its worktree. */
function folder(detail: Detail): TemplateResult | typeof nothing {
  const { work } = detail;
  if (work === null || work.made_at === null) return nothing;
  if (work.pruned_at === null)
    return form(detail, 'prune', html`<button>Remove the worktree; its work stays kept</button>`);
  return work.kept === null ? nothing : form(detail, 'restore', html`<button>Restore the worktree</button>`);
}

function steering(detail: Detail): TemplateResult {
  return html`${detail.live === null ? nothing : live(detail, detail.live)} ${detail.retry_due === null ? nothing : retry(detail)} ${detail.external ? report(detail) : nothing} ${detail.held === null ? hold(detail) : release(detail)} ${priority(detail)} ${link(detail)} ${unlink(detail)}`;
}

const live = (detail: Detail, run: number): TemplateResult =>
  html`${detail.external ? nothing : interrupt(detail, run)} ${kill(detail, run)}`;

const interrupt = (detail: Detail, run: number) =>
  form(
    detail,
    'interrupt',
    html`<input type="hidden" name="run" value=${run} /><label for="interrupt-text">Message to run ${run}</label><input id="interrupt-text" name="text" required /><button>Send message</button>`,
  );

const kill = (detail: Detail, run: number) =>
  form(
    detail,
    'kill',
    html`<input type="hidden" name="run" value=${run} /><button>Stop run ${run} and hold</button>`,
  );

const retry = (detail: Detail) => form(detail, 'retry', html`<button class="primary">Try again now</button>`);

const hold = (detail: Detail) =>
  form(
    detail,
    'hold',
    html`<label for="hold-why">Hold before the next phase (reason)</label><input id="hold-why" name="why" /><button>Hold</button>`,
  );

const release = (detail: Detail) => form(detail, 'release', html`<button class="primary">Release</button>`);

const priority = (detail: Detail) =>
  form(
    detail,
    'priority',
    html`<label for="priority">Priority, now ${detail.priority} (higher goes first among equals)</label
      ><input id="priority" name="priority" inputmode="numeric" placeholder=${detail.priority} /><button>Set priority</button>`,
  );

const link = (detail: Detail) =>
  form(
    detail,
    'link',
    html`<label for="link-after">Wait until this unit is done</label><input id="link-after" name="after" /><button>Add dependency</button>`,
  );

const unlink = (detail: Detail) =>
  detail.after
    .filter(({ state }) => state !== 'met')
    .map(({ chunk }) =>
      form(
        detail,
        'unlink',
        html`<input type="hidden" name="after" value=${chunk} /><button>Remove dependency on ${chunk}</button>`,
      ),
    );

const edit = (detail: Detail) =>
  html`${form(detail, 'edit', html`<label for="edit-title">Title</label><input id="edit-title" name="title" value=${detail.title} /><button>Save title</button>`)}
  ${form(detail, 'edit', html`<label for="edit-goal">Goal (replaces the current one)</label><textarea id="edit-goal" name="goal" rows="3"></textarea><button>Save goal</button>`)}
  ${form(detail, 'edit', html`<label for="edit-paths">Paths, one glob per line (now ${detail.paths.length === 0 ? 'none' : detail.paths.join(', ')})</label><textarea id="edit-paths" name="paths" rows="3"></textarea><button>Save paths</button>`)}`;

const close = (detail: Detail) =>
  form(
    detail,
    'close',
    html`<label for="close-reason">Reason (the unit then counts as done)</label><input id="close-reason" name="reason" />${killToo(detail)}<button>Close ${detail.chunk}</button>`,
  );

const remove = (detail: Detail) =>
  form(
    detail,
    'remove',
    html`${detail.before.length === 0 ? nothing : html`<label class="check"><input type="checkbox" name="unlink" value="yes" /> <span>Remove the dependencies on it: ${detail.before.join(', ')}</span></label>`}${killToo(detail)}<button>Remove ${detail.chunk}</button>`,
  );

/** Somebody else does the work: what they say of it. */
const report = (detail: Detail) =>
  form(
    detail,
    'report',
    html`<label for="report-words">Report (reason, if it failed)</label><input id="report-words" name="words" />
      <label>Phase reached <select name="phase"><option value=""></option>${detail.steps.filter(({ state }) => state === 'to come').map(({ phase }) => html`<option>${phase}</option>`)}</select></label>
      <label class="check"><input type="checkbox" name="all" value="yes" /> <span>Finished: all phases</span></label>
      <label class="check"><input type="checkbox" name="override" value="yes" /> <span>Started although it is not ready (recorded)</span></label>
      <div class="choices"><button name="what" value="started">Started</button><button name="what" value="progressed">Progressed</button><button name="what" value="finished">Finished</button><button name="what" value="failed">Failed</button></div>`,
  );

/** Without this, a unit with a live run is neither closed nor removed. */
const killToo = ({ live }: Detail) =>
  live === null
    ? nothing
    : html`<label class="check"><input type="checkbox" name="kill" value="yes" /> <span>Stop run ${live} first</span></label>`;

export const UNIT_FORMS: UnitForms = { unitActions, resolveForm };
