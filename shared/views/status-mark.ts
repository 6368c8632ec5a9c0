import { html, type TemplateResult } from 'lit';
import type { Status } from '../words.ts';

/** How a status is called, and its shape: never colour alone. */
export const STATUS_NAMES: Readonly<Record<Status, string>> = {
  RUNNING: 'Running',
  NEEDS_ATTENTION: 'Needs attention',
  READY: 'Ready',
  BLOCKED: 'Blocked',
  DONE: 'Done',
};

const SHAPES: Readonly<Record<Status, string>> = {
  RUNNING: '▶',
  NEEDS_ATTENTION: '◆',
  READY: '○',
  BLOCKED: '■',
  DONE: '✓',
};

/** The same shape where no element can stand, as in a picture. */
export const statusShape = (status: Status): string => SHAPES[status];

export const statusMark = (status: Status): TemplateResult =>
  html`<span class="mark mark-${status.toLowerCase()}" aria-hidden="true">${SHAPES[status]}</span>`;
