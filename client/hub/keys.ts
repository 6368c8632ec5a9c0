/** What keys do on the page of several projects. */
import { KEYS_OF_SEVERAL } from '../../shared/keys.ts';
import { Keyboard } from '../page/keyboard.ts';

export const keyboard = (): Keyboard =>
  new Keyboard({
    to: { '/': '/#search' },
    afterG: { q: '/#queue-heading', u: '/#grid-heading' },
    lines: KEYS_OF_SEVERAL,
  });
