import { html, nothing, type TemplateResult } from 'lit';
import { under } from '../base-path.ts';
import type { Detail } from '../detail.ts';

/** What the operator has allowed in this unit, and a form each to be asked again. */
export const unitRules = ({ chunk, seq, rules }: Detail, mayAct: boolean): TemplateResult | typeof nothing =>
  rules.length === 0
    ? nothing
    : html`<h3>Allowed without asking</h3>
      <ul class="items">${rules.map(
        (rule) =>
          html`<li><p>${rule.said}</p>${
            mayAct
              ? html`<form class="steer" method="post" action="${under(`/work-units/${chunk}/remove-rule`)}" name="remove-rule-${rule.id}">
          <input type="hidden" name="seen" value=${seq} /><input type="hidden" name="rule" value=${rule.id} /><button>Ask again</button>
        </form>`
              : nothing
          }</li>`,
      )}</ul>`;
