/** Draws who waits for whom as SVG. Templates of the server only: nothing in it is hydrated, and marks would double it. */
import { html } from '@lit-labs/ssr';
import { nothing, type TemplateResult } from 'lit';
import { under } from '../../shared/base-path.ts';
import type { Cell } from '../../shared/board.ts';
import { STATUS_NAMES, statusShape } from '../../shared/views/status-mark.ts';
import { type Dependencies, waitersOf } from '../board/dependencies.ts';
import { type Blocks, blocksOf } from './graph-blocks.ts';
import { type Layout, layersOf, type Point, place } from './graph-layout.ts';

/** In pixels, at 100 %. */
const LONG = 176;
const HIGH = 26;
const GAP = { beside: 12, between: 44, below: 30, within: 6 };
/** Of a block of equal units. */
const MOST_COLUMNS = 5;
const ROWS = 20;
const MARGIN = 12;
/** As much of a name as there is room for. */
const SHOWN_NAME = 21;

/** Where everything is, and which way the picture goes: the one that scrolls less sideways. */
interface Picture {
  readonly blocks: Blocks;
  /** Of each block. */
  readonly sizes: readonly Size[];
  readonly layout: Layout;
  readonly isDown: boolean;
}

interface Size {
  readonly columns: number;
  readonly width: number;
  readonly height: number;
}

const known = new Map<string, Picture>();
const MOST_KNOWN = 16;

/** Remembered by what is drawn: a unit that runs or ends moves nothing. */
function pictureOf(dependencies: Dependencies): Picture {
  const { units, edges } = dependencies;
  const key = `${units.map(({ id }) => id).join()} ${edges.map((edge) => edge.join('>')).join()}`;
  const picture = known.get(key) ?? lay(blocksOf(dependencies));
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(key, picture);
  return picture;
}

function lay(blocks: Blocks): Picture {
  const layers = layersOf({ size: blocks.blocks.length, edges: blocks.edges });
  const isDown = layers.widest * (LONG + GAP.beside) < layers.layers.length * (LONG + GAP.between);
  const sizes = blocks.blocks.map(({ length }) => sizeOf(length, isDown));
  const [widths, heights] = [sizes.map(({ width }) => width), sizes.map(({ height }) => height)];
  const [lengths, breadths] = isDown ? [heights, widths] : [widths, heights];
  const betweenLayers = isDown ? GAP.below : GAP.between;
  return {
    blocks,
    sizes,
    layout: place(layers, { lengths, breadths, betweenLayers, betweenNodes: GAP.beside }),
    isDown,
  };
}

function sizeOf(count: number, isDown: boolean): Size {
  if (count === 1) return { columns: 1, width: LONG, height: HIGH };
  const columns = Math.min(MOST_COLUMNS, isDown ? count : Math.ceil(count / ROWS));
  const rows = Math.ceil(count / columns);
  const room = (each: number, times: number) => each * times + GAP.within * (times + 1);
  return { columns, width: room(LONG, columns), height: room(HIGH, rows) };
}

/** What is brought out: a unit, and those that it sets free. */
export interface Focus {
  readonly at: number;
  readonly frees: ReadonlySet<number>;
}

/** `zoom` in percent; null: as wide as there is room. */
export function drawing(
  dependencies: Dependencies,
  focus: Focus | null,
  zoom: number | null,
): TemplateResult {
  const { blocks, sizes, layout, isDown } = pictureOf(dependencies);
  const turn = ({ along, across }: Point): Place =>
    isDown ? [across + MARGIN, along + MARGIN] : [along + MARGIN, across + MARGIN];
  const across = Math.ceil(layout.across + 2 * MARGIN);
  const along = Math.ceil(layout.along + 2 * MARGIN);
  const [width, height] = isDown ? [across, along] : [along, across];
  const waiters = waitersOf(dependencies);
  const first = focus?.at ?? blocks.blocks[firstOf(layout)]?.[0];
  const nodes = blocks.blocks.map((those, block) => {
    const [point, size] = [layout.nodes[block], sizes[block]];
    return point && size
      ? those.map((at, nth) => {
          const unit = dependencies.units[at];
          return unit
            ? node(unit, {
                at,
                place: within(turn(point), size, those.length, nth),
                waiters: waiters[at] ?? 0,
                focus,
                isFirst: at === first,
              })
            : nothing;
        })
      : nothing;
  });
  const frames = blocks.blocks.map((those, block) => {
    const [point, size] = [layout.nodes[block], sizes[block]];
    return point && size && those.length > 1 ? frame(turn(point), size) : nothing;
  });
  const lines = blocks.edges.map((edge, nth) => {
    const ends = edge.map((block) => layout.nodes[block]) as [Point, Point];
    const halves = edge.map((block) => (isDown ? sizes[block]?.height : sizes[block]?.width) ?? 0);
    const points = [ends[0], ...(layout.bends[nth] ?? []), ends[1]].map(turn);
    const [from = [], to = []] = edge.map((block) => blocks.blocks[block]);
    return line({ from, to, points, halves, isDown }, focus);
  });
  const scale = (zoom ?? 100) / 100;
  return html`<svg id="graph-drawing" viewBox="0 0 ${width} ${height}" width="${Math.ceil(width * scale)}" height="${zoom === null ? nothing : Math.ceil(height * scale)}" class="${zoom === null ? 'fit' : ''}" role="group" aria-label="Units and what waits for them"><g aria-hidden="true" class="edges">${frames}${lines}</g><g role="list" aria-label="Units">${nodes}</g></svg>`;
}

