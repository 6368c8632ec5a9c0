/** The list of keys as a dialog, with the switch that turns single keys off in this browser. */
import { html, render } from 'lit';
import { keysList } from '../../shared/views/keys-list.ts';
import { areKeysOff, turnKeys } from './keys-setting.ts';
import { openDialog } from './open-dialog.ts';

export function openHelp(): void {
  const dialog = openDialog('keys-dialog', 'Keys');
  render(
    html`<h2 id="keys-dialog-heading">Keys</h2>${keysList()}${keysSwitch()}<form method="dialog"><button class="primary">Close</button></form>`,
    dialog,
  );
  dialog.querySelector('button')?.focus();
}

/** The switch; what it says is remembered by the browser. */
export const keysSwitch = () =>
  html`<label class="check keys-switch"><input type="checkbox" ?checked=${!areKeysOff()} @change=${({ target }: Event) => turnKeys((target as HTMLInputElement).checked)} /> <span>Single keys do something here. Off, only those with Ctrl or ⌘ do, in this browser.</span></label>`;
