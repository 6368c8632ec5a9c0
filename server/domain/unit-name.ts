/** The name that a goal suggests. */
import { isTaken, type State } from './state.ts';

const MOST_WORDS = 5;
const MOST_CHARACTERS = 40;
/** Names are tried with a number behind them so many times, then with the number of the state. */
const MOST_TRIES = 1000;
/** Of a name they say nothing. */
const FILLERS = new Set(
  'a an and as at be by can could for from in into is it its me my of on or our please so that the their then this to we with you your'.split(
    ' ',
  ),
);

/** A free name made of the first words of a goal: "Say how long the README is." → `say-how-long-readme`. */
export function suggestName(state: State, goal: string): string {
  const name = nameIn(goal);
  if (!isTaken(state, name)) return name;
  for (let nth = 2; nth <= MOST_TRIES; nth++) if (!isTaken(state, `${name}-${nth}`)) return `${name}-${nth}`;
  return `${name}-${state.seq + MOST_TRIES}`;
}

function nameIn(goal: string): string {
  const plain = goal.slice(0, 1000).normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  const words = plain.replace(/['’]/g, '').match(/[a-z0-9]+/g) ?? [];
  const telling = words.filter((word) => !FILLERS.has(word));
  const chosen = (telling.length > 0 ? telling : words).slice(0, MOST_WORDS);
  let name = (chosen.shift() ?? 'unit').slice(0, MOST_CHARACTERS);
  for (const word of chosen) {
    if (name.length + word.length >= MOST_CHARACTERS) break;
    name += `-${word}`;
  }
  return name;
}
