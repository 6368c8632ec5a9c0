import type { Order } from '../link/submit.ts';

/** An unsent answer: text and ticked options. */
export interface Draft {
  readonly item: string;
  /** The version of the question that it answers. */
  readonly version: number;
  readonly text: string;
  readonly options: readonly string[];
  /** The order, if it was sent and its outcome is unknown. */
  readonly order: Order | null;
}

/** Stores drafts beyond a reload, on our own page. */
export interface DraftKeeper {
  keep(draft: Draft): void;
  /** The item has ended, or the draft is not wanted any more. */
  forget(item: string): void;
}

/** The draft in an answer form. */
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

/** Text typed so far, by the id of its field. */
export function draftsIn(root: ParentNode): Map<string, string> {
  const fields = [...root.querySelectorAll<HTMLTextAreaElement>('textarea')];
  return new Map(fields.filter(({ value }) => value !== '').map(({ id, value }) => [id, value]));
}

/** Fields with unsent input: a redraw must not remove them. */
export const draftFieldsIn = (root: ParentNode): HTMLElement[] =>
  [...root.querySelectorAll<HTMLTextAreaElement | HTMLInputElement>('textarea, input[type=checkbox]')].filter(
    (field) => ('checked' in field ? field.checked : field.value !== ''),
  );

/** Clears unsent input. */
export function clearDrafts(root: ParentNode): void {
  for (const field of root.querySelectorAll<HTMLTextAreaElement>('textarea')) field.value = '';
  for (const box of root.querySelectorAll<HTMLInputElement>('input[type=checkbox]')) box.checked = false;
}
