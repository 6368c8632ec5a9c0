import { html, nothing, type TemplateResult } from 'lit';
import { type Card, unitPath } from '../board.ts';
import type { Place } from './place.ts';

/** What could be answered, for who may only look; and where one may. */
export const optionsList = (card: Card, { base }: Place): TemplateResult =>
  html`${card.options.length === 0 ? nothing : html`<ul class="options">${card.options.map(option)}</ul>`}
    ${card.state === 'open' && !card.place ? html`<p class="elsewhere"><a href="${unitPath(card, base)}#item-${card.id}">Answer in Signalbox</a></p>` : nothing}`;

const option = ({ label, description }: Card['options'][number]): TemplateResult =>
  html`<li>${label}${description === '' ? nothing : html` <small>${description}</small>`}</li>`;
