/** The dependency picture: every edge leads on, nothing overlaps, and what is related is found. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { blocksOf } from '../../server/web/graph-blocks.ts';
import { type Graph, layersOf, place } from '../../server/web/graph-layout.ts';
import type { Cell } from '../../shared/board.ts';

const LENGTH = 100;
const BREADTH = 20;
const BESIDE = 10;
const measureOf = (size: number) => ({
  lengths: Array<number>(size).fill(LENGTH),
  breadths: Array<number>(size).fill(BREADTH),
  betweenLayers: 30,
  betweenNodes: BESIDE,
});
const placed = (graph: Graph) => place(layersOf(graph), measureOf(graph.size));

/** A graph whose edges lead from lower to higher numbers. */
const graphs = fc.integer({ min: 0, max: 60 }).chain((size) =>
  fc
    .array(fc.tuple(fc.nat({ max: Math.max(0, size - 1) }), fc.nat({ max: Math.max(0, size - 1) })), {
      maxLength: 150,
    })
    .map((pairs) => ({
      size,
      edges: pairs.filter(([a, b]) => a !== b).map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const),
    })),
);

test('each unit stands before all that wait for it, and no two overlap', () => {
  fc.assert(
    fc.property(graphs, (graph) => {
      const { nodes, along, across } = placed(graph);
      assert.equal(nodes.length, graph.size);
      for (const [from, to] of graph.edges)
        assert.ok((nodes[from]?.along ?? 0) + LENGTH < (nodes[to]?.along ?? 0));
      for (const layer of new Set(nodes.map((node) => node.along))) {
        const beside = nodes.filter((node) => node.along === layer);
        const places = beside.map((node) => node.across).sort((a, b) => a - b);
        for (const [nth, at] of places.slice(1).entries())
          assert.ok(at - (places[nth] ?? 0) >= BREADTH + BESIDE - 0.001);
      }
      for (const node of nodes) {
        assert.ok(node.along >= LENGTH / 2 && node.along <= along - LENGTH / 2 + 0.001);
        assert.ok(node.across >= BREADTH / 2 - 0.001 && node.across <= across - BREADTH / 2 + 0.001);
      }
    }),
  );
});

test('a long edge bends in every layer that it passes', () => {
  const graph = {
    size: 4,
    edges: [
      [0, 1],
      [1, 2],
      [2, 3],
      [0, 3],
    ] as const,
  };
  const { bends } = placed(graph);
  assert.deepEqual(
    bends.map((way) => way.length),
    [0, 0, 0, 2],
  );
});

test('a circle, which a name that was removed and added again can leave behind, is drawn all the same', () => {
  const { nodes } = placed({
    size: 3,
    edges: [
      [0, 1],
      [1, 2],
      [2, 1],
    ],
  });
  assert.equal(nodes.length, 3);
});

test('a chain stands in one line, and a fan around its middle', () => {
  const chain = { size: 50, edges: Array.from({ length: 49 }, (_, at) => [at, at + 1] as const) };
  assert.equal(new Set(placed(chain).nodes.map(({ across }) => across)).size, 1);
  const fan = { size: 201, edges: Array.from({ length: 200 }, (_, at) => [0, at + 1] as const) };
  const { nodes, across } = placed(fan);
  assert.ok(Math.abs((nodes[0]?.across ?? 0) - across / 2) < 1);
});

test('a thousand units are placed in less than a second', () => {
  const edges = Array.from({ length: 999 }, (_, at) => [Math.max(0, at - ((at * 7) % 13)), at + 1] as const);
  const before = performance.now();
  placed({ size: 1000, edges });
  assert.ok(performance.now() - before < 1000);
});

test('two hundred that wait for the same are one block with one line; those that differ stand by themselves', () => {
  const units = Array.from({ length: 202 }, (_, id) => ({ id, chunk: `u${id}` }) as Cell);
  const fan = Array.from({ length: 200 }, (_, at) => [0, at + 1] as const);
  const { blocks, edges } = blocksOf({ units, edges: [...fan, [200, 201]] });
  assert.deepEqual(
    blocks.map(({ length }) => length),
    [1, 199, 1, 1],
  );
  assert.equal(edges.length, 3);
  const few = blocksOf({ units: units.slice(0, 5), edges: fan.slice(0, 4) });
  assert.equal(few.blocks.length, 5);
});
