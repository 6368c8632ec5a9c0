import { html, nothing, type TemplateResult } from 'lit';
import type { Card } from '../board.ts';
import type { Place } from './place.ts';

/** What could be answered, for who may only look; and where one may. */
export const optionsList = ({ id, chunk, options, state }: Card, { base }: Place): TemplateResult =>
  html`${options.length === 0 ? nothing : html`<ul class="options">${options.map(option)}</ul>`}
    ${state === 'open' ? html`<p class="elsewhere"><a href="${base}/work-units/${chunk}#item-${id}">Answer in Signalbox</a></p>` : nothing}`;

const option = ({ label, description }: Card['options'][number]): TemplateResult =>
  html`<li>${label}${description === '' ? nothing : html` <small>${description}</small>`}</li>`;
