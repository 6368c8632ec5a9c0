/** The list of keys as a dialog, with the switch that turns single keys off in this browser. */
import { html, render } from 'lit';
import type { KeyLine } from '../../shared/keys.ts';
import { keysList } from '../../shared/views/keys-list.ts';
import { areKeysOff, turnKeys } from './keys-setting.ts';
import { openDialog } from './open-dialog.ts';

export function openHelp(keys: readonly KeyLine[]): void {
  const dialog = openDialog('keys-dialog', 'Keys');
  render(
    html`<h2 id="keys-dialog-heading">Keys</h2>${keysList(keys)}${keysSwitch()}<button type="button" class="primary" @click=${() => dialog.close()}>Close</button>`,
    dialog,
  );
  dialog.querySelector('button')?.focus();
}

/** Where the page lists the keys, too, as the one place without them. */
export function keepKeysSwitch(): void {
  const place = document.querySelector<HTMLElement>('#keys-switch');
  if (place) render(keysSwitch(), place);
}

/** The switch; what it says is remembered by the browser. */
const keysSwitch = () =>
  html`<label class="check keys-switch"><input type="checkbox" ?checked=${!areKeysOff()} @change=${({ target }: Event) => turnKeys((target as HTMLInputElement).checked)} /> <span>Single keys do something here. Off, only those with Ctrl or ⌘ do, in this browser.</span></label>`;
