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

export const statusMark = (status: Status): TemplateResult =>
  html`<span class="mark mark-${status.toLowerCase()}" aria-hidden="true">${SHAPES[status]}</span>`;
