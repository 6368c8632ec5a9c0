import { classesOf } from './ansi-style.ts';
import { type Block, textOf } from './transcript-block.ts';
import { type Piece, piecesOf, styledLine } from './transcript-line.ts';
import { offsetOf, type PlacedLine, type TranscriptLines } from './transcript-lines.ts';
import { isIndented, partOf, talkClasses } from './transcript-talk.ts';

/** Rows that are drawn above and below what is seen. */
const BEYOND = 15;
/** More would be no text any more. */
const MOST_PIECES = 400;

/** Draws the rows of a transcript that are in sight, however many there are. */
export class TranscriptScreen {
  readonly #screen: HTMLElement;
  readonly #isTalk: boolean;
  readonly #above = document.createElement('div');
  readonly #rows = document.createElement('div');
  readonly #below = document.createElement('div');
  #rowHeight = 20;
  #charWidth = 8;
  #lastTop = 0;
  #pending = 0;
  /** Of an agent's talk, the part in which the row stands that is drawn. */
  #part = '';
  lines: TranscriptLines;
  wraps = true;
  /** Whether the view stays at the end as more is printed. */
  follows = true;
  /** In lower case; empty: nothing is looked for. */
  find = '';
  /** Offset of the line that was found. */
  found: number | null = null;
  onScroll: () => void = () => {};

  constructor(screen: HTMLElement, lines: TranscriptLines, isTalk: boolean) {
    this.#screen = screen;
    this.#isTalk = isTalk;
    this.lines = lines;
  }

