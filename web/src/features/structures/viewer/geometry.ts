/** Cells, distances and angles; lengths in Å, angles in degrees. */
import type { Cell, Vector } from '../structure';

export const add = (a: Vector, b: Vector): Vector => [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
export const minus = (a: Vector, b: Vector): Vector => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
export const scaled = (a: Vector, by: number): Vector => [a[0] * by, a[1] * by, a[2] * by];
export const dot = (a: Vector, b: Vector): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
export const norm = (a: Vector): number => Math.hypot(a[0], a[1], a[2]);
export const cross = (a: Vector, b: Vector): Vector => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];

/** The angle between two vectors [°]. */
export function angleBetween(a: Vector, b: Vector): number {
  return (Math.atan2(norm(cross(a, b)), dot(a, b)) * 180) / Math.PI;
}

/** The angle [°], −180 to 180, between the planes of a–b–c and b–c–d. */
export function dihedral(ab: Vector, bc: Vector, cd: Vector): number {
  const [first, second] = [cross(ab, bc), cross(bc, cd)];
  return (Math.atan2(dot(cross(first, second), bc) / norm(bc), dot(first, second)) * 180) / Math.PI;
}

export type CellShape = { lengths: Vector; angles: Vector; volume: number };

/** Lengths, angles and volume of a cell; null for one that has no volume. */
export function shapeOf([a, b, c]: Cell): CellShape | null {
  const volume = Math.abs(dot(a, cross(b, c)));
  if (volume < 1e-6) return null;
  return {
    lengths: [norm(a), norm(b), norm(c)],
    angles: [angleBetween(b, c), angleBetween(a, c), angleBetween(a, b)],
    volume,
  };
}

/** The vectors whose products with a position are its fractional coordinates; missing vectors are completed. */
export function reciprocal(cell: Cell): Cell {
  const [a, b, c] = completed(cell);
  const volume = dot(a, cross(b, c));
  return [scaled(cross(b, c), 1 / volume), scaled(cross(c, a), 1 / volume), scaled(cross(a, b), 1 / volume)];
}

export function fractional(position: Vector, inverse: Cell): Vector {
  return [dot(position, inverse[0]), dot(position, inverse[1]), dot(position, inverse[2])];
}

/** A cell whose missing vectors are unit vectors at right angles to those that are there. */
export function completed(cell: Cell): Cell {
  const there = cell.filter((vector) => norm(vector) > 1e-9);
  const axes: Vector[] = [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ];
  const found = cell.map((vector) => {
    if (norm(vector) > 1e-9) return vector;
    const left = axes.map((axis) => there.reduce(without, axis));
    const best = left.reduce((one, other) => (norm(other) > norm(one) ? other : one));
    const unit = there.length === 2 ? cross(there[0] ?? best, there[1] ?? best) : best;
    const made = scaled(unit, 1 / norm(unit));
    there.push(made);
    return made;
  });
  return [found[0] ?? cell[0], found[1] ?? cell[1], found[2] ?? cell[2]];
}

/** What is left of a vector without its part along another. */
function without(vector: Vector, other: Vector): Vector {
  return minus(vector, scaled(other, dot(vector, other) / dot(other, other)));
}

/**
 * The shortest of the vectors that a difference of positions has between periodic images.
 *
 * No image that is nearer than the one after rounding is further than its length over the distance of the
 * planes of the lattice, along each vector: all of these are looked at, so it is right for any cell.
 */
export function nearest(difference: Vector, cell: Cell, pbc: readonly boolean[]): Vector {
  const inverse = reciprocal(cell);
  const wrapped = ([0, 1, 2] as const).reduce<Vector>((vector, axis) => {
    const count = pbc[axis] ? Math.round(dot(difference, inverse[axis])) : 0;
    return minus(vector, scaled(cell[axis], count));
  }, difference);
  let best = wrapped;
  const ranges = ([0, 1, 2] as const).map((axis) => {
    const at = dot(wrapped, inverse[axis]);
    const reach = norm(wrapped) * norm(inverse[axis]);
    return pbc[axis] ? between(Math.ceil(-reach - at), Math.floor(reach - at)) : [0];
  });
  for (const i of ranges[0] ?? [])
    for (const j of ranges[1] ?? [])
      for (const k of ranges[2] ?? []) {
        const shift = add(add(scaled(cell[0], i), scaled(cell[1], j)), scaled(cell[2], k));
        const image = add(wrapped, shift);
        if (norm(image) < norm(best) - 1e-9) best = image;
      }
  return best;
}

function between(first: number, last: number): number[] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);
}
