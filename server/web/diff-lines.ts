import { html } from '@lit-labs/ssr';
import { nothing, type TemplateResult } from 'lit';
import { type DiffLine, type Hunk, hunkHeader, type LinePlace } from '../../shared/diff.ts';
import { atLine, type CommentDraft } from './diff-comments.ts';
import type { Drawn } from './document.ts';
import { type Text, visibleText } from './visible-text.ts';

/** What the lines of a file are drawn with. */
export interface LineSetting {
  readonly file: string;
  /** What the address of a line begins with; null: nobody may comment. */
  readonly address: string | null;
  /** Null: nothing stands under any line of this file. */
  readonly draft: CommentDraft | null;
  /** Every line ends with CR LF: nothing to see at the end of each. */
  readonly hidesReturns: boolean;
  /** A file that is all new or all gone has one hunk, of which its header says nothing. */
  readonly hidesHeader: boolean;
}

export const hunkView = (hunk: Hunk, setting: LineSetting): TemplateResult =>
  html`<tbody>${setting.hidesHeader ? nothing : header(hunk)}${hunk.lines.map((line) => lineView(line, setting))}</tbody>`;

const header = (hunk: Hunk): TemplateResult =>
  html`<tr class="hunk"><th colspan="4" scope="rowgroup"><span class="range">${hunkHeader(hunk)}</span> <bdi dir="ltr">${visibleText(hunk.section)}</bdi></th></tr>`;

/** Three templates, so that what is the same in thousands of lines is no part of any. */
function lineView(line: DiffLine, setting: LineSetting): Drawn {
  const row = rowOf(line, setting);
  return setting.draft === null ? row : [row, talk(line, setting.draft, setting.file)];
}

function rowOf(line: DiffLine, setting: LineSetting): TemplateResult {
  const code = codeOf(line, setting.hidesReturns);
  switch (line.kind) {
    case 'context':
      return html`<tr><td class="n of-new">${line.old}</td><td class="n">${numberOf(line.new, 'new', setting)}</td><td class="s"></td><td class="c">${code}</td></tr>`;
    case 'added':
      return html`<tr class="a"><td class="n of-new"></td><td class="n">${numberOf(line.new, 'new', setting)}</td><td class="s">+</td><td class="c">${code}</td></tr>`;
    case 'deleted':
      return html`<tr class="d"><td class="n">${numberOf(line.old, 'old', setting)}</td><td class="n of-old"></td><td class="s">−</td><td class="c">${code}</td></tr>`;
  }
}

/** Not in the order of the Tab key: hundreds of them would stand between two files. The form of the file is. */
const numberOf = (line: number | null, side: 'old' | 'new', { address }: LineSetting) =>
  address === null ? line : html`<a tabindex="-1" href="${address}${side}${line}#comment-words">${line}</a>`;

/** A line that did not change has a number on both sides; somebody may have meant either. */
function talk(line: DiffLine, draft: CommentDraft, file: string) {
  const sides = (['old', 'new'] as const).flatMap((side): readonly LinePlace[] =>
    line[side] === null ? [] : [{ file, side, line: line[side] }],
  );
  const said = sides.map((place) => atLine(draft, place)).filter((each) => each !== nothing);
  return said.length === 0 ? nothing : html`<tr class="talk"><td colspan="4">${said}</td></tr>`;
}

function codeOf({ text, words, cut, unended }: DiffLine, hidesReturns: boolean) {
  const shown = hidesReturns && text.endsWith('\r') ? text.slice(0, -1) : text;
  const code = words === undefined ? visibleText(shown) : marked(shown, words);
  if (!cut && !unended) return code;
  const cutMark = cut ? html`<span class="beyond"> … the line goes on</span>` : nothing;
  return [code, cutMark, unended ? html`<span class="beyond"> no line break at the end</span>` : nothing];
}

function marked(text: string, words: NonNullable<DiffLine['words']>): readonly (Text | TemplateResult)[] {
  const parts: (Text | TemplateResult)[] = [];
  let at = 0;
  for (const [from, to] of words) {
    if (from > at) parts.push(visibleText(text.slice(at, from)));
    if (from < text.length) parts.push(html`<mark>${visibleText(text.slice(from, to))}</mark>`);
    at = to;
  }
  if (at < text.length) parts.push(visibleText(text.slice(at)));
  return parts;
}
