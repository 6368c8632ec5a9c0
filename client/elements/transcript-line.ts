/** One line of what a run printed, as pieces of text: style, links, and what was looked for. */
import { endOfSequence, isVisible } from '../../shared/terminal-text.ts';
import { styleAfter } from './ansi-style.ts';

/** Text of one style. */
export interface StyledText {
  readonly text: string;
  readonly style: number;
}

const ESC = 0x1b;
const CR = 0x0d;

/**
 * Reads a line without its line break, in one pass. A carriage return that text follows begins the line anew, as in a
 * terminal: of a progress bar the last state is left. Other control characters and sequences are dropped.
 */
export function styledLine(raw: string, style: number): StyledText[] {
  let pieces: StyledText[] = [];
  let text = '';
  let now = style;
  let returned = false;
  const flush = () => {
    if (text !== '') pieces.push({ text, style: now });
    text = '';
  };
  for (let at = 0; at < raw.length; at++) {
    const code = raw.charCodeAt(at);
    if (code === ESC) {
      const end = endOfSequence(raw, at);
      if (raw[at + 1] === '[' && raw[end] === 'm') {
        flush();
        now = styleAfter(now, raw.slice(at + 2, end));
      }
      at = end;
    } else if (code === CR) returned = true;
    else if (isVisible(code)) {
      if (returned) {
        pieces = [];
        text = '';
        returned = false;
      }
      text += raw[at];
    }
  }
  flush();
  return pieces;
}

/** Text of one style, all of it within one link or none, and found or not. */
export interface Piece extends StyledText {
  readonly link: string | null;
  readonly isFound: boolean;
}

/** ASCII only: what is seen is where it leads. Angle brackets and quotes end an address. */
const LINK = /https?:\/\/[!#-;=?-~]+/g;
const LONGEST_LINK = 2000;

interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** Cuts styled text where a link or something found begins or ends. `find`: in lower case; empty: nothing. */
export function piecesOf(styled: readonly StyledText[], find: string): Piece[] {
  const whole = styled.map(({ text }) => text).join('');
  const links = linksIn(whole);
  const found = foundIn(whole, find);
  const cuts = [...links, ...found].flatMap(({ from, to }) => [from, to]);
  const pieces: Piece[] = [];
  let start = 0;
  for (const { text, style } of styled) {
    const end = start + text.length;
    const edges = [start, ...cuts.filter((cut) => cut > start && cut < end), end].sort((a, b) => a - b);
    for (const [nth, from] of edges.slice(0, -1).entries()) {
      const to = edges[nth + 1] ?? end;
      if (to === from) continue;
      const link = links.find((each) => each.from <= from && to <= each.to);
      const isFound = found.some((each) => each.from <= from && to <= each.to);
      pieces.push({
        text: whole.slice(from, to),
        style,
        link: link ? whole.slice(link.from, link.to) : null,
        isFound,
      });
    }
    start = end;
  }
  return pieces;
}

function linksIn(text: string): Stretch[] {
  if (!text.includes('://')) return [];
  return [...text.matchAll(LINK)].flatMap(({ 0: found, index: from }) => {
    const address = found.replace(/[.,;:!?'")\]}]{1,9}$/, '');
    const isOne = address.length <= LONGEST_LINK && URL.canParse(address);
    return isOne ? [{ from, to: from + address.length }] : [];
  });
}

const MOST_FOUND = 200;

function foundIn(text: string, find: string): Stretch[] {
  if (find === '') return [];
  const lower = text.toLowerCase();
  // A few letters change their length with their case: then places in the one are none in the other.
  if (lower.length !== text.length) return [];
  const found: Stretch[] = [];
  for (
    let at = lower.indexOf(find);
    at >= 0 && found.length < MOST_FOUND;
    at = lower.indexOf(find, at + find.length)
  )
    found.push({ from: at, to: at + find.length });
  return found;
}
