/** Words typed so far, by the id of their field. */
export function draftsIn(root: ParentNode): Map<string, string> {
  const fields = [...root.querySelectorAll<HTMLTextAreaElement>('textarea')];
  return new Map(fields.filter(({ value }) => value !== '').map(({ id, value }) => [id, value]));
}

/** What the operator has put into forms: a redraw must not take it away. */
export function draftFieldsIn(root: ParentNode): HTMLElement[] {
  const texts = [...root.querySelectorAll<HTMLTextAreaElement>('textarea')].filter(
    ({ value }) => value !== '',
  );
  return [...texts, ...root.querySelectorAll<HTMLInputElement>('input[type=checkbox]:checked')];
}

/** Lets go of what was put into forms. */
export function clearDrafts(root: ParentNode): void {
  for (const field of root.querySelectorAll<HTMLTextAreaElement>('textarea')) field.value = '';
  for (const box of root.querySelectorAll<HTMLInputElement>('input[type=checkbox]')) box.checked = false;
}
