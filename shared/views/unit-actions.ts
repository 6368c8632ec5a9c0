import { html, nothing, type TemplateResult } from 'lit';
import type { Action } from '../actions.ts';
import { under } from '../base-path.ts';
import type { ConflictLine, Detail } from '../detail.ts';
import { type Notice, noticeView } from './action-form.ts';

/**
 * What the operator may do to a unit, as a row of buttons. Each opens its one field below the row; nothing else moves.
 * What is rare stands in a menu at the end.
 */
export function unitActions(detail: Detail, notice: Notice | undefined): TemplateResult {
  return html`<section class="actions" aria-labelledby="actions-heading">
    <h2 id="actions-heading">Actions</h2>
    <div class="acts">${detail.archived_at !== null ? act('Remove', remove(detail)) : html`${detail.status === 'DONE' ? folder(detail) : usual(detail)} ${more(detail)}`}</div>
    <div class="told" role="status">${noticeView('unit', notice)}</div>
  </section>`;
}

/** The hidden number makes two equal forms, drawn at different times, two mutations. */
const form = (detail: Detail, action: Action, body: TemplateResult): TemplateResult =>
  html`<form class="steer" method="post" action="${under(`/work-units/${detail.chunk}/${action}`)}" name="${action}-${detail.chunk}">
    <input type="hidden" name="seen" value=${detail.seq} />${body}
  </form>`;

/** A button that opens a field: of those with one name, the browser keeps one open. */
const act = (label: string, body: unknown, name: string | null = 'act'): TemplateResult =>
  html`<details class="act" name=${name ?? nothing}><summary>${label}</summary><div class="panel">${body}</div></details>`;

/** What the operator decides about this unit and another. */
export const resolveForm = (detail: Detail, { chunk }: ConflictLine): TemplateResult =>
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
    return form(
      detail,
      'prune',
      html`<button>Remove the worktree <small>its work stays kept</small></button>`,
    );
  return work.kept === null ? nothing : form(detail, 'restore', html`<button>Restore the worktree</button>`);
}

function usual(detail: Detail): TemplateResult {
  const { live, external, retry_due, held } = detail;
  return html`${retry_due === null ? nothing : form(detail, 'retry', html`<button class="primary">Try again now</button>`)}
    ${live === null || external ? nothing : act('Send message', message(detail, live))}
    ${live === null ? nothing : stop(detail, live)}
    ${external ? act('Report', report(detail)) : nothing}
    ${held === null ? act('Hold', hold(detail)) : form(detail, 'release', html`<button class="primary">${held.code === 'killed' ? 'Start again' : 'End the hold'}</button>`)}`;
}

const message = (detail: Detail, run: number) =>
  form(
    detail,
    'interrupt',
    html`<input type="hidden" name="run" value=${run} /><label for="interrupt-text">Message to run ${run}</label><textarea id="interrupt-text" name="text" rows="2" dir="auto" required></textarea><button class="primary">Send message</button>`,
  );

const stop = (detail: Detail, run: number) =>
  form(detail, 'kill', html`<input type="hidden" name="run" value=${run} /><button>Stop run ${run}</button>`);

const hold = (detail: Detail) =>
  form(
    detail,
    'hold',
    html`<label for="hold-why">Reason (optional)</label><input id="hold-why" name="why" dir="auto" /><button class="primary">Hold before the next phase</button>`,
  );

/** The menu: every entry opens its one field below it. */
const more = (detail: Detail) =>
  act(
    'More',
    html`<div class="menu">
      ${act('Edit title', editTitle(detail), null)} ${act('Edit goal', editGoal(detail), null)} ${act('Edit paths', editPaths(detail), null)}
      ${detail.status === 'DONE' ? nothing : html`${act('Priority', priority(detail), null)} ${act('Wait for a unit', link(detail), null)} ${unlink(detail)} ${act('Close', close(detail), null)}`}
      ${act('Remove', remove(detail), null)}
    </div>`,
  );

const editTitle = (detail: Detail) =>
  form(
    detail,
    'edit',
    html`<label for="edit-title">Title</label><input id="edit-title" name="title" dir="auto" value=${detail.title} /><button>Save title</button>`,
  );

const editGoal = (detail: Detail) =>
  form(
    detail,
    'edit',
    html`<label for="edit-goal">Goal (replaces the current one)</label><textarea id="edit-goal" name="goal" rows="4" dir="auto"></textarea><button>Save goal</button>`,
  );

const editPaths = (detail: Detail) =>
  form(
    detail,
    'edit',
    html`<label for="edit-paths">Paths, one glob per line (now ${detail.paths.length === 0 ? 'none' : detail.paths.join(', ')})</label><textarea id="edit-paths" name="paths" rows="3"></textarea><button>Save paths</button>`,
  );

const priority = (detail: Detail) =>
  form(
    detail,
    'priority',
    html`<label for="priority">Priority, now ${detail.priority} (higher goes first among equals)</label
      ><input id="priority" class="number" name="priority" inputmode="numeric" placeholder=${detail.priority} /><button>Set priority</button>`,
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
        html`<input type="hidden" name="after" value=${chunk} /><button>Do not wait for ${chunk}</button>`,
      ),
    );

const close = (detail: Detail) =>
  form(
    detail,
    'close',
    html`<label for="close-reason">Reason (the unit then counts as done)</label><input id="close-reason" name="reason" dir="auto" />${killToo(detail)}<button>Close ${detail.chunk}</button>`,
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
    html`<label for="report-words">Reason, if it failed</label><input id="report-words" name="words" dir="auto" />
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
