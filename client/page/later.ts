/**
 * What pages load beyond their first script, in one file: each further file that shares code with the first would make
 * that one larger.
 */
import type { LiveBoards } from '../link/live-boards.ts';
import { keepGraph } from './graph.ts';
import { keepWaited } from './keep-waited.ts';
import { keepKeysSwitch } from './keys-help.ts';
import { keepNewUnit } from './new-unit.ts';

export { actOnAll } from '../elements/act-on-all.ts';
export { Keyboard } from './keyboard.ts';
export { openUnitPage } from './unit-page.ts';

/** Brings to life what is on the page and marked with `data-later`. */
export function enhance(live: LiveBoards): void {
  keepNewUnit(live.connection);
  keepKeysSwitch();
  keepGraph(live.connection);
  keepWaited(live.connection);
}
