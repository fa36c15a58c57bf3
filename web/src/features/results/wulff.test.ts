import { describe, expect, it } from 'vitest';
import { seenOf } from './wulff';

/** A cube of edge 2: two triangles a side. */
const VERTICES = [-1, 1].flatMap((x) => [-1, 1].flatMap((y) => [-1, 1].map((z) => [x, y, z])));
const SIDES = [
  [0, 1, 3, 2],
  [4, 5, 7, 6],
  [0, 1, 5, 4],
  [2, 3, 7, 6],
  [0, 2, 6, 4],
  [1, 3, 7, 5],
];
const TRIANGLES = SIDES.flatMap(([a = 0, b = 0, c = 0, d = 0]) => [
  [a, b, c],
  [a, c, d],
]);
const EDGES = VERTICES.flatMap((_, a) => [1, 2, 4].map((step) => [a, a ^ step])).filter(
  ([a = 0, b = 0]) => a < b,
);

describe('a convex body', () => {
  const seen = seenOf(
    VERTICES,
    TRIANGLES,
    TRIANGLES.map(() => 0),
    EDGES,
  );

  it('shows the three sides of a cube that face the eye', () => {
    expect(seen.faces).toHaveLength(6);
    const lights = new Set(seen.faces.map(({ light }) => light.toFixed(2)));
    expect([...lights].toSorted()).toEqual(['0.41', '0.82']);
  });

  it('shows nine of its twelve edges, and no diagonal', () => {
    expect(seen.edges).toHaveLength(9);
  });
});
