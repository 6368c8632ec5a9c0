/** Opens an empty modal dialog, named by a heading `<id>-heading` in it or by `label`. It is removed when it is closed. */
export function openDialog(id: string, label: string): HTMLDialogElement {
  const dialog = document.createElement('dialog');
  dialog.id = id;
  dialog.ariaLabel = label;
  const before = document.activeElement;
  dialog.addEventListener('close', () => {
    dialog.remove();
    giveBackFocus(before);
  });
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/** What had the focus may have left the page meanwhile. */
function giveBackFocus(before: Element | null): void {
  if (document.activeElement !== document.body) return;
  if (before instanceof HTMLElement && before.isConnected) before.focus();
  if (document.activeElement !== document.body) return;
  document.querySelector<HTMLElement>('.card summary, h2[tabindex]')?.focus();
}
