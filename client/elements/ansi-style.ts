/**
 * Colours and weights of terminal output (SGR of ECMA-48). A style is a small number: colour, background and flags. Only
 * the eight basic colours are kept, others become the nearest of them, so that each can be read on a light and on a
 * dark page. Written here because the libraries make HTML strings, or know no other sequences than these; the scanner of
 * `terminal-text.ts` is needed anyway, and with one scanner colours and plain text cannot disagree.
 */

/** 0 is the page's own colour; then red, green, yellow, blue, magenta, cyan, grey. */
const FOREGROUND = 0x7;
const BACKGROUND = 0x38;
const BOLD = 0x40;
const DIM = 0x80;
const ITALIC = 0x100;
const UNDERLINE = 0x200;
const STRUCK = 0x400;
const INVERSE = 0x800;
const GREY = 7;
/** Parameters of one sequence that are looked at. */
const MOST_PARAMETERS = 32;

/** By parameter: what to clear, then what to set. */
const FLAGS: Readonly<Record<number, readonly [clear: number, set: number]>> = {
  0: [~0, 0],
  1: [0, BOLD],
  2: [0, DIM],
  3: [0, ITALIC],
  4: [0, UNDERLINE],
  7: [0, INVERSE],
  9: [0, STRUCK],
  22: [BOLD | DIM, 0],
  23: [ITALIC, 0],
  24: [UNDERLINE, 0],
  27: [INVERSE, 0],
  29: [STRUCK, 0],
  39: [FOREGROUND, 0],
  49: [BACKGROUND, 0],
};

/** The style after `ESC [ parameters m`. */
export function styleAfter(style: number, parameters: string): number {
  const values = parameters.split(/[;:]/, MOST_PARAMETERS).map(Number);
  let after = style;
  for (let at = 0; at < values.length; at++) {
    const value = values[at] ?? 0;
    const flags = FLAGS[value];
    if (flags) after = (after & ~flags[0]) | flags[1];
    else if (value === 38 || value === 48) {
      const [colour, used] = extended(values, at + 1);
      after = coloured(after, colour, value === 48);
      at += used;
    } else if (value >= 30 && value <= 37) after = coloured(after, basic(value - 30), false);
    else if (value >= 40 && value <= 47) after = coloured(after, basic(value - 40), true);
    else if (value >= 90 && value <= 97) after = coloured(after, basic(value - 82), false);
    else if (value >= 100 && value <= 107) after = coloured(after, basic(value - 92), true);
  }
  return after;
}

const coloured = (style: number, colour: number, isBackground: boolean): number =>
  isBackground ? (style & ~BACKGROUND) | (colour << 3) : (style & ~FOREGROUND) | colour;

/** Of the sixteen: black is grey, white is the page's own colour, bright is as usual. */
function basic(index: number): number {
  if (index === 0 || index === 8) return GREY;
  return index % 8 === 7 ? 0 : index % 8;
}

/** `5;N` or `2;R;G;B`: the colour, and how many parameters it took. */
function extended(values: readonly number[], at: number): [colour: number, used: number] {
  if (values[at] === 5) return [indexed(values[at + 1] ?? 0), 2];
  if (values[at] !== 2) return [0, 1];
  const [red = 0, green = 0, blue = 0] = values.slice(at + 1, at + 4);
  return [nearest(red, green, blue), 4];
}

function indexed(index: number): number {
  if (index < 16) return basic(index);
  if (index >= 232) return index < 248 ? GREY : 0;
  const cube = index - 16;
  const level = (nth: number) => (nth % 6) * 51;
  return nearest(level(Math.floor(cube / 36)), level(Math.floor(cube / 6)), level(cube));
}

/** By hue; what has next to none is grey or the page's own. */
function nearest(red: number, green: number, blue: number): number {
  const most = Math.max(red, green, blue);
  const spread = most - Math.min(red, green, blue);
  if (!(spread >= 48)) return most < 160 ? GREY : 0;
  const half = most - spread / 2;
  const index = (red > half ? 1 : 0) + (green > half ? 2 : 0) + (blue > half ? 4 : 0);
  return basic(index);
}

const CLASSES: readonly (readonly [flag: number, name: string])[] = [
  [BOLD, 'sgr-bold'],
  [DIM, 'sgr-dim'],
  [ITALIC, 'sgr-italic'],
  [UNDERLINE, 'sgr-underline'],
  [STRUCK, 'sgr-struck'],
  [INVERSE, 'sgr-inverse'],
];

/** Names of classes, with spaces; empty: nothing special. */
export function classesOf(style: number): string {
  if (style === 0) return '';
  const names = CLASSES.filter(([flag]) => (style & flag) !== 0).map(([, name]) => name);
  const background = (style & BACKGROUND) >> 3;
  if (background !== 0) names.push(`sgr-on-${background}`);
  if ((style & FOREGROUND) !== 0) names.push(`sgr-${style & FOREGROUND}`);
  return names.join(' ');
}
