/**
 * What pages load beyond their first script, in one file: each further file that shares code with the first would make
 * that one larger.
 */
export { Keyboard } from './keyboard.ts';
export { keepNewUnit } from './new-unit.ts';
export { openUnitPage } from './unit-page.ts';
