/**
 * Places a directed graph without cycles in layers (Sugiyama 1981): longest paths make the layers, long edges get a bend in
 * each layer that they pass, barycentres order a layer, and each bend or node is put as near to its neighbours as its
 * order allows. In time proportional to nodes, edges and bends, but for sorting.
 */

export interface Graph {
  readonly size: number;
  /** From a node to one that waits for it. */
  readonly edges: readonly (readonly [from: number, to: number])[];
}

/** How large each node is: `lengths` along the layers, `breadths` across. */
export interface Measure {
  readonly lengths: readonly number[];
  readonly breadths: readonly number[];
  readonly betweenLayers: number;
  readonly betweenNodes: number;
}

export interface Point {
  /** Along the layers. */
  readonly along: number;
  readonly across: number;
}

export interface Layout {
  /** The middle of each node. */
  readonly nodes: readonly Point[];
  /** Of each edge, the bends on its way. */
  readonly bends: readonly (readonly Point[])[];
  readonly along: number;
  readonly across: number;
}

const SWEEPS = 8;
const BETWEEN_BENDS = 6;
/** With more of them, edges go straight. */
const MOST_BENDS = 5000;

/** A node or a bend. */
interface Spot {
  readonly layer: number;
  readonly before: number[];
  readonly after: number[];
  /** Its place in the layer. */
  nth: number;
  across: number;
}

/** The layers of a graph, each in an order with few crossings. The same for every measure. */
export interface Layers {
  readonly graph: Graph;
  readonly spots: readonly Spot[];
  readonly layers: readonly (readonly number[])[];
  /** Of each edge, its bends among the spots. */
  readonly ways: readonly (readonly number[])[];
  /** The most nodes in one layer. */
  readonly widest: number;
}

export function layersOf(graph: Graph): Layers {
  const depth = depths(graph);
  const spots: Spot[] = depth.map(spotIn);
  const passed = graph.edges.reduce((sum, [from, to]) => sum + (depth[to] ?? 0) - (depth[from] ?? 0) - 1, 0);
  const ways = graph.edges.map((edge) => bendsOf(spots, edge, passed <= MOST_BENDS));
  const layers: number[][] = [];
  for (const [at, { layer }] of spots.entries()) {
    layers[layer] ??= [];
    layers[layer]?.push(at);
  }
  const filled = layers.map((layer) => layer ?? []);
  order(spots, filled);
  const nodes = (layer: readonly number[]) => layer.filter((at) => at < graph.size).length;
  return { graph, spots, layers: filled, ways, widest: Math.max(0, ...filled.map(nodes)) };
}

const spotIn = (layer: number): Spot => ({
  layer,
  before: [],
  after: [],
  nth: 0,
  across: 0,
});

/** The longest way to each node; one that waits for nothing stands right before the first that waits for it. */
function depths({ size, edges }: Graph): number[] {
  const next: number[][] = Array.from({ length: size }, () => []);
  const left = new Array<number>(size).fill(0);
  for (const [from, to] of edges) {
    next[from]?.push(to);
    left[to] = (left[to] ?? 0) + 1;
  }
  const roots = left.flatMap((count, at) => (count === 0 ? [at] : []));
  const depth = new Array<number>(size).fill(0);
  const ready = [...roots];
  for (let at = ready.pop(); at !== undefined; at = ready.pop())
    for (const to of next[at] ?? []) {
      depth[to] = Math.max(depth[to] ?? 0, (depth[at] ?? 0) + 1);
      left[to] = (left[to] ?? 0) - 1;
      if (left[to] === 0) ready.push(to);
    }
  for (const root of roots) {
    const nearest = (next[root] ?? []).reduce((least, to) => Math.min(least, depth[to] ?? 0), Infinity);
    if (Number.isFinite(nearest)) depth[root] = nearest - 1;
  }
  return depth;
}

/** Connects two nodes by a bend in each layer between them. */
function bendsOf(spots: Spot[], [from, to]: readonly [number, number], bent: boolean): number[] {
  const bends: number[] = [];
  let last = from;
  const until = bent ? (spots[to]?.layer ?? 0) : 0;
  for (let layer = (spots[from]?.layer ?? 0) + 1; layer < until; layer++) {
    const bend = spots.push(spotIn(layer)) - 1;
    join(spots, last, bend);
    bends.push(bend);
    last = bend;
  }
  join(spots, last, to);
  return bends;
}

function join(spots: readonly Spot[], from: number, to: number): void {
  spots[from]?.after.push(to);
  spots[to]?.before.push(from);
}

