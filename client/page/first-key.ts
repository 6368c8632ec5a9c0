/** Which key presses are for the page. What they do is loaded with the first of them. */
import type { Keyboard } from './keyboard.ts';
import { areKeysOff } from './keys-setting.ts';

/** `single`: keys that count without Ctrl or ⌘; `held`: the one that counts with them. */
export interface KeysOfPage {
  readonly single: RegExp;
  readonly held?: string;
  readonly load: () => Promise<Keyboard>;
}

export function keepKeys({ single, held, load }: KeysOfPage): void {
  let keyboard: Promise<Keyboard> | undefined;
  addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.isComposing || event.altKey) return;
    if (event.ctrlKey || event.metaKey ? event.key !== held : !isSingle(event, single)) return;
    // The browser would search, or type the letter into the field that gets the focus.
    event.preventDefault();
    keyboard ??= load();
    void keyboard.then((keys) => keys.press(event));
  });
}

/** Not while somebody types. */
const isSingle = ({ key, target }: KeyboardEvent, single: RegExp): boolean =>
  single.test(key) && !(target as Element).closest('input, textarea, select, dialog') && !areKeysOff();
