/** The HTML around the shared views. Complete without script; with it, the same markup comes alive. */
import { html } from '@lit-labs/ssr';
import { nothing, type TemplateResult } from 'lit';
import {
  boardOf,
  type Card,
  cardsOf,
  countsOf,
  hiddenItems,
  itemsByChunk,
  type Pulses,
  pageOf,
  type Snapshot,
  tailsOf,
} from '../../shared/board.ts';
import type { Detail } from '../../shared/detail.ts';
import type { PageData } from '../../shared/page-data.ts';
import type { Query } from '../../shared/query.ts';
import { Sections } from '../../shared/sections.ts';
import type { Notice } from '../../shared/views/action-form.ts';
import { attentionQueue, freshQueue } from '../../shared/views/attention-queue.ts';
import { boardFilter } from '../../shared/views/board-filter.ts';
import { bulkForm } from '../../shared/views/bulk-form.ts';
import { processGrid } from '../../shared/views/process-grid.ts';
import { QUEUE_FORMS } from '../../shared/views/queue-forms.ts';
import { clockAt, localText } from '../../shared/views/when.ts';
import { type WaitedToday, waitedWords } from '../../shared/waited.ts';
import type { FailedSignIns } from '../access/refusals.ts';
import type { Assets } from './assets.ts';
import { type Drawn, shell, signOutForm } from './document.ts';
import { plainData } from './page-data.ts';
import { afterBreak, textAreaWith } from './text-area.ts';

/** An answer that could not be taken: what to say, and the operator's words, which are never lost. */
export interface FormError {
  readonly item: string | null;
  readonly notice: Notice;
  readonly words: string;
  readonly chosen: readonly string[];
}

/** What the operator is told of this machine. */
export interface Warnings {
  /** Sign-ins that failed lately. */
  readonly failed: FailedSignIns | null;
  /** Why the operator's rules cannot be used; null: they can. */
  readonly policyProblem: string | null;
}

export interface DashboardInput extends PageInput, Warnings {
  /** Whether a session let this browser in, which it can end. */
  readonly isSignedIn: boolean;
}

export interface PageInput {
  readonly assets: Assets;
  readonly snapshot: Snapshot;
  readonly query: Query;
  readonly pulses: Pulses;
  readonly formError?: FormError | undefined;
  /** The project's folder. */
  readonly project: string;
  readonly waits: WaitedToday;
  readonly now: Date;
}

/** The dashboard: what needs me, what runs, is this view true. */
export function dashboardPage(input: DashboardInput): string {
  const data = dataOf(input, '', null);
  const board = boardOf(input.snapshot);
  const grid = processGrid({
    sections: new Sections().look(board),
    counts: countsOf(board),
    clock: clockAt(input.now, data.zone),
    query: input.query,
    page: pageOf(board),
    pulses: input.pulses,
    items: itemsByChunk(board),
    bulk: bulkForm,
  });
  const filter = boardFilter({ counts: countsOf(board), query: input.query });
  const body: Drawn = [
    html`<board-filter class="bar-of-page">${filter}</board-filter>`,
    html`<main class="board">${formErrorBlock(input, data)}${failedNotice(input)}${policyNotice(input)}<attention-queue>${queueView(input, data)}</attention-queue><div class="units"><process-grid>${grid}</process-grid>${waitedLine(input)}${foot(input.isSignedIn)}</div></main>`,
  ];
  return shell({ ...input, data, body });
}

/** One quiet line, kept by the script. */
export const waitedLine = ({ waits, now }: PageInput): Drawn =>
  html`<p class="waited" data-later>${waitedWords(waits, now.getTime())}</p>`;

const foot = (isSignedIn: boolean): Drawn => (isSignedIn ? html`<footer>${signOutForm()}</footer>` : nothing);

/** Somebody tries: the one who can do something about it should know. */
function failedNotice({ failed, now }: DashboardInput): Drawn {
  if (failed === null) return nothing;
  const times = failed.times === 1 ? '1 sign-in failed' : `${failed.times} sign-ins failed`;
  const at = localText(failed.last_at, -now.getTimezoneOffset());
  return html`<p class="failed-sign-ins" role="note">${times}, the last at ${at}. Run “signalbox audit” to see from where.</p>`;
}

/** What the operator thinks is answered by itself waits for them. */
const policyNotice = ({ policyProblem }: DashboardInput): Drawn =>
  policyProblem === null
    ? nothing
    : html`<p class="failed-sign-ins" role="note">Your rules for permissions cannot be used, so everything is asked. ${policyProblem}</p>`;

export function dataOf(
  input: Omit<PageInput, 'assets' | 'waits'>,
  name: string,
  detail: Detail | null,
): PageData {
  const { query, pulses, formError } = input;
  const notices = formError?.item ? { [formError.item]: formError.notice } : {};
  return { ...plainData(input, name, query), pulses, notices, detail };
}

/** Words and ticks of an answer that could not be taken stand in its card. */
export function queueView(
  { formError, now }: Pick<PageInput, 'formError' | 'now'>,
  { snapshot, zone, query, notices, pulses }: PageData,
  forms = QUEUE_FORMS,
): TemplateResult {
  const board = boardOf(snapshot);
  const fresh = {
    cards: cardsOf(board),
    clock: clockAt(now, zone),
    tails: tailsOf(board, pulses),
    forms,
    only: query.chunk ?? '',
    notices,
    hidden: hiddenItems(board, query),
  };
  const { item = null, words = '', chosen = [] } = formError ?? {};
  const ticked = item === null ? {} : { [item]: chosen };
  return attentionQueue(freshQueue({ ...fresh, ticked, textArea: textAreaWith(`text-${item}`, words) }));
}

/** On a page of several projects, a card whose daemon is away has none. */
const hasForm = ({ state, place }: Card): boolean => state === 'open' && place?.may !== 'read';

/** Where the card itself is gone, its words stand on top of the page. */
export function formErrorBlock({ formError }: Pick<PageInput, 'formError'>, { snapshot }: PageData): Drawn {
  if (
    !formError ||
    snapshot.rows.some((row) => row.row === 'item' && row.id === formError.item && hasForm(row))
  )
    return nothing;
  const words =
    formError.words === ''
      ? nothing
      : html`<label for="kept">Your text, not sent:</label><textarea id="kept" rows="3">${afterBreak(formError.words)}</textarea>`;
  return html`<div class="trouble" role="status"><p>${formError.notice.message}</p>${words}</div>`;
}
