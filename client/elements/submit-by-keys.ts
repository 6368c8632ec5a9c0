/** Said of keys that an input method takes; some browsers say only this at the end of a composition. */
const COMPOSING = 229;

/** Ctrl or Cmd with Enter sends the form of the words. While an input method composes, Enter is a part of the word. */
export function submitByKeys(event: KeyboardEvent): void {
  if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
  if (event.isComposing || event.keyCode === COMPOSING) return;
  const form = event.target instanceof HTMLTextAreaElement ? event.target.form : null;
  const button =
    form?.querySelector<HTMLElement>('button:not([name], [type=button])') ??
    form?.querySelector<HTMLElement>('button:not([type=button])');
  if (button) form?.requestSubmit(button);
}
