/** Text areas in a page that lives. */
import { type ChildPart, Directive, directive } from 'lit/directive.js';
import type { TextField } from '../../shared/views/text-area.ts';

/** Keeps the node that the server drew, or makes one, and sets all but what stands in it. */
class OwnTextArea extends Directive {
  #node: HTMLTextAreaElement | undefined;

  override render(_field: TextField): void {}

  override update({ startNode }: ChildPart, [field]: [TextField]): HTMLTextAreaElement {
    const { describedBy, ...properties } = field;
    const drawn = startNode?.nextSibling;
    this.#node ??= drawn instanceof HTMLTextAreaElement ? drawn : document.createElement('textarea');
    this.#node.setAttribute('aria-describedby', describedBy);
    return Object.assign(this.#node, properties);
  }
}

export const textArea = directive(OwnTextArea);
