import type { Item } from '../../shared/item-words.ts';

export type RefusalKind = 'not-found' | 'conflict' | 'invalid' | 'unavailable';

/** Why nothing could be saved: disk full or not writable; files moved; another writer. */
export type RefusalCode = 'disk' | 'moved' | 'busy';

/**
 * A "no" with a sentence meant for a person. Nothing has changed.
 * `field` names the input that is wrong; `items` are the attention items as they are now.
 */
export class Refusal extends Error {
  readonly kind: RefusalKind;
  readonly field: string | null;
  readonly items: readonly Item[];
  readonly code: RefusalCode | null;

  constructor(
    kind: RefusalKind,
    message: string,
    more: { field?: string; items?: readonly Item[]; code?: RefusalCode } = {},
  ) {
    super(message);
    this.kind = kind;
    this.code = more.code ?? null;
    this.field = more.field ?? null;
    this.items = more.items ?? [];
  }
}

export const notFound = (message: string): Refusal => new Refusal('not-found', message);
export const conflict = (message: string, items: readonly Item[] = []): Refusal =>
  new Refusal('conflict', message, { items });
export const invalid = (field: string, message: string): Refusal =>
  new Refusal('invalid', message, { field });
