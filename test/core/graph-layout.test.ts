/** The dependency picture: every edge leads on, nothing overlaps, and what is related is found. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { layersOf, place } from '../../server/web/graph-layout.ts';

const MEASURE = { length: 100, breadth: 20, betweenLayers: 30, betweenNodes: 10 };

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
      const { nodes, along, across } = place(layersOf(graph), MEASURE);
      assert.equal(nodes.length, graph.size);
      for (const [from, to] of graph.edges)
        assert.ok((nodes[from]?.along ?? 0) + MEASURE.length < (nodes[to]?.along ?? 0));
      for (const layer of new Set(nodes.map((node) => node.along))) {
        const beside = nodes.filter((node) => node.along === layer);
        const places = beside.map((node) => node.across).sort((a, b) => a - b);
        for (const [nth, at] of places.slice(1).entries())
          assert.ok(at - (places[nth] ?? 0) >= MEASURE.breadth + MEASURE.betweenNodes - 0.001);
      }
      for (const node of nodes) {
        assert.ok(node.along >= MEASURE.length / 2 && node.along <= along - MEASURE.length / 2 + 0.001);
        assert.ok(
          node.across >= MEASURE.breadth / 2 - 0.001 && node.across <= across - MEASURE.breadth / 2 + 0.001,
        );
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
  const { bends } = place(layersOf(graph), MEASURE);
  assert.deepEqual(
    bends.map((way) => way.length),
    [0, 0, 0, 2],
  );
});

test('a circle, which a name that was removed and added again can leave behind, is drawn all the same', () => {
  const { nodes } = place(
    layersOf({
      size: 3,
      edges: [
        [0, 1],
        [1, 2],
        [2, 1],
      ],
    }),
    MEASURE,
  );
  assert.equal(nodes.length, 3);
});

test('a chain stands in one line, and a fan around its middle', () => {
  const chain = { size: 50, edges: Array.from({ length: 49 }, (_, at) => [at, at + 1] as const) };
  assert.equal(new Set(place(layersOf(chain), MEASURE).nodes.map(({ across }) => across)).size, 1);
  const fan = { size: 201, edges: Array.from({ length: 200 }, (_, at) => [0, at + 1] as const) };
  const { nodes, across } = place(layersOf(fan), MEASURE);
  assert.ok(Math.abs((nodes[0]?.across ?? 0) - across / 2) < 1);
});

test('a thousand units are placed in less than a second', () => {
  const edges = Array.from({ length: 999 }, (_, at) => [Math.max(0, at - ((at * 7) % 13)), at + 1] as const);
  const before = performance.now();
  place(layersOf({ size: 1000, edges }), MEASURE);
  assert.ok(performance.now() - before < 1000);
});
