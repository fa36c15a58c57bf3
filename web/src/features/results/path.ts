/** Paths through the Brillouin zone: where they jump, how long they are, and what their points are called. */

type Vector = number[];
export type Path = { x: number[]; ticks: { at: number; label: string }[]; breaks: number[] };

const GREEK: Record<string, string> = { GAMMA: 'Γ', SIGMA: 'Σ', DELTA: 'Δ', LAMBDA: 'Λ' };

/** The length of a path up to each of its points; where two labels are neighbours it jumps, and has none. */
export function pathOf(points: Vector[], cell: Vector[], labels: [number, string][]): Path {
  const reciprocal = reciprocalOf(cell);
  const cartesian = points.map((point) => combine(point, reciprocal));
  const breaks = labels.flatMap(([at], order) =>
    order > 0 && labels[order - 1]?.[0] === at - 1 ? [at] : [],
  );
  const x: number[] = [];
  cartesian.forEach((point, at) => {
    const before = cartesian[at - 1];
    const step = before === undefined || breaks.includes(at) ? 0 : distance(before, point);
    x.push((x[at - 1] ?? 0) + step);
  });
  const ticks: Path['ticks'] = [];
  for (const [at, name] of labels) {
    const label = GREEK[name] ?? name.replaceAll('_', '');
    const last = ticks.at(-1);
    if (last && breaks.includes(at)) last.label = `${last.label}|${label}`;
    else ticks.push({ at: x[at] ?? 0, label });
  }
  return { x, ticks, breaks };
}

function combine(point: Vector, rows: Vector[]): Vector {
  return [0, 1, 2].map((axis) =>
    point.reduce((sum, share, row) => sum + share * (rows[row]?.[axis] ?? 0), 0),
  );
}

function distance(one: Vector, other: Vector): number {
  return Math.hypot(...one.map((value, axis) => value - (other[axis] ?? 0)));
}

function cross([a = 0, b = 0, c = 0]: Vector, [d = 0, e = 0, f = 0]: Vector): Vector {
  return [b * f - c * e, c * d - a * f, a * e - b * d];
}

/** Reciprocal lattice vectors in rows [1/Å], with 2π. */
function reciprocalOf([a = [], b = [], c = []]: Vector[]): Vector[] {
  const volume = a.reduce((sum, value, axis) => sum + value * (cross(b, c)[axis] ?? 0), 0);
  return [cross(b, c), cross(c, a), cross(a, b)].map((vector) =>
    vector.map((value) => (2 * Math.PI * value) / volume),
  );
}
