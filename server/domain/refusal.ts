import type { Item } from '../../shared/item-words.ts';

export type RefusalKind = 'not-found' | 'conflict' | 'invalid' | 'unavailable';

/** Which refusal it is: what programs decide by, since messages may change. docs/curl.md says each in a sentence. */
export const REFUSAL_CODES = [
  // Where nothing more can be said: `field` names what is wrong.
  'not-found',
  'invalid',
  // Units and who waits for whom.
  'taken',
  'unit-done',
  'archived',
  'cycle',
  'never-done',
  'has-dependents',
  'not-stuck',
  'not-ready',
  'no-slot',
  'rival',
  'over-budget',
  'unknown-agent',
  // Runs.
  'run-live',
  'run-ended',
  'run-ending',
  'claimed',
  'no-live-run',
  'external',
  'not-external',
  // Items and answers.
  'stale',
  'no-version',
  'nothing-open',
  'answered',
  'withdrawn',
  'not-offered',
  'not-asked',
  'not-answered',
  'already-sent',
  'taken-back',
  'open-items',
  'undelivered-answers',
  'needs-review',
  // Worktrees and merges.
  'no-worktree',
  'no-changes',
  'not-merging',
  'merge-conflict',
  'unit-not-done',
  'too-large',
  'git-refused',
  // Mutations and access.
  'key-used',
  'read-only',
  'throttled',
  'too-many',
  // Why nothing could be saved: no room or no right to write; the files were moved; another writer; no answer.
  'disk',
  'moved',
  'busy',
  'unreachable',
] as const;
export type RefusalCode = (typeof REFUSAL_CODES)[number];

/**
 * A "no" with a code for programs and a sentence for a person. Nothing has changed.
 * `field` names the input that is wrong; `items` are the attention items as they are now.
 */
export class Refusal extends Error {
  readonly kind: RefusalKind;
  readonly code: RefusalCode;
  readonly field: string | null;
  readonly items: readonly Item[];

  constructor(
    kind: RefusalKind,
    code: RefusalCode,
    message: string,
    more: { field?: string; items?: readonly Item[] } = {},
  ) {
    super(message);
    this.kind = kind;
    this.code = code;
    this.field = more.field ?? null;
    this.items = more.items ?? [];
  }
}

export const notFound = (message: string): Refusal => new Refusal('not-found', 'not-found', message);
export const conflict = (code: RefusalCode, message: string, items: readonly Item[] = []): Refusal =>
  new Refusal('conflict', code, message, { items });
export const invalid = (field: string, message: string, code: RefusalCode = 'invalid'): Refusal =>
  new Refusal('invalid', code, message, { field });
