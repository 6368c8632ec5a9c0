/** Text areas in a page that lives. */
import { type ChildPart, Directive, directive } from 'lit/directive.js';
import type { TextField } from '../../shared/views/text-area.ts';

/** Keeps the node that the server drew, or makes one, and sets all but what stands in it. */
class OwnTextArea extends Directive {
  #node: HTMLTextAreaElement | undefined;

  override render(_field: TextField): void {}

  override update({ startNode }: ChildPart, [field]: [TextField]): HTMLTextAreaElement {
    const { describedBy, rows, ...properties } = field;
    const drawn = startNode?.nextSibling;
    // Its height is set once: later it grows with what is typed.
    this.#node ??= drawn instanceof HTMLTextAreaElement ? drawn : newArea(rows);
    this.#node.setAttribute('aria-describedby', describedBy);
    return Object.assign(this.#node, properties);
  }
}

const newArea = (rows: number): HTMLTextAreaElement =>
  Object.assign(document.createElement('textarea'), { rows, dir: 'auto' });

const MOST_ROWS = 12;

/** As high as its words, where the style cannot do it (`field-sizing`). */
export function growWithWords(area: HTMLTextAreaElement): void {
  if (CSS.supports('field-sizing', 'content')) return;
  area.rows = 1;
  while (area.rows < MOST_ROWS && area.scrollHeight > area.clientHeight) area.rows++;
}

export const textArea = directive(OwnTextArea);
