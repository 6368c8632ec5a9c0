/** Draws who waits for whom as SVG. Templates of the server only: nothing in it is hydrated, and marks would double it. */
import { html } from '@lit-labs/ssr';
import { nothing, type TemplateResult } from 'lit';
import type { Cell } from '../../shared/board.ts';
import { STATUS_NAMES, statusShape } from '../../shared/views/status-mark.ts';
import { type Dependencies, waitersOf } from '../board/dependencies.ts';
import { type Layout, layersOf, type Point, place } from './graph-layout.ts';

/** In pixels, at 100 %. */
const LONG = 176;
const HIGH = 26;
const GAP = { beside: 12, between: 44, below: 30 };
const MARGIN = 12;
/** As much of a name as there is room for. */
const SHOWN_NAME = 21;

/** Where everything is, and which way the picture goes: the one that scrolls less sideways. */
interface Picture {
  readonly layout: Layout;
  readonly isDown: boolean;
}

const known = new Map<string, Picture>();
const MOST_KNOWN = 16;

/** Remembered by what is drawn: a unit that runs or ends moves nothing. */
function pictureOf({ units, edges }: Dependencies): Picture {
  const key = `${units.map(({ id }) => id).join()} ${edges.map((edge) => edge.join('>')).join()}`;
  const before = known.get(key);
  if (before) return before;
  const layers = layersOf({ size: units.length, edges });
  const isDown = layers.widest * (LONG + GAP.beside) < layers.layers.length * (LONG + GAP.between);
  const [length, breadth] = isDown ? [HIGH, LONG] : [LONG, HIGH];
  const measure = {
    length,
    breadth,
    betweenLayers: isDown ? GAP.below : GAP.between,
    betweenNodes: GAP.beside,
  };
  const picture = { layout: place(layers, measure), isDown };
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(key, picture);
  return picture;
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
  const { layout, isDown } = pictureOf(dependencies);
  const turn = ({ along, across }: Point): [x: number, y: number] =>
    isDown ? [across + MARGIN, along + MARGIN] : [along + MARGIN, across + MARGIN];
  const [across, along] = [layout.across + 2 * MARGIN, layout.along + 2 * MARGIN].map(Math.ceil) as [
    number,
    number,
  ];
  const [width, height] = isDown ? [across, along] : [along, across];
  const waiters = waitersOf(dependencies);
  const nodes = dependencies.units.map((unit, at) => {
    const point = layout.nodes[at];
    return point ? node(unit, at, turn(point), waiters[at] ?? 0, focus) : nothing;
  });
  const edges = dependencies.edges.map((edge, nth) => {
    const points = [layout.nodes[edge[0]], ...(layout.bends[nth] ?? []), layout.nodes[edge[1]]];
    return line(
      edge,
      points.flatMap((point) => (point ? [turn(point)] : [])),
      isDown,
      focus,
    );
  });
  const scale = (zoom ?? 100) / 100;
  return html`<svg id="graph-drawing" viewBox="0 0 ${width} ${height}" width="${Math.ceil(width * scale)}" height="${zoom === null ? nothing : Math.ceil(height * scale)}" class="${zoom === null ? 'fit' : ''}" role="group" aria-label="Units and what waits for them"><g aria-hidden="true" class="edges">${edges}</g><g role="list" aria-label="Units">${nodes}</g></svg>`;
}

const brought = (isIn: boolean, focus: Focus | null): string =>
  focus === null ? '' : isIn ? ' lit' : ' dim';

function node(
  unit: Cell,
  at: number,
  [x, y]: [number, number],
  waiters: number,
  focus: Focus | null,
): TemplateResult {
  const { chunk, status, why } = unit;
  const state = focus?.at === at ? ' here' : brought(focus?.frees.has(at) ?? false, focus);
  const [left, top] = [x - LONG / 2, y - HIGH / 2];
  const held = waiters === 0 ? '' : `, ${waiters === 1 ? '1 unit waits' : `${waiters} units wait`} for it`;
  const label = `${chunk}: ${STATUS_NAMES[status].toLowerCase()}${why === '' ? '' : `, ${why}`}${held}`;
  const name = chunk.length > SHOWN_NAME ? `${chunk.slice(0, SHOWN_NAME - 1)}…` : chunk;
  return html`<g role="listitem"><a class="node node-${status.toLowerCase()}${state}" href="/work-units/${chunk}" aria-label="${label}" data-at="${at}"><title>${label}</title><rect x="${left}" y="${top}" width="${LONG}" height="${HIGH}" rx="4"></rect><text class="shape" x="${left + 9}" y="${y + 4}">${statusShape(status)}</text><text x="${left + 26}" y="${y + 4.5}">${name}</text></a></g>`;
}

/** A curve that leaves and arrives along the layers. */
function line(
  [from, to]: readonly [number, number],
  points: readonly [number, number][],
  isDown: boolean,
  focus: Focus | null,
): TemplateResult {
  const half = isDown ? HIGH / 2 : LONG / 2;
  const along = (point: [number, number], by: number): [number, number] =>
    isDown ? [point[0], point[1] + by] : [point[0] + by, point[1]];
  const way = points.map((point, nth) =>
    nth === 0 ? along(point, half) : nth === points.length - 1 ? along(point, -half) : point,
  );
  const [start = [0, 0], ...rest] = way;
  let before = start;
  const curves = rest.map((point) => {
    const reach = ((isDown ? point[1] - before[1] : point[0] - before[0]) || 1) / 2;
    const [a, b] = [along(before, reach), along(point, -reach)];
    before = point;
    return `C${[...a, ...b, ...point].map(Math.round).join(' ')}`;
  });
  const isIn = focus !== null && (focus.at === from || focus.frees.has(from)) && focus.frees.has(to);
  return html`<path class="edge${brought(isIn, focus)}" data-from="${from}" data-to="${to}" d="M${start.map(Math.round).join(' ')}${curves.join('')}"></path>`;
}
