import { html } from '@lit-labs/ssr';
import { nothing, type TemplateResult } from 'lit';
import type { ChangedFile, DraftComment, LinePlace, Side } from '../../shared/diff.ts';
import type { Drawn } from './document.ts';
import { afterBreak } from './text-area.ts';
import { visiblePlain, visibleText } from './visible-text.ts';

/** What is said about a difference and not sent yet, and how more is said. */
export interface CommentDraft {
  /** Where the form of a comment is sent, and the one that removes a comment. */
  readonly post: string;
  readonly remove: string;
  /** Makes a form that is sent twice one action. */
  readonly seen: string;
  /** The commit whose lines are in sight. */
  readonly snapshot: string;
  readonly comments: readonly DraftComment[];
  /** The line under which a form is open. */
  readonly open: LinePlace | null;
  /** Why the words of the open form could not be taken. */
  readonly problem: string | null;
  /** What stands in the open form. */
  readonly words: string;
}

/** Comments and the form at one line. */
export function atLine(draft: CommentDraft, place: LinePlace): Drawn {
  const comments = draft.comments.filter((each) => isAt(each, place) && each.snapshot === draft.snapshot);
  const isOpen = draft.open !== null && isAt(draft.open, place);
  if (comments.length === 0 && !isOpen) return nothing;
  return [comments.map((comment) => commentView(draft, comment)), isOpen ? openForm(draft, place) : nothing];
}

const isAt = (one: LinePlace, other: LinePlace): boolean =>
  one.line === other.line && one.side === other.side && one.file === other.file;

/** `named`: the line is not in sight, so its number is said. */
export const commentView = (draft: CommentDraft, comment: DraftComment, named = false): TemplateResult =>
  html`<div class="said" id="comment-${comment.id}">
    <p class="about">${named ? capital(lineName(comment)) : 'Your comment'}${comment.snapshot === draft.snapshot ? nothing : ', in an earlier snapshot'} <span class="unsent">not sent yet</span></p>
    <p class="words" dir="auto">${visibleLines(comment.words)}</p>
    <form method="post" action=${draft.remove}>${hidden(draft, comment)}<input type="hidden" name="id" value=${comment.id} /><button class="quiet">Remove<span class="unseen"> the comment on ${lineName(comment)}</span></button></form>
  </div>`;

/**
 * The address of a line ends with the name of the text area, which gives it the focus; `autofocus` does nothing where
 * an address has such an end.
 */
export const openForm = (draft: CommentDraft, place: LinePlace): TemplateResult =>
  html`<form class="say" id="comment" method="post" action=${draft.post}>
    ${hidden(draft, place)}
    <label for="comment-words">Comment on ${lineName(place)}</label>
    ${draft.problem === null ? nothing : html`<p class="notice notice-wrong" role="status" id="comment-problem">${draft.problem}</p>`}
    <textarea id="comment-words" name="words" rows="3" dir="auto" required aria-describedby=${draft.problem === null ? nothing : 'comment-problem'}>${draft.words === '' ? nothing : afterBreak(draft.words)}</textarea>
    <div class="choices"><button class="primary">Save comment</button></div>
  </form>`;

const hidden = ({ seen, snapshot }: CommentDraft, { file, line, side }: LinePlace): TemplateResult =>
  html`<input type="hidden" name="seen" value=${seen} /><input type="hidden" name="snapshot" value=${snapshot} /><input type="hidden" name="file" value=${file} /><input type="hidden" name="side" value=${side} /><input type="hidden" name="line" value=${line} />`;

/** A line named by its number: the links of lines are not in the order of the Tab key, which this form is. */
export const anyLineForm = (draft: CommentDraft, files: readonly ChangedFile[]): TemplateResult =>
  html`<details class="any-line"><summary>To comment on a line, choose its number, or name it here</summary>
    <form class="say" method="post" action=${draft.post}>
      <input type="hidden" name="seen" value=${draft.seen} /><input type="hidden" name="snapshot" value=${draft.snapshot} />
      <label for="any-file">File</label>
      <select id="any-file" name="file">${files.map(({ file, path }) => html`<option value=${file}>${visiblePlain(path)}</option>`)}</select>
      <p class="which"><label>Line <input name="line" inputmode="numeric" pattern="[1-9][0-9]*" required autocomplete="off" /></label> <label>of the <select name="side"><option value="new">new</option><option value="old">old</option></select> version</label></p>
      <label for="any-words">Comment</label>
      <textarea id="any-words" name="words" rows="3" dir="auto" required></textarea>
      <div class="choices"><button>Save comment</button></div>
    </form>
  </details>`;

export const lineName = ({ line, side }: { readonly line: number; readonly side: Side }): string =>
  side === 'old' ? `old line ${line}` : `line ${line}`;

const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);

/** Line breaks stay. */
const visibleLines = (words: string) => words.split(/\r?\n/).map((line) => html`${visibleText(line)}<br />`);
