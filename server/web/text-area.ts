/** Text areas that the server fills. */
import { html } from '@lit-labs/ssr';
import { nothing, type TemplateResult } from 'lit';
import { Directive, directive } from 'lit/directive.js';
import type { TextArea } from '../../shared/views/text-area.ts';

/** A line break that stands first in a text area is not taken for a part of the text. */
export const afterBreak = (words: string): string => `\n${words}`;

/** Draws the text areas of a shared view; in the one with this id stand `words`. */
export const textAreaWith =
  (filled: string, words: string): TextArea =>
  ({ id, name, rows, ariaInvalid, readOnly, describedBy, placeholder }) =>
    within(
      html`<textarea id="${id}" name="${name}" dir="auto" rows="${rows}" placeholder="${placeholder}" aria-describedby="${describedBy || nothing}" aria-invalid="${ariaInvalid ?? nothing}" ?readonly="${readOnly}">${id === filled && words !== '' ? afterBreak(words) : nothing}</textarea>`,
    );

/**
 * Lit refuses a server-only template as a value of a template that is hydrated, whose place in it the browser could
 * not take over. A text area's it can: there, too, a directive stands in it, which finds the node
 * (client/elements/text-area.ts).
 */
class Within extends Directive {
  render(drawn: TemplateResult): TemplateResult {
    return drawn;
  }
}

const within = directive(Within);
