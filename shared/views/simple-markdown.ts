/**
 * The little markdown that agents write in a question: `code`, **bold**, lists, fenced code. Everything else stands as it
 * was written, links too: none hides where it leads. Linear in the length of the text.
 */
import { html, type TemplateResult } from 'lit';

type Inline = string | TemplateResult;

const MARKS = [
  ['`', (text: string) => html`<code>${text}</code>`],
  ['**', (text: string) => html`<b>${text}</b>`],
] as const;

/** Code and bold within a line. A mark without its end stands as it is. */
export function inlineMarkdown(text: string): readonly Inline[] {
  const parts: Inline[] = [];
  const ended = new Set<string>();
  let from = 0;
  for (let at = 0; at < text.length; ) {
    const [mark, draw] = MARKS.find(([each]) => text.startsWith(each, at)) ?? [];
    // Looked for once: where none follows, none follows later.
    const end = mark && !ended.has(mark) ? text.indexOf(mark, at + mark.length) : -1;
    if (mark && end === -1) ended.add(mark);
    if (!mark || !draw || end <= at + mark.length) {
      at += mark?.length ?? 1;
      continue;
    }
    if (at > from) parts.push(text.slice(from, at));
    parts.push(draw(text.slice(at + mark.length, end)));
    at = end + mark.length;
    from = at;
  }
  if (from < text.length) parts.push(text.slice(from));
  return parts;
}

const ITEM = /^\s{0,3}([-*+•]|\d{1,3}[.)]) +(?=\S)/;
const FENCE = /^\s{0,3}```/;
const isItem = (line: string): boolean => ITEM.test(line);
const isPlain = (line: string): boolean => !isItem(line) && !FENCE.test(line);

/** A whole text: paragraphs with their line breaks, lists, fenced code. */
export function simpleMarkdown(text: string): readonly TemplateResult[] {
  const lines = text.split('\n');
  const blocks: TemplateResult[] = [];
  for (let at = 0; at < lines.length; ) {
    const line = lines[at] ?? '';
    const isOf = FENCE.test(line) ? null : isItem(line) ? isItem : isPlain;
    const end = isOf ? runOf(lines, at, isOf) : endOfFence(lines, at);
    const block = lines.slice(isOf ? at : at + 1, end);
    if (isOf === null) blocks.push(html`<pre tabindex="0">${block.join('\n')}</pre>`);
    else if (isOf === isItem) blocks.push(listOf(block));
    else if (block.some((each) => each.trim() !== ''))
      blocks.push(html`<p>${inlineMarkdown(block.join('\n').trim())}</p>`);
    at = isOf === null ? end + 1 : end;
  }
  return blocks;
}

/** Where a run of lines of one kind ends. */
function runOf(lines: readonly string[], from: number, isOf: (line: string) => boolean): number {
  let end = from;
  while (end < lines.length && isOf(lines[end] ?? '')) end++;
  return end;
}

/** A fence without an end reaches to the end of the text. */
function endOfFence(lines: readonly string[], from: number): number {
  let end = from + 1;
  while (end < lines.length && !FENCE.test(lines[end] ?? '')) end++;
  return end;
}

const listOf = (lines: readonly string[]): TemplateResult =>
  html`<ul class="bullets">${lines.map((line) => html`<li dir="auto">${markerOf(line)} ${inlineMarkdown(line.replace(ITEM, ''))}</li>`)}</ul>`;

/** A number stays the one that was written. */
function markerOf(line: string): string {
  const marker = ITEM.exec(line)?.[1] ?? '';
  return /\d/.test(marker) ? marker : '•';
}

/** The first line with words, cut where it is longer than a row. */
export function firstLine(text: string, most = 240): string {
  const line = text.split('\n').find((each) => each.trim() !== '' && !FENCE.test(each)) ?? '';
  const trimmed = line.trim();
  return trimmed.length > most ? `${trimmed.slice(0, most)}…` : trimmed;
}
