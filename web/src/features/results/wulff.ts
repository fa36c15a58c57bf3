/** A convex body around the origin, and what of it is seen. */

type Face = { corners: number[]; family: number; light: number };
export type Seen = { corners: [number, number][]; faces: Face[]; edges: number[][] };

/** To the right in the picture, up, and towards the eye. */
const RIGHT = [-0.447, 0.894, 0];
const UP = [-0.365, -0.183, 0.913];
const EYE = [0.816, 0.408, 0.408];

/** The corners in the picture, the triangles that face the eye, and the edges of these. */
export function seenOf(
  vertices: number[][],
  triangles: number[][],
  family: number[],
  edges: number[][],
): Seen {
  const faces = triangles.flatMap((corners, at): Face[] => {
    const light = dot(normalOf(corners.map((corner) => vertices[corner] ?? [])), EYE);
    return light > 1e-9 ? [{ corners, family: family[at] ?? 0, light }] : [];
  });
  const drawn = new Set(
    faces.flatMap(({ corners: [a = 0, b = 0, c = 0] }) => [keyOf(a, b), keyOf(b, c), keyOf(a, c)]),
  );
  return {
    corners: vertices.map((vertex) => [dot(vertex, RIGHT), dot(vertex, UP)]),
    faces,
    edges: edges.filter(([a = 0, b = 0]) => drawn.has(keyOf(a, b))),
  };
}

/** The unit normal of a triangle that points away from the origin. */
function normalOf([a = [], b = [], c = []]: number[][]): number[] {
  const [first, second] = [minus(b, a), minus(c, a)];
  const normal = [1, 2, 3].map(
    (_, axis) =>
      (first[(axis + 1) % 3] ?? 0) * (second[(axis + 2) % 3] ?? 0) -
      (first[(axis + 2) % 3] ?? 0) * (second[(axis + 1) % 3] ?? 0),
  );
  const length = Math.hypot(...normal) * (dot(normal, a) < 0 ? -1 : 1);
  return normal.map((one) => one / length);
}

function dot(one: number[], other: number[]): number {
  return one.reduce((sum, value, axis) => sum + value * (other[axis] ?? 0), 0);
}

function minus(one: number[], other: number[]): number[] {
  return one.map((value, axis) => value - (other[axis] ?? 0));
}

function keyOf(one: number, other: number): string {
  return one < other ? `${one} ${other}` : `${other} ${one}`;
}
