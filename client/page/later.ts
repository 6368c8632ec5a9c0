/**
 * What pages load beyond their first script, in one file: each further file that shares code with the first would make
 * that one larger.
 */
import { KEYS } from '../../shared/keys.ts';
import type { LiveBoards } from '../link/live-boards.ts';
import { keepGraph } from './graph.ts';
import { keepWaited } from './keep-waited.ts';
import { Keyboard } from './keyboard.ts';
import { keepKeysSwitch } from './keys-help.ts';
import { keepNewUnit } from './new-unit.ts';
import { openPalette } from './palette.ts';

export { actOnAll } from '../elements/act-on-all.ts';
export { openUnitPage } from './unit-page.ts';

/** Brings to life what is on the page and marked with `data-later`. */
export function enhance(live: LiveBoards): void {
  keepNewUnit(live.connection);
  keepKeysSwitch();
  keepGraph(live.connection);
  keepWaited(live.connection);
}

/** What keys do on the pages of a project. */
export const keyboardOf = (live: LiveBoards): Keyboard =>
  new Keyboard({
    to: { '/': '/#search', n: '/new' },
    afterG: { q: '/#queue-heading', u: '/#grid-heading', g: '/graph' },
    lines: KEYS,
    openCommands: () => openPalette(live),
  });
