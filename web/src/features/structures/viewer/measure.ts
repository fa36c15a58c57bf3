import type { Atoms, Vector } from '../structure';
import { angleBetween, dihedral, minus, nearest, norm, scaled } from './geometry';

/** An atom that was picked: which site it is an image of, and where that image is [Å]. */
export type Pick = { site: number; position: Vector };

/** Most atoms that are measured between: four make a dihedral angle. */
const MOST = 4;

/** The picks after one more; the same atom again is taken away, and one too many begins anew. */
export function picked(before: Pick[], next: Pick): Pick[] {
  const isSame = (one: Pick) => one.site === next.site && norm(minus(one.position, next.position)) < 1e-3;
  if (before.some(isSame)) return before.filter((one) => !isSame(one));
  return before.length >= MOST ? [next] : [...before, next];
}

export type Measure = {
  what: 'Distance' | 'Angle' | 'Dihedral';
  unit: 'Å' | '°';
  /** Between the nearest periodic images. */
  value: number;
  /** Between the atoms that were picked, where that is something else. */
  asDrawn: number | null;
};

/** What there is to measure between two, three or four atoms. */
export function measured(picks: Pick[], { cell, pbc }: Lattice): Measure | null {
  const what = ({ 2: 'Distance', 3: 'Angle', 4: 'Dihedral' } as const)[picks.length];
  if (what === undefined) return null;
  const steps = picks
    .slice(1)
    .map((pick, index) => minus(pick.position, picks[index]?.position ?? pick.position));
  const drawn = valueOf(steps);
  // Two images of one site have no nearest distance but none at all.
  const isImage = new Set(picks.map((pick) => pick.site)).size < picks.length;
  const value = isImage ? drawn : valueOf(steps.map((step) => nearest(step, cell, pbc)));
  const isOther = Math.abs(value - drawn) > 5e-4;
  return { what, unit: what === 'Distance' ? 'Å' : '°', value, asDrawn: isOther ? drawn : null };
}

type Lattice = { cell: Atoms['cell']; pbc: Atoms['pbc'] };

/** The distance of one step, the angle at the middle of two, the dihedral angle of three. */
function valueOf([first, second, third]: Vector[]): number {
  if (!first) return 0;
  if (!second) return norm(first);
  if (!third) return angleBetween(scaled(first, -1), second);
  return dihedral(first, second, third);
}
