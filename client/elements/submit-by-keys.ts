/** keyCode of keys that an input method consumes; some browsers report only this at the end of a composition. */
const COMPOSING = 229;

/** Ctrl+Enter or Cmd+Enter submits the form. During composition Enter belongs to the input method. */
export function submitByKeys(event: KeyboardEvent): void {
  if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
  if (event.defaultPrevented || event.isComposing || event.keyCode === COMPOSING) return;
  const form = event.target instanceof HTMLTextAreaElement ? event.target.form : null;
  const button =
    form?.querySelector<HTMLElement>('button:not([name], [type=button])') ??
    form?.querySelector<HTMLElement>('button:not([type=button])');
  if (!button) return;
  event.preventDefault();
  form?.requestSubmit(button);
}
