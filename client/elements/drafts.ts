import type { Order } from '../link/submit.ts';

/** Words for an item, and boxes ticked there. */
export interface Draft {
  readonly item: string;
  /** Of the question for which it was written. */
  readonly version: number;
  readonly text: string;
  readonly options: readonly string[];
  /** It was sent, and nobody has heard yet what came of it. */
  readonly order: Order | null;
}

/** Keeps words beyond the page, where the page is ours. */
export interface DraftKeeper {
  keep(draft: Draft): void;
  /** The item has ended, or the words are wanted no more. */
  forget(item: string): void;
}

/** What stands in the form of an answer. */
export function draftOf(form: HTMLFormElement, order: Order | null): Draft {
  const data = new FormData(form);
  return {
    item: String(data.get('item')),
    version: Number(data.get('version')),
    text: String(data.get('text') ?? ''),
    options: data.getAll('option').map(String),
    order,
  };
}

/** Words typed so far, by the id of their field. */
export function draftsIn(root: ParentNode): Map<string, string> {
  const fields = [...root.querySelectorAll<HTMLTextAreaElement>('textarea')];
  return new Map(fields.filter(({ value }) => value !== '').map(({ id, value }) => [id, value]));
}

/** What the operator has put into forms: a redraw must not take it away. */
export const draftFieldsIn = (root: ParentNode): HTMLElement[] =>
  [...root.querySelectorAll<HTMLTextAreaElement | HTMLInputElement>('textarea, input[type=checkbox]')].filter(
    (field) => ('checked' in field ? field.checked : field.value !== ''),
  );

/** Lets go of what was put into forms. */
export function clearDrafts(root: ParentNode): void {
  for (const field of root.querySelectorAll<HTMLTextAreaElement>('textarea')) field.value = '';
  for (const box of root.querySelectorAll<HTMLInputElement>('input[type=checkbox]')) box.checked = false;
}