function order(spots: readonly Spot[], layers: number[][]): void {
  for (const layer of layers) number(spots, layer);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const isDown = sweep % 2 === 0;
    const side = isDown ? 'before' : 'after';
    for (const layer of isDown ? layers : [...layers].reverse()) {
      const ranks = new Map(layer.map((at) => [at, barycentre(spots, at, side)]));
      layer.sort((a, b) => (ranks.get(a) ?? 0) - (ranks.get(b) ?? 0));
      number(spots, layer);
    }
  }
}

function number(spots: readonly Spot[], layer: readonly number[]): void {
  for (const [nth, at] of layer.entries()) {
    const spot = spots[at];
    if (spot) spot.nth = nth;
  }
}

function barycentre(spots: readonly Spot[], at: number, side: 'before' | 'after'): number {
  const spot = spots[at];
  const near = spot?.[side] ?? [];
  if (near.length === 0) return spot?.nth ?? 0;
  return near.reduce((sum, each) => sum + (spots[each]?.nth ?? 0), 0) / near.length;
}

export function place({ graph, spots, layers, ways }: Layers, measure: Measure): Layout {
  const { lengths, breadths, betweenLayers, betweenNodes } = measure;
  const breadth = (at: number) => {
    const own = breadths[at];
    return own === undefined ? BETWEEN_BENDS : own + betweenNodes;
  };
  for (const layer of layers) settle(spots, layer, breadth, () => 0);
  for (let sweep = 0; sweep < SWEEPS; sweep++)
    for (const layer of sweep % 2 === 0 ? layers : [...layers].reverse())
      settle(spots, layer, breadth, (spot) => wanted(spots, spot));
  const edge = (side: 1 | -1) => spots.map(({ across }, at) => across + (side * (breadths[at] ?? 0)) / 2);
  const least = edge(-1).reduce((min, each) => Math.min(min, each), Infinity);
  const most = edge(1).reduce((max, each) => Math.max(max, each), least);
  const starts: number[] = [];
  let along = 0;
  for (const layer of layers) {
    starts.push(along);
    along += betweenLayers + layer.reduce((max, at) => Math.max(max, lengths[at] ?? 0), 0);
  }
  const point = (at: number): Point => {
    const { layer = 0, across = 0 } = spots[at] ?? {};
    const start = starts[layer] ?? 0;
    const length = lengths[at] ?? (starts[layer + 1] ?? along) - start - betweenLayers;
    return { along: start + length / 2, across: across - least };
  };
  return {
    nodes: Array.from({ length: graph.size }, (_, at) => point(at)),
    bends: ways.map((way) => way.map(point)),
    along: Math.max(0, along - betweenLayers),
    across: spots.length === 0 ? 0 : most - least,
  };
}

/** In the middle of its neighbours. */
function wanted(spots: readonly Spot[], { before, after, across }: Spot): number {
  const near = before.length + after.length;
  if (near === 0) return across;
  const sum = (those: readonly number[]) => those.reduce((all, at) => all + (spots[at]?.across ?? 0), 0);
  return (sum(before) + sum(after)) / near;
}

/** Neighbours that would overlap move as one, to where they are on average wanted. */
interface Block {
  readonly spots: Spot[];
  sum: number;
  readonly offsets: number[];
}

/**
 * Puts the spots of a layer as near to where they are wanted as their order and breadth allow: the least sum of squares, by
 * pooling neighbours that would overlap.
 */
function settle(
  spots: readonly Spot[],
  layer: readonly number[],
  breadth: (at: number) => number,
  want: (spot: Spot) => number,
): void {
  const blocks: Block[] = [];
  let offset = 0;
  for (const [nth, at] of layer.entries()) {
    const spot = spots[at];
    if (!spot) continue;
    const before = layer[nth - 1];
    offset += before === undefined ? 0 : (breadth(before) + breadth(at)) / 2;
    blocks.push({ spots: [spot], sum: want(spot) - offset, offsets: [offset] });
    pool(blocks);
  }
  for (const { spots: those, sum, offsets } of blocks)
    for (const [nth, spot] of those.entries()) spot.across = sum / those.length + (offsets[nth] ?? 0);
}

function pool(blocks: Block[]): void {
  for (;;) {
    const [a, b] = blocks.slice(-2);
    if (!a || !b || a.sum / a.spots.length <= b.sum / b.spots.length) return;
    blocks.pop();
    a.sum += b.sum;
    a.spots.push(...b.spots);
    a.offsets.push(...b.offsets);
  }
}
