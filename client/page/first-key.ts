/** Which key presses are for the page. What they do is loaded with the first of them. */
import type { LiveBoards } from '../link/live-boards.ts';
import type { Keyboard } from './keyboard.ts';
import { areKeysOff } from './keys-setting.ts';

const SINGLE = /^[jkasznguq/?1-9]$/;

export function keepKeys(live: LiveBoards): void {
  let keyboard: Promise<Keyboard> | undefined;
  addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.isComposing || event.altKey) return;
    if (event.ctrlKey || event.metaKey ? event.key !== 'k' : !isSingle(event)) return;
    // The browser would search, or type the letter into the field that gets the focus.
    event.preventDefault();
    keyboard ??= import('./later.ts').then(({ Keyboard: Keys }) => new Keys(live));
    void keyboard.then((keys) => keys.press(event));
  });
}

/** Not while somebody types. */
const isSingle = ({ key, target }: KeyboardEvent): boolean =>
  SINGLE.test(key) && !(target as Element).closest('input, textarea, select, dialog') && !areKeysOff();
