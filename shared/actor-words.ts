/** How the page of a unit says who did something. A file of its own: the first script of the page has no use for it. */
import type { Door } from './access-words.ts';

/** Who did something, and through which door: `you, at a terminal`; empty: the daemon, by itself. */
export function actorWords(who: string, door: Door): string {
  if (door === 'daemon') return '';
  return who === 'operator' ? `you, ${DOOR_WORDS[door]}` : who;
}

const DOOR_WORDS: Readonly<Record<Door, string>> = {
  page: 'on the page',
  form: 'on the page',
  cli: 'at a terminal',
  api: 'by a script',
  embed: 'on another site',
  daemon: '',
};