  /** Takes the place of what the server drew. */
  take(): void {
    this.#screen.classList.remove('from-end');
    this.#screen.classList.toggle('of-talk', this.#isTalk);
    this.#screen.replaceChildren(this.#above, this.#rows, this.#below);
    this.#measure();
    this.draw();
    this.#screen.addEventListener('scroll', () => this.#scrolled(), { passive: true });
    new ResizeObserver(() => {
      this.#measure();
      this.soon();
    }).observe(this.#screen);
  }

  #measure(): void {
    const probe = document.createElement('div');
    probe.className = 'row';
    const text = document.createElement('span');
    text.append('0'.repeat(100));
    probe.append(text);
    this.#rows.append(probe);
    this.#rowHeight = Number.parseFloat(getComputedStyle(probe).lineHeight) || this.#rowHeight;
    const { width } = text.getClientRects().length > 1 ? { width: 0 } : text.getBoundingClientRect();
    this.#charWidth = width > 0 ? width / 100 : this.#charOf(text);
    probe.remove();
    const room = this.#rows.clientWidth;
    this.lines.wrapAt(this.wraps ? Math.max(10, Math.floor(room / this.#charWidth + 0.01)) : 0);
  }

  /** Where a hundred do not fit in a row. */
  #charOf(text: HTMLElement): number {
    text.textContent = '0000000000';
    return text.getBoundingClientRect().width / 10 || this.#charWidth;
  }

  setWrap(wraps: boolean): void {
    this.wraps = wraps;
    this.#screen.classList.toggle('nowrap', !wraps);
    this.#measure();
    this.draw();
  }

  #scrolled(): void {
    const { scrollTop, scrollHeight, clientHeight } = this.#screen;
    if (scrollTop < this.#lastTop - 0.5) this.follows = false;
    else if (scrollHeight - scrollTop - clientHeight < 4) this.follows = true;
    this.#lastTop = scrollTop;
    this.soon();
    this.onScroll();
  }

  get nearStart(): boolean {
    return this.#screen.scrollTop < 3 * this.#screen.clientHeight;
  }
  get nearEnd(): boolean {
    const { scrollTop, scrollHeight, clientHeight } = this.#screen;
    return scrollHeight - scrollTop - clientHeight < 3 * clientHeight;
  }

  /** The lines in sight. */
  seen(): PlacedLine[] {
    const top = Math.ceil(this.#screen.scrollTop / this.#rowHeight);
    return this.lines.between(top, top + this.#screen.clientHeight / this.#rowHeight);
  }

  /** At the next frame: what comes meanwhile is drawn with it. */
  soon(): void {
    this.#pending ||= requestAnimationFrame(() => {
      this.#pending = 0;
      this.draw();
    });
  }

  /** Rows were put above what is seen, or taken away there. */
  shift(rows: number): void {
    this.#lastTop = Math.max(0, this.#lastTop + rows * this.#rowHeight);
    this.draw(this.#lastTop);
  }

  toRow(row: number): void {
    this.follows = false;
    this.draw(Math.max(0, row * this.#rowHeight - this.#screen.clientHeight / 3));
  }

  draw(to?: number): void {
    const { clientHeight } = this.#screen;
    const height = this.#rowHeight;
    const seen = Math.ceil(clientHeight / height);
    const top = this.follows
      ? Math.max(0, this.lines.rows - seen)
      : Math.floor((to ?? this.#screen.scrollTop) / height);
    const placed = this.lines.between(top - BEYOND, top + seen + BEYOND);
    const first = placed[0]?.top ?? 0;
    this.#above.style.blockSize = `${first * height}px`;
    this.#part = this.#isTalk && placed[0] ? partOf(this.lines.headingAbove(placed[0])) : '';
    this.#rows.replaceChildren(...placed.map((each) => this.#row(each)));
    const moved = this.#wrapped(placed, top);
    const last = placed.at(-1);
    const drawn = this.wraps ? Math.round(this.#rows.offsetHeight / height) : placed.length;
    this.#below.style.blockSize = `${Math.max(0, this.lines.rows - (last ? first + drawn : 0)) * height}px`;
    if (this.follows) this.#screen.scrollTop = this.#screen.scrollHeight;
    else if (to !== undefined || moved !== 0)
      this.#screen.scrollTop = (to ?? this.#screen.scrollTop) + moved * height;
    this.#lastTop = this.#screen.scrollTop;
  }

  /** How many rows a line really takes is known when it is drawn. Returns by how much those above the view were wrong. */
  #wrapped(placed: readonly PlacedLine[], top: number): number {
    if (!this.wraps) return 0;
    let moved = 0;
    const drawn = [...this.#rows.children] as HTMLElement[];
    const real = drawn.map((row) => Math.max(1, Math.round(row.offsetHeight / this.#rowHeight)));
    for (const [nth, each] of placed.entries()) {
      const difference = this.lines.measured(each, real[nth] ?? 1);
      if (each.top < top) moved += difference;
    }
    return moved;
  }

  #row(placed: PlacedLine): HTMLElement {
    const row = document.createElement('div');
    row.className = 'row';
    row.dir = 'auto';
    const { block, line } = placed;
    const styled = styledLine(textOf(block, line), styleOf(block, line));
    if (this.#isTalk) row.className += ` ${this.#talkOf(styled.map(({ text }) => text).join(''))}`;
    if (this.found === offsetOf(placed)) row.className += ' found';
    const pieces = piecesOf(styled, this.find);
    row.append(...pieces.slice(0, MOST_PIECES).map(pieceNode));
    if (pieces.length > MOST_PIECES)
      row.append(
        pieces
          .slice(MOST_PIECES)
          .map(({ text }) => text)
          .join(''),
      );
    // An empty row is as high as the others.
    if (!row.hasChildNodes()) row.append('\u200b');
    return row;
  }

  #talkOf(text: string): string {
    if (!isIndented(text)) this.#part = partOf(text);
    return talkClasses(text, this.#part);
  }
}

const styleOf = ({ styles }: Block, line: number): number => styles[line] ?? 0;

function pieceNode({ text, style, link, isFound }: Piece): Node {
  const classes = classesOf(style);
  if (classes === '' && link === null && !isFound) return document.createTextNode(text);
  const element = document.createElement(link === null ? (isFound ? 'mark' : 'span') : 'a');
  element.className = isFound && link !== null ? `${classes} is-found` : classes;
  if (element instanceof HTMLAnchorElement && link !== null) {
    element.href = link;
    element.target = '_blank';
    element.rel = 'noopener noreferrer';
  }
  element.append(text);
  return element;
}
