const NAME = 'signalbox-keys';

/** Whether this browser was told that single keys do nothing. Storage may be forbidden; then they do something. */
export function areKeysOff(): boolean {
  try {
    return localStorage[NAME] === 'off';
  } catch {
    return false;
  }
}

export function turnKeys(on: boolean): void {
  try {
    if (on) localStorage.removeItem(NAME);
    else localStorage.setItem(NAME, 'off');
  } catch {
    // Nothing is kept in this browser.
  }
}