/** Of the first layer, the one nearest to the corner in which the picture begins. */
function firstOf({ nodes }: Layout): number {
  const rank = (at: number) => (nodes[at]?.along ?? 0) * 1e6 + (nodes[at]?.across ?? 0);
  return nodes.reduce((least, _, at) => (rank(at) < rank(least) ? at : least), 0);
}

type Place = [x: number, y: number];

/** The middle of one unit of a block whose middle is given. */
function within([x, y]: Place, { columns, width, height }: Size, count: number, nth: number): Place {
  if (count === 1) return [x, y];
  const rows = Math.ceil(count / columns);
  const [column, row] = [Math.floor(nth / rows), nth % rows];
  const step = (at: number, each: number) => GAP.within + at * (each + GAP.within) + each / 2;
  return [x - width / 2 + step(column, LONG), y - height / 2 + step(row, HIGH)];
}

const frame = ([x, y]: Place, { width, height }: Size): TemplateResult =>
  html`<rect class="block" x="${x - width / 2}" y="${y - height / 2}" width="${width}" height="${height}" rx="6"></rect>`;

const brought = (isIn: boolean, focus: Focus | null): string =>
  focus === null ? '' : isIn ? ' lit' : ' dim';

/** The node in which a picture begins that is larger than its frame. */
export const FIRST_NODE = 'graph-first';

interface Node {
  readonly at: number;
  readonly place: Place;
  readonly waiters: number;
  readonly focus: Focus | null;
  readonly isFirst: boolean;
}

function node(unit: Cell, { at, place: [x, y], waiters, focus, isFirst }: Node): TemplateResult {
  const { chunk, status, why } = unit;
  const state = focus?.at === at ? ' here' : brought(focus?.frees.has(at) ?? false, focus);
  const [left, top] = [x - LONG / 2, y - HIGH / 2];
  const held = waiters === 0 ? '' : `, ${waiters === 1 ? '1 unit waits' : `${waiters} units wait`} for it`;
  const label = `${chunk}: ${STATUS_NAMES[status].toLowerCase()}${why === '' ? '' : `, ${why}`}${held}`;
  const name = chunk.length > SHOWN_NAME ? `${chunk.slice(0, SHOWN_NAME - 1)}…` : chunk;
  return html`<g role="listitem"><a class="node node-${status.toLowerCase()}${state}" href="${under(`/work-units/${chunk}`)}" aria-label="${label}" data-at="${at}" id="${isFirst ? FIRST_NODE : nothing}"><title>${label}</title><rect x="${left}" y="${top}" width="${LONG}" height="${HIGH}" rx="4"></rect><text class="shape" x="${left + 9}" y="${y + 4}">${statusShape(status)}</text><text x="${left + 26}" y="${y + 4.5}">${name}</text></a></g>`;
}

interface Line {
  /** The units at its ends: of a block all of them. */
  readonly from: readonly number[];
  readonly to: readonly number[];
  readonly points: readonly Place[];
  /** How long what stands at each end is, along the layers. */
  readonly halves: readonly number[];
  readonly isDown: boolean;
}

/** A curve that leaves and arrives along the layers. */
function line({ from, to, points, halves, isDown }: Line, focus: Focus | null): TemplateResult {
  const along = ([x, y]: Place, by: number): Place => (isDown ? [x, y + by] : [x + by, y]);
  const last = points.length - 1;
  const way = points.map((point, nth) =>
    along(point, nth === 0 ? (halves[0] ?? 0) / 2 : nth === last ? -(halves[1] ?? 0) / 2 : 0),
  );
  const [start = [0, 0], ...rest] = way;
  let before: Place = start;
  const curves = rest.map((point) => {
    const reach = ((isDown ? point[1] - before[1] : point[0] - before[0]) || 1) / 2;
    const [a, b] = [along(before, reach), along(point, -reach)];
    before = point;
    return `C${[...a, ...b, ...point].map(Math.round).join(' ')}`;
  });
  const isFreed = (at: number) => focus?.frees.has(at) ?? false;
  const isIn = from.some((at) => at === focus?.at || isFreed(at)) && to.some(isFreed);
  return html`<path class="edge${brought(isIn, focus)}" data-from="${from.join()}" data-to="${to.join()}" d="M${start.map(Math.round).join(' ')}${curves.join('')}"></path>`;
}
